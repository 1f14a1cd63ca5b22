/**
 * The cache as a program uses it, the one that embeds a node or a loader: keys and values are text or bytes, and a mistake
 * is an error with a name.
 *
 * Invariant: a call whose arguments have wrong types rejects and changes nothing. A program's keys are those of database 0.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import type { ClusterChanges } from "../changes/cluster-changes.ts";
import type { NodeConf } from "../conf/conf.ts";
import { checkBytesOrText, checkKeys, checkOptions, typeError } from "../conf/given-types.ts";
import type { Groups } from "../groups/groups.ts";
import type { Key, LoaderNode } from "../loaders/loader.ts";
import { runIn } from "../loaders/loader-scope.ts";
import { storedKey } from "../store/database-key.ts";

/** The part of the cache that a program uses. */
export interface ProgramCache {
  readonly conf: Pick<NodeConf, "maxKeyBytes">;
  readonly groups: Groups;
  readonly changes: Pick<ClusterChanges, "edit" | "remove">;
  get(key: Uint8Array): Outcome | Promise<Outcome>;
}

/** A load has failed, took too long, or found the loader's queue full. Clients read the same message behind `-ERR `. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}

export function askFor(cache: ProgramCache, key: Key): Outcome | Promise<Outcome> {
  return cache.get(bytesOf(cache, key));
}

/** Null: there is no value. Throws a LoadError. */
export function valueIn(outcome: Outcome): Buffer | null {
  if (outcome.kind === "error") throw new LoadError(outcome.text);
  if (outcome.kind === "absent") return null;
  const { value } = outcome;
  return Buffer.isBuffer(value) ? value : Buffer.from(value);
}

export async function setValue(
  cache: ProgramCache,
  key: Key,
  value: string | Uint8Array,
  options: { readonly ttlMs?: number },
): Promise<void> {
  checkOptions("set", options, ["ttlMs"]);
  checkBytesOrText("value", value);
  const { ttlMs } = options;
  if (ttlMs !== undefined && typeof ttlMs !== "number") throw typeError("ttlMs", "a number", ttlMs);
  if (ttlMs !== undefined && !(ttlMs > 0)) throw new RangeError("ttlMs is not above 0");
  const bytes = bytesOf(cache, key);
  const group = cache.groups.of(bytes, 0, bytes.length);
  if (group === undefined) throw new Error("no group takes the key");
  const { maxValueBytes } = group.conf;
  const kept = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  if (kept.length > maxValueBytes) throw new RangeError(`value is too long (max ${maxValueBytes} bytes)`);
  const { error, noRoom } = await cache.changes.edit(bytes, {
    conditions: [],
    value: kept,
    life: ttlMs ?? "endless",
    wanted: undefined,
    isUse: false,
  });
  if (error !== undefined) throw new Error(error);
  if (noRoom) throw new Error("the value does not fit into its group's memory");
}

/** Resolves to the number of entries. */
export async function deleteKeys(cache: ProgramCache, keys: readonly Key[]): Promise<number> {
  checkKeys(keys);
  return cache.changes.remove(keys.map((key) => bytesOf(cache, key)));
}

/**
 * What a loader has of the cache; `open` throws when the node is closed. The work is the node's own, outside of the loader's
 * scope; the promise is the loader's, so a rejection that nobody awaits is the loader's mistake.
 */
export function loaderNode(open: () => ProgramCache): LoaderNode {
  const asNode = <Result>(work: (cache: ProgramCache) => Promise<Result>): Promise<Result> =>
    runIn(undefined, async () => work(open()));
  return {
    get: async (key) =>
      await asNode(async (cache) => {
        const value = valueIn(await askFor(cache, key));
        // Whoever waited for the same load has the same bytes.
        return value && Buffer.from(value);
      }),
    set: async (key, value, options = {}) => await asNode((cache) => setValue(cache, key, value, options)),
    delete: async (...keys) => await asNode((cache) => deleteKeys(cache, keys)),
  };
}

function bytesOf({ conf }: ProgramCache, key: Key): Buffer {
  checkBytesOrText("key", key);
  const bytes = typeof key === "string" ? Buffer.from(key, "utf8") : Buffer.from(key);
  const { maxKeyBytes } = conf;
  if (bytes.length > maxKeyBytes) throw new RangeError(`key is too long (max ${maxKeyBytes} bytes)`);
  return storedKey(0, bytes);
}
