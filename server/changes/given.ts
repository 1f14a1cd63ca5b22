/**
 * Which entries of this member hold what a client gave lately, and how late that was; and which edits come too late.
 *
 * A DEL that comes late, over a slow link or after a break, must not destroy what a later SET gave; what was loaded goes,
 * whatever the versions say, because a load may have read an origin from before the DEL (rule 11 of the protocol). Owns the
 * versions of such SETs. Keeps: bounded; a version is forgotten when no earlier change can come any more, or there are too
 * many: then a late DEL does destroy the value, which is lost, and never old. An edit whose asker has given it up is barred:
 * should it still come, it must not be made, because later changes may have been answered. Does not know stores.
 */
import { isLater, type Version } from "../../cluster/change.ts";
import { xxh32 } from "../../proto/xxh32.ts";

export interface GivenOptions {
  /** The version of a change that is made now. */
  readonly nextVersion: () => Version;
  /** Every change with a counter up to this one has come. */
  readonly settledCounter: () => number;
}

/** Versions are looked through when there are so many, and then when there are twice as many as were left. */
const FIRST_LOOK = 1024;
const MAX_VERSIONS = 65_536;
/** 128 KiB of memory. */
const BUCKETS = 16_384;

export class Given {
  readonly #options: GivenOptions;
  /** By the key's latin1 text, the earliest first. */
  readonly #versions = new Map<string, Version>();
  #nextLook = FIRST_LOOK;
  /** The greatest counter of a bar, by bucket of keys. */
  #bars: Float64Array | undefined;
  #barOfAll = 0;

  constructor(options: GivenOptions) {
    this.#options = options;
  }

  /** A client has given the value that the key's entry holds now; `version`: by way of another member. */
  note(key: Buffer, version: Version = this.#options.nextVersion()): void {
    const name = nameOf(key);
    this.#versions.delete(name);
    this.#versions.set(name, version);
    if (this.#versions.size >= this.#nextLook) this.#look();
  }

  /** The entry's value was computed from the one that it held. */
  changed(key: Buffer, version?: Version): void {
    if (this.#versions.size > 0 && this.#versions.has(nameOf(key))) this.note(key, version);
  }

  /** What another member has asked for before, for these keys, must not be done any more; no keys: for all. */
  bar(keys: readonly Uint8Array[], { counter }: Version): void {
    if (keys.length === 0) this.#barOfAll = Math.max(this.#barOfAll, counter);
    this.#bars ??= new Float64Array(BUCKETS);
    for (const key of keys) {
      const bucket = bucketOf(key);
      this.#bars[bucket] = Math.max(this.#bars[bucket]!, counter);
    }
  }

  /** The counter of the bar that is later than what another member asks for; undefined: there is none. */
  overtaker(key: Uint8Array, { counter }: Version): number | undefined {
    const bar = Math.max(this.#barOfAll, this.#bars?.[bucketOf(key)] ?? 0);
    return bar > counter ? bar : undefined;
  }

  /** The entry is gone, or holds what was loaded. */
  forget(key: Buffer): void {
    if (this.#versions.size > 0) this.#versions.delete(nameOf(key));
  }

  forgetAll(): void {
    this.#versions.clear();
  }

  /** Whether the key's entry holds what was given later than a change. */
  isLater(key: Buffer, version: Version): boolean {
    const given = this.#versions.size > 0 ? this.#versions.get(nameOf(key)) : undefined;
    return given !== undefined && isLater(given, version);
  }

  /** The keys whose entries hold what was given later than a change. */
  laterThan(version: Version): Buffer[] {
    const later: Buffer[] = [];
    for (const [name, given] of this.#versions)
      if (isLater(given, version)) later.push(Buffer.from(name, "latin1"));
    return later;
  }

  #look(): void {
    const settled = this.#options.settledCounter();
    for (const [name, { counter }] of this.#versions) {
      if (counter > settled && this.#versions.size <= MAX_VERSIONS) break;
      this.#versions.delete(name);
    }
    this.#nextLook = Math.min(MAX_VERSIONS + 1, Math.max(FIRST_LOOK, 2 * this.#versions.size));
  }
}

function bucketOf(key: Uint8Array): number {
  return xxh32(key, 0, key.length, 0) & (BUCKETS - 1);
}

function nameOf(key: Buffer): string {
  return key.toString("latin1");
}
