/**
 * A node as the program that started it sees it: keys in, values out, no socket in between.
 *
 * Invariants: a value that comes out belongs to the caller. No loader is closed while the program waits for one of its
 * loads. A call whose arguments have wrong types rejects with a TypeError and changes nothing. Knows nothing of confs:
 * library.ts starts the server that is wrapped here.
 */
import type { Outcome } from "../cluster/outcome.ts";
import type { Cache } from "./cache/cache.ts";
import { askFor, deleteKeys, setValue, valueIn } from "./cache/program-keys.ts";
import { checkKeys } from "./conf/given-types.ts";
import { figuresOf, type GroupFigures } from "./groups/group-figures.ts";
import type { Key } from "./loaders/loader.ts";
import type { RunningServer } from "./main.ts";

/** A node inside this program. An open node keeps the process alive. */
export class CarrotNode {
  /** The port for clients, also when `port: 0` has taken any free one. */
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
   * The value, loaded if it is not cached; null when the origin has none, or when no group takes the key. Rejects with a
   * LoadError when the load fails, with a RangeError for a key beyond `max-key-size`.
   */
  async get(key: Key): Promise<Buffer | null> {
    const outcome = askFor(this.#openCache(), key);
    if (!(outcome instanceof Promise)) return valueIn(outcome);
    this.#waiting.add(outcome);
    try {
      const value = valueIn(await outcome);
      // Every caller that waited for this load has the same bytes, so each one gets a copy.
      return value && Buffer.from(value);
    } finally {
      this.#waiting.delete(outcome);
    }
  }

  /** The values in the order of the keys; missing ones are loaded together. Rejects as soon as one load fails. */
  async getMany(keys: readonly Key[]): Promise<(Buffer | null)[]> {
    checkKeys(keys);
    return Promise.all(keys.map((key) => this.get(key)));
  }

  /**
   * Puts a value into the cache, at the key's owner, for `ttlMs`. Without `ttlMs` it does not expire. Rejects with a
   * RangeError for a key or value that is too long, with an Error when the value cannot be kept.
   */
  async set(key: Key, value: string | Uint8Array, options: { readonly ttlMs?: number } = {}): Promise<void> {
    return setValue(this.#openCache(), key, value, options);
  }

  /** Deletes entries and every copy of them in the whole cluster. Resolves to the number of entries. */
  async delete(...keys: readonly Key[]): Promise<number> {
    return deleteKeys(this.#openCache(), keys);
  }

  /** Deletes every entry of the whole cluster. */
  async flush(): Promise<void> {
    return this.#openCache().changes.flush();
  }

  /** This node's current figures by group: those of CARROT.STATS, in camel case. */
  stats(): Readonly<Record<string, Readonly<GroupFigures>>> {
    const { all } = this.#server.node.cache.groups;
    return Object.fromEntries(all.map((group) => [group.name, figuresOf(group)]));
  }

  /** Answers every call under way, closes the loaders and frees the ports. Later calls but `stats` and `close` reject. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#waiting).then(() => this.#server.close());
    return this.#closing;
  }

  #openCache(): Cache {
    const { node } = this.#server;
    if (this.#closing !== undefined || node.closing) throw new Error("the node is closed");
    return node.cache;
  }
}
