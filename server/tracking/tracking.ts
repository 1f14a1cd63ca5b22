/**
 * Client-side caching: who has read what through this node, and telling them when it no longer holds.
 *
 * Invariants:
 *  - A key is noted before its value is read, in one turn with it or behind it on the way to its owner; so no change in
 *    between is lost, and whoever is told too early is told behind the reply (see Connection.push).
 *  - What was read is vouched for by an entry of this node, or by the owner's, which has noted this node. When neither
 *    can be relied on (a link came or went, the ring changed), clients are told that nothing holds.
 *  - Without clients that track and members that do so for theirs, stores call nobody and events cost one check.
 *
 *     GET k (tracked) ─▶ note k ─▶ here: hit, or load ─▶ entry ─── evicted, expired, deleted, set, other bytes ─▶ told
 *                              └─▶ owner: Track k, Get k ─▶ the same there ─▶ Invalidate k ─▶ told
 */
import type { Tracker } from "../../cluster/tracker.ts";
import type { Groups } from "../groups/groups.ts";
import type { Store } from "../store/store.ts";
import { Prefixes } from "./prefixes.ts";
import { type PushTarget, TrackingClient, type TrackingMode } from "./tracking-client.ts";
import { TrackingTable } from "./tracking-table.ts";

export interface TrackingOptions {
  readonly groups: Groups;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** Read at each use. */
  readonly maxKeys: () => number;
}

export interface TrackingFigures {
  readonly clients: number;
  readonly keys: number;
  readonly items: number;
  readonly prefixes: number;
}

export class Tracking {
  readonly #options: TrackingOptions;
  readonly #table = new TrackingTable();
  readonly #clients = new Map<number, TrackingClient>();
  /** Members that track for their clients. */
  readonly #members = new Set<Tracker>();
  readonly #prefixes = new Prefixes<TrackingClient>();
  readonly #gathering = new Set<TrackingClient>();
  /** Keys whose entries have ended; noted inside a shard's lock, where nothing else may be done. */
  readonly #ended = new Set<string>();
  #flushPlanned = false;
  #isIdle = true;

  constructor(options: TrackingOptions) {
    this.#options = options;
  }

  get figures(): TrackingFigures {
    const { keys, items } = this.#table;
    return { clients: this.#clients.size, keys, items, prefixes: this.#prefixes.size };
  }

  client(id: number): TrackingClient | undefined {
    return this.#clients.get(id);
  }

  /** CLIENT TRACKING ON; of a client that tracks already it changes the mode and adds prefixes. */
  enable(target: PushTarget, mode: TrackingMode): void {
    const before = this.#clients.get(target.id);
    const client = before ?? new TrackingClient(target, mode);
    client.mode = { ...mode, prefixes: [...(before?.mode.prefixes ?? []), ...mode.prefixes] };
    this.#clients.set(client.id, client);
    for (const prefix of mode.prefixes) this.#prefixes.add(prefix, client);
    this.#mind();
  }

  /** CLIENT TRACKING OFF, RESET, or the client is gone. */
  disable(id: number): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    client.isGone = true;
    this.#clients.delete(id);
    for (const prefix of client.mode.prefixes) this.#prefixes.remove(prefix, client);
    this.#mind();
  }

  /** Whom to note the keys for that a command of this client reads now; undefined: nobody. */
  readerOf(id: number): Tracker | undefined {
    const client = this.#clients.get(id);
    return client?.remembers ? client : undefined;
  }

  /** The tracker reads the value of a key now, and waits for a load where there is none. */
  reads(key: Buffer, tracker: Tracker): void {
    this.#note(key, tracker, "readers");
  }

  /** The tracker looks at a key now, without a load. */
  looks(key: Buffer, tracker: Tracker): void {
    this.#note(key, tracker, "lookers");
  }

