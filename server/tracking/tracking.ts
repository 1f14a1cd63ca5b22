/**
 * Client-side caching (CLIENT TRACKING): notes which client has read which key through this node, and tells the client
 * when its copy is no longer valid.
 *
 * Invariants:
 *  - Keys are stored keys here, so a client that has read a key in one database does not hear of the same key in another.
 *    A prefix in BCAST mode is matched with the key as clients say it, in every database: a client may SELECT another
 *    one, and must hear of too many keys rather than of too few, as in Redis.
 *  - A key is noted before its value is read: in the same turn, or in front of the GET on the link to its owner. So no
 *    change between the two is lost. A client that is told before it has the reply is told again behind the reply (see
 *    Outbox.push).
 *  - As long as a client trusts its copy, this node or the owner observes the entry that the copy came from; an owner has
 *    noted this node. When a link comes or goes or the ring changes, that entry may change unnoticed; then this node's
 *    clients are told to drop all copies.
 *  - While no client of this node and no member tracks, stores call nobody, and each event here costs one check.
 *
 *     GET k of a client that tracks
 *       └─▶ note k ─┬─▶ this node owns k: hit or load ─▶ entry changes or ends ─▶ the client is told
 *                   └─▶ another member does: Track k, Get k ─▶ its entry changes or ends ─▶ Invalidate k ─▶ told
 */
import type { Tracker } from "../../cluster/tracker.ts";
import type { Groups } from "../groups/groups.ts";
import { clientKey } from "../store/database-key.ts";
import type { FreeWrites } from "../store/free-writes.ts";
import type { Store } from "../store/store.ts";
import { BcastPrefixes } from "./bcast-prefixes.ts";
import type { EndListener, EntryEnds } from "./entry-ends.ts";
import { isBy, Tells } from "./tells.ts";
import { type PushTarget, type Redirect, TrackingClient, type TrackingMode } from "./tracking-client.ts";
import { TrackingTable } from "./tracking-table.ts";

const NOBODY: Redirect = async () => false;
/** Keys that a table which has become too large loses in a row: about 3 ms. */
const SLICE_KEYS = 1000;

export interface TrackingOptions {
  readonly groups: Groups;
  readonly ends: EntryEnds;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** `tracking-table-max-keys`; read at each use. */
  readonly maxKeys: () => number;
  /** Undefined: there are no other clients. */
  readonly redirect?: Redirect;
  /** As World.soon. */
  readonly soon: (run: () => void) => void;
  /** Undefined: no other thread writes. */
  readonly freeWrites?: FreeWrites | undefined;
}

/** As INFO shows them. */
export interface TrackingFigures {
  readonly clients: number;
  /** Keys that are noted. */
  readonly keys: number;
  /** Trackers of all keys. */
  readonly items: number;
  /** Prefixes in BCAST mode. */
  readonly prefixes: number;
}

const NOT_HELD = { kind: "missing", ttlMs: undefined } as const;

