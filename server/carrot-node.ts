/**
 * A node as the program sees it that started it: keys in, values out, no socket in between.
 *
 * Invariant: what comes out belongs to the caller, and no loader is closed under a load that the program waits for.
 * Knows nothing of confs; library.ts starts what is wrapped here.
 */
import type { Outcome } from "../cluster/outcome.ts";
import type { Cache } from "./cache/cache.ts";
import { figuresOf, type GroupFigures } from "./groups/group-figures.ts";
import type { RunningServer } from "./main.ts";

/** A key with its group's prefix; text means its UTF-8 bytes. */
export type Key = string | Uint8Array;

/** A load failed, took too long or found too many before it; the message is what clients read after `-ERR `. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}

/** A node inside this program. It keeps the process alive until it is closed. */
export class CarrotNode {
  /** The port for clients; with `port: 0` the one that was free. */
  readonly port: number;
  /** 0 when HTTP is off. */
  readonly httpPort: number;
  /** The node's id in the ring: its peer address. */
  readonly id: string;
  readonly #server: RunningServer;
  readonly #waiting = new Set<Promise<Outcome>>();
  #closing: Promise<void> | undefined;

  /** @internal Use `startNode`. */
  constructor(server: RunningServer) {
    this.#server = server;
    this.port = server.port;
    this.httpPort = server.httpPort;
    this.id = server.node.cache.membership.self;
  }

  /**
   * The value, loaded if need be; null when the origin has none, or no group takes the key. Rejects with a LoadError
   * when the load failed, with a RangeError for a key beyond `max-key-size`.
   */
  async get(key: Key): Promise<Buffer | null> {
    const outcome = this.#openCache().get(this.#bytesOf(key));
    if (!(outcome instanceof Promise)) return bytesIn(outcome);
    this.#waiting.add(outcome);
    try {
      const value = bytesIn(await outcome);
      // Everybody who waited for this load has been given the same bytes.
      return value && Buffer.from(value);
    } finally {
      this.#waiting.delete(outcome);
    }
  }

  /** Values in the order of the keys; what is missing is loaded together. Rejects as soon as one load fails. */
  async getMany(keys: readonly Key[]): Promise<(Buffer | null)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  /**
   * Puts a value into the cache, at the key's owner, for `ttlMs` (without it: until it is evicted, deleted or set
   * again). Rejects with a RangeError for a key or value that is too long, with an Error when it cannot be kept.
   */
  async set(key: Key, value: string | Uint8Array, options: { readonly ttlMs?: number } = {}): Promise<void> {
    const { ttlMs } = options;
    if (ttlMs !== undefined && !(ttlMs > 0)) throw new RangeError("ttlMs is not above 0");
    const { changes, groups } = this.#openCache();
    const bytes = this.#bytesOf(key);
    const group = groups.of(bytes, 0, bytes.length);
    if (group === undefined) throw new Error("no group takes the key");
    const { maxValueBytes } = group.conf;
    const kept = typeof value === "string" ? Buffer.from(value, "utf8") : value;
    if (kept.length > maxValueBytes) throw new RangeError(`value is too long (max ${maxValueBytes} bytes)`);
    const { error, noRoom } = await changes.edit(bytes, {
      conditions: [],
      value: kept,
      life: ttlMs ?? "endless",
      wanted: undefined,
      isUse: false,
    });
    if (error !== undefined) throw new Error(error);
    if (noRoom) throw new Error("the value does not fit into its group's memory");
  }

  /** Deletes entries and every copy of them in the whole cluster; resolves to how many there were. */
  async delete(...keys: readonly Key[]): Promise<number> {
    return this.#openCache().changes.remove(keys.map((key) => this.#bytesOf(key)));
  }

  /** Deletes every entry of the whole cluster. */
  async flush(): Promise<void> {
    return this.#openCache().changes.flush();
  }

  /** This node's figures of now, by group: those of CARROT.STATS, in camel case. */
  stats(): Readonly<Record<string, Readonly<GroupFigures>>> {
    const { all } = this.#server.node.cache.groups;
    return Object.fromEntries(all.map((group) => [group.name, figuresOf(group)]));
  }

  /** Answers what has been asked for, closes the loaders and frees the ports. Then every method but `stats` rejects. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#waiting).then(() => this.#server.close());
    return this.#closing;
  }

  #openCache(): Cache {
    const { node } = this.#server;
    if (this.#closing !== undefined || node.closing) throw new Error("the node is closed");
    return node.cache;
  }

  #bytesOf(key: Key): Buffer {
    const bytes = typeof key === "string" ? Buffer.from(key, "utf8") : Buffer.from(key);
    const { maxKeyBytes } = this.#server.node.conf;
    if (bytes.length > maxKeyBytes) throw new RangeError(`key is too long (max ${maxKeyBytes} bytes)`);
    return bytes;
  }
}

function bytesIn(outcome: Outcome): Buffer | null {
  if (outcome.kind === "error") throw new LoadError(outcome.text);
  if (outcome.kind === "absent") return null;
  const { value } = outcome;
  return Buffer.isBuffer(value) ? value : Buffer.from(value);
}