  /** A member's own clients read these keys or look at them: it is told until it is gone. */
  readsFor(read: readonly Uint8Array[], lookedAt: readonly Uint8Array[], member: Tracker): void {
    this.#members.add(member);
    if (this.#isIdle) this.#mind();
    for (const key of read) this.reads(Buffer.from(key), member);
    for (const key of lookedAt) this.looks(Buffer.from(key), member);
  }

  memberGone(member: Tracker): void {
    if (this.#members.delete(member)) this.#mind();
  }

  /** Somebody has noted this key. */
  isNoted(key: Buffer): boolean {
    return !this.#isIdle && this.#table.has(nameOf(key));
  }

  /** A key was deleted, set, or given another lifetime, by the client with this id or by nobody here. */
  changed(key: Buffer, by?: number): void {
    if (this.#isIdle) return;
    const name = nameOf(key);
    this.#tell(this.#table.take(name), name, by);
    this.#prefixes.forEach(name, (client) => this.#gather(client, name, by));
  }

  /** What was read under a key no longer holds, though the key was not changed by anybody: only readers are told. */
  unvouched(key: Buffer): void {
    if (this.#isIdle) return;
    const name = nameOf(key);
    this.#tell(this.#table.take(name), name, undefined);
  }

  /**
   * A load has put an entry where there was none. Who waits for its value has it; who has looked, or has read an entry
   * that has expired since, is wrong now.
   */
  filled(key: Buffer, ttlMs: number | undefined): void {
    if (this.#isIdle) return;
    const name = nameOf(key);
    const wrong = this.#table.isDated(name) ? this.#table.take(name) : this.#table.takeLookers(name);
    this.#tell(wrong, name, undefined);
    this.#table.expiresAt(name, this.#deadline(ttlMs));
  }

  /** A load has put the same bytes again. */
  prolonged(key: Buffer, ttlMs: number | undefined): void {
    if (!this.#isIdle) this.#table.expiresAt(nameOf(key), this.#deadline(ttlMs));
  }

  /** This node was emptied, by the client with this id or by nobody here. */
  flushed(by?: number): void {
    this.#table.clear();
    this.#ended.clear();
    for (const member of this.#members) member.invalidateAll(false);
    this.vouchesNoMore(by);
  }

  /** Other members' word, on which clients of this node rely, may have been missed: nothing holds for them. */
  vouchesNoMore(by?: number): void {
    for (const client of this.#clients.values()) client.invalidateAll(isBy(client, by));
  }

  /** Regular work: tells of what has expired by now. */
  expire(): void {
    if (this.#isIdle) return;
    for (const name of this.#table.due(this.#options.clock())) {
      const key = Buffer.from(name, "latin1");
      const store = this.#storeOf(key)!;
      const { kind, ttlMs } = store.look(key);
      // It may have been loaded again with the same bytes and lives longer now.
      if (kind !== "missing") this.#table.expiresAt(name, this.#deadline(ttlMs));
      else {
        // Whose time is up is not deleted by this but expires.
        store.delete(key);
        this.#ends(name);
      }
    }
  }

  #storeOf(key: Buffer): Store | undefined {
    return this.#options.groups.of(key, 0, key.length)?.store;
  }

  #note(key: Buffer, tracker: Tracker, as: "readers" | "lookers"): void {
    const name = nameOf(key);
    const store = this.#storeOf(key);
    if (store === undefined || (tracker instanceof TrackingClient && !wants(tracker, name))) return;
    const { kind, ttlMs } = store.look(key);
    // What others have read has expired, and nobody has noticed yet.
    if (kind === "missing" && this.#table.isDated(name)) this.#tell(this.#table.take(name), name, undefined);
    this.#table.add(name, tracker, as);
    if (kind !== "missing") this.#table.expiresAt(name, this.#deadline(ttlMs));
    const maxKeys = this.#options.maxKeys();
    for (let out = this.#table.overflow(maxKeys); out !== undefined; out = this.#table.overflow(maxKeys)) {
      this.#tell(this.#table.take(out), out, undefined);
    }
  }

  #deadline(ttlMs: number | undefined): number | undefined {
    return ttlMs === undefined ? undefined : this.#options.clock() + ttlMs;
  }

  #tell(trackers: readonly Tracker[], name: string, by: number | undefined): void {
    for (const tracker of trackers) {
      if (tracker instanceof TrackingClient && tracker.mode.bcast) this.#gather(tracker, name, by);
      else if (!isUnwanted(tracker, by)) tracker.invalidate(Buffer.from(name, "latin1"), isBy(tracker, by));
    }
  }

  #gather(client: TrackingClient, name: string, by: number | undefined): void {
    if (isUnwanted(client, by) || !client.gather(name, isBy(client, by))) return;
    this.#gathering.add(client);
    this.#planFlush();
  }

  #ends(name: string): void {
    this.#ended.add(name);
    this.#planFlush();
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    for (const name of this.#ended) this.changed(Buffer.from(name, "latin1"));
    this.#ended.clear();
    for (const client of this.#gathering) client.flush();
    this.#gathering.clear();
    this.#flushPlanned = false;
  }

  /** Has the stores call while there is somebody to tell. */
  #mind(): void {
    this.#isIdle = this.#clients.size === 0 && this.#members.size === 0;
    if (this.#isIdle) this.#table.clear();
    const onEnd = (key: Buffer) => {
      const name = nameOf(key);
      if (this.#table.has(name) || this.#prefixes.size > 0) this.#ends(name);
    };
    for (const { store } of this.#options.groups.all) store.onEnd = this.#isIdle ? undefined : onEnd;
  }
}

/** In BCAST mode a client hears only of its prefixes, whatever it reads. */
function wants({ mode }: TrackingClient, name: string): boolean {
  return !mode.bcast || mode.prefixes.some((prefix) => name.startsWith(prefix));
}

function isBy(tracker: Tracker, by: number | undefined): boolean {
  return by !== undefined && tracker instanceof TrackingClient && tracker.id === by;
}

/** NOLOOP: a client does not want to hear of what it has changed itself. */
function isUnwanted(tracker: Tracker, by: number | undefined): boolean {
  return isBy(tracker, by) && (tracker as TrackingClient).mode.noloop;
}

/** Latin-1 maps bytes to characters one to one, so different keys have different names. */
function nameOf(key: Buffer): string {
  return key.toString("latin1");
}