export class Tracking {
  readonly #options: TrackingOptions;
  readonly #table = new TrackingTable();
  readonly #clients = new Map<number, TrackingClient>();
  /** Members whose clients track. */
  readonly #members = new Set<Tracker>();
  readonly #prefixes = new BcastPrefixes<TrackingClient>();
  readonly #tells: Tells;
  /** Keys whose entries have been evicted or have expired. A store names them inside its lock, where no more may be done. */
  readonly #ended = new Set<string>();
  #fitPlanned = false;
  /** Whoever fills a key tells of the entry before by itself. */
  readonly #onEnd: EndListener = (key, end) => {
    const name = nameOf(key);
    if (end !== "outlived" && (this.#table.has(name) || this.#prefixes.size > 0)) this.#ends(name);
  };
  #isIdle = true;

  constructor(options: TrackingOptions) {
    this.#options = options;
    this.#tells = new Tells(options.soon);
  }

  get figures(): TrackingFigures {
    const { keys, items } = this.#table;
    return { clients: this.#clients.size, keys, items, prefixes: this.#prefixes.size };
  }

  /** No client and no member tracks: nobody has to be told of anything. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  client(id: number): TrackingClient | undefined {
    return this.#clients.get(id);
  }

  /** CLIENT TRACKING ON. A client that tracks already gets the new mode and keeps its prefixes. */
  enable(target: PushTarget, mode: TrackingMode): void {
    const before = this.#clients.get(target.id);
    const client = before ?? new TrackingClient(target, mode, this.#options.redirect ?? NOBODY);
    client.mode = { ...mode, prefixes: [...(before?.mode.prefixes ?? []), ...mode.prefixes] };
    this.#clients.set(client.id, client);
    for (const prefix of mode.prefixes) this.#prefixes.add(prefix, client);
    this.#watchStores();
  }

  /** CLIENT TRACKING OFF, or RESET, or the client is gone. Does nothing for a client that does not track. */
  disable(id: number): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    client.isGone = true;
    this.#clients.delete(id);
    for (const prefix of client.mode.prefixes) this.#prefixes.remove(prefix, client);
    this.#watchStores();
  }

  /** The tracker for the keys that a command of this client reads now. Undefined: they are not noted. */
  readerOf(id: number): Tracker | undefined {
    const client = this.#clients.get(id);
    return client?.remembers ? client : undefined;
  }

  /** To be called before a GET: the tracker reads the value of a key, and waits for a load where there is none. */
  reads(key: Buffer, tracker: Tracker): void {
    this.#note(key, tracker, "readers");
  }

  /** To be called before EXISTS, TTL and their kin: the tracker looks at a key without a load. */
  looks(key: Buffer, tracker: Tracker): void {
    this.#note(key, tracker, "lookers");
  }

  /** Clients of another member read keys or look at keys. That member is told, until it is gone. */
  readsFor(read: readonly Uint8Array[], lookedAt: readonly Uint8Array[], member: Tracker): void {
    this.#members.add(member);
    if (this.#isIdle) this.#watchStores();
    for (const key of read) this.reads(Buffer.from(key), member);
    for (const key of lookedAt) this.looks(Buffer.from(key), member);
  }

  memberGone(member: Tracker): void {
    if (this.#members.delete(member)) this.#watchStores();
  }

  /** A tracker is noted for this key. */
  isNoted(key: Buffer): boolean {
    return !this.#isIdle && this.#table.has(nameOf(key));
  }

  /** A key was deleted, set or given another lifetime. `by`: the id of the client of this node that did it. */
  changed(key: Buffer, by?: number): void {
    if (this.#isIdle) return;
    const name = nameOf(key);
    this.#tells.tell(this.#table.take(name), name, by);
    const said = nameOf(clientKey(key));
    this.#prefixes.forEach(said, (client) => this.#tells.gather(client, said, by));
  }

  /**
   * Nobody has changed the key, but from now on nobody would notice a change: no entry is kept here, or the owner observes
   * it no longer. Tells the key's trackers, behind the reply with the value if they wait for it; a client in BCAST mode that
   * has not read the key is not told.
   */
  lostTrack(key: Buffer): void {
    if (this.#isIdle) return;
    const name = nameOf(key);
    this.#tells.tellSoon(this.#table.take(name), name);
  }

  /**
   * A load has put an entry where there was none. Tells lookers, and readers of an earlier entry that has expired since; a
   * reader that waited for this load has its value. A client that both looked and waits is told behind the reply.
   */
  filled(key: Buffer, ttlMs: number | undefined): void {
    if (this.#isIdle) return;
    const name = nameOf(key);
    const wrong = this.#table.isDated(name) ? this.#table.take(name) : this.#table.takeLookers(name);
    this.#tells.tellSoon(wrong, name);
    this.#table.expiresAt(name, this.#deadline(ttlMs));
  }

  /** A load has put the same bytes again, with a new lifetime. */
  prolonged(key: Buffer, ttlMs: number | undefined): void {
    if (!this.#isIdle) this.#table.expiresAt(nameOf(key), this.#deadline(ttlMs));
  }

  /** This node was emptied. `by`: the id of the client of this node that did it. */
  flushed(by?: number): void {
    this.#table.clear();
    this.#ended.clear();
    for (const member of this.#members) member.invalidateAll(false);
    this.lostTrackOfAll(by);
  }

  /** This node may have missed another member's Invalidate: tells the clients of this node to drop all copies. */
  lostTrackOfAll(by?: number): void {
    for (const client of this.#clients.values()) client.invalidateAll(isBy(client, by));
  }

  /** Regular work: ends the noted entries that have expired by now. Their trackers are told. */
  expire(): void {
    if (this.#isIdle) return;
    for (const name of this.#table.due(this.#options.clock())) {
      const key = Buffer.from(name, "latin1");
      const store = this.#storeOf(key)!;
      const { kind, ttlMs } = store.look(key);
      // The same bytes may have been loaded again: then the entry lives longer.
      if (kind !== "missing") this.#table.expiresAt(name, this.#deadline(ttlMs));
      else {
        // Removes the expired entry. The store counts it as expired, not as deleted.
        store.delete(key);
        this.#ends(name);
      }
    }
  }

  /**
   * Takes out what is more than `tracking-table-max-keys`, and tells its trackers; a slice at once, the rest in later turns.
   * To be called when the limit has changed.
   */
  fit(): void {
    this.#fitPlanned = false;
    const maxKeys = this.#options.maxKeys();
    for (let taken = 0; taken < SLICE_KEYS; taken++) {
      const out = this.#table.overflow(maxKeys);
      if (out === undefined) return;
      this.#tells.tell(this.#table.take(out), out, undefined);
    }
    this.#fitPlanned = true;
    this.#options.soon(() => this.fit());
  }

  #storeOf(key: Buffer): Store | undefined {
    return this.#options.groups.of(key, 0, key.length)?.store;
  }

  #note(key: Buffer, tracker: Tracker, as: "readers" | "lookers"): void {
    const name = nameOf(key);
    if (tracker instanceof TrackingClient && !tracker.wants(nameOf(clientKey(key)))) return;
    // Another member may have a group for a key that has none here.
    const { kind, ttlMs } = this.#storeOf(key)?.look(key) ?? NOT_HELD;
    // The entry has expired, and its readers have not been told yet.
    if (kind === "missing" && this.#table.isDated(name))
      this.#tells.tell(this.#table.take(name), name, undefined);
    this.#table.add(name, tracker, as);
    if (kind !== "missing") this.#table.expiresAt(name, this.#deadline(ttlMs));
    if (!this.#fitPlanned) this.fit();
  }

  #deadline(ttlMs: number | undefined): number | undefined {
    return ttlMs === undefined ? undefined : this.#options.clock() + ttlMs;
  }

  #ends(name: string): void {
    this.#ended.add(name);
    if (this.#ended.size > 1) return;
    queueMicrotask(() => {
      for (const ended of this.#ended) this.changed(Buffer.from(ended, "latin1"));
      this.#ended.clear();
    });
  }

  /** Has the stores name the entries that end, while there is a client or a member to tell. */
  #watchStores(): void {
    this.#isIdle = this.#clients.size === 0 && this.#members.size === 0;
    this.#options.freeWrites?.set("tracking", !this.#isIdle);
    if (this.#isIdle) this.#table.clear();
    this.#options.ends.set(this.#onEnd, !this.#isIdle);
  }
}

/** Latin-1 has a character for each byte, so different keys have different names. */
function nameOf(key: Buffer): string {
  return key.toString("latin1");
}
