/**
 * The entries a group holds, within a byte limit that is never exceeded.
 *
 * First version, on the heap: it keeps the interface and the rules (byte limit, least recently used first, expiry),
 * not yet the layout. It does not know groups, rings, loaders or clients.
 */
import type { Glimpse } from "../../cluster/outcome.ts";

/** What `find` returns beside a length. */
export const MISS = -1;
export const ABSENT = -2;

const OVERHEAD_BYTES = 40;

export type Eviction = "lru" | "s3fifo";

export interface StoreFigures {
  readonly entries: number;
  readonly usedBytes: number;
  readonly maxBytes: number;
  readonly evictions: number;
  readonly expirations: number;
}

/** What another thread needs to attach; survives structured cloning. */
export interface StoreHandle {
  readonly maxBytes: number;
}

export interface StoreOptions {
  readonly maxBytes: number;
  readonly eviction: Eviction;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  readonly seed?: number;
  readonly shared?: StoreHandle;
}

interface Entry {
  readonly value: Buffer | null;
  readonly deadline: number;
  readonly footprintBytes: number;
}

export class Store {
  readonly handle: StoreHandle;
  readonly #clock: () => number;
  readonly #entries = new Map<string, Entry>();
  #usedBytes = 0;
  #evictions = 0;
  #expirations = 0;
  #found: Buffer = Buffer.alloc(0);

  constructor(options: StoreOptions) {
    this.handle = { maxBytes: options.maxBytes };
    this.#clock = options.clock;
  }

  find(chunk: Uint8Array, start: number, end: number): number {
    const entry = this.#use(nameOf(chunk.subarray(start, end)));
    if (entry === undefined) return MISS;
    if (entry.value === null) return ABSENT;
    this.#found = entry.value;
    return entry.value.length;
  }

  copyFound(target: Buffer, at: number): void {
    this.#found.copy(target, at);
  }

  foundIntact(): boolean {
    return true;
  }

  get(key: Uint8Array): { value: Buffer | null; ttlMs: number | undefined } | undefined {
    const entry = this.#use(nameOf(key));
    if (entry === undefined) return undefined;
    return { value: entry.value === null ? null : Buffer.from(entry.value), ttlMs: this.#ttlOf(entry) };
  }

  look(key: Uint8Array): Glimpse {
    const entry = this.#live(nameOf(key));
    if (entry === undefined) return { kind: "missing", bytes: 0, ttlMs: undefined, footprintBytes: 0 };
    return {
      kind: entry.value === null ? "absent" : "value",
      bytes: entry.value?.length ?? 0,
      ttlMs: this.#ttlOf(entry),
      footprintBytes: entry.footprintBytes,
    };
  }

  put(key: Uint8Array, value: Uint8Array | null, ttlMs: number | undefined): boolean {
    const name = nameOf(key);
    this.#remove(name);
    const footprintBytes = OVERHEAD_BYTES + key.length + (value?.length ?? 0);
    if (footprintBytes > this.handle.maxBytes) return false;
    while (this.#usedBytes + footprintBytes > this.handle.maxBytes) {
      const [oldest] = this.#entries.keys();
      this.#remove(oldest!);
      this.#evictions++;
    }
    const deadline = ttlMs === undefined ? Number.POSITIVE_INFINITY : this.#clock() + ttlMs;
    this.#entries.set(name, { value: value === null ? null : Buffer.from(value), deadline, footprintBytes });
    this.#usedBytes += footprintBytes;
    return true;
  }

  delete(key: Uint8Array): boolean {
    const name = nameOf(key);
    const entry = this.#live(name);
    this.#remove(name);
    return entry !== undefined && entry.value !== null;
  }

  clear(): void {
    this.#entries.clear();
    this.#usedBytes = 0;
  }

  sweep(budget: number): number {
    const before = this.#expirations;
    for (const name of this.#entries.keys()) {
      if (budget-- <= 0) break;
      this.#live(name);
    }
    return this.#expirations - before;
  }

  figures(): StoreFigures {
    return {
      entries: this.#entries.size,
      usedBytes: this.#usedBytes,
      maxBytes: this.handle.maxBytes,
      evictions: this.#evictions,
      expirations: this.#expirations,
    };
  }

  #use(name: string): Entry | undefined {
    const entry = this.#live(name);
    if (entry !== undefined) {
      this.#entries.delete(name);
      this.#entries.set(name, entry);
    }
    return entry;
  }

  #live(name: string): Entry | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.deadline > this.#clock()) return entry;
    this.#remove(name);
    this.#expirations++;
    return undefined;
  }

  #remove(name: string): void {
    this.#usedBytes -= this.#entries.get(name)?.footprintBytes ?? 0;
    this.#entries.delete(name);
  }

  #ttlOf(entry: Entry): number | undefined {
    return Number.isFinite(entry.deadline) ? entry.deadline - this.#clock() : undefined;
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}
