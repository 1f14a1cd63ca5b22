/**
 * Which member owns a key: consistent hashing with virtual nodes.
 *
 * Owns the circle of 2^32 points. Keeps: the same members, seed and number of virtual nodes give the same owners on every
 * node, in whatever order the members are named and whichever points collide. When a member comes or goes, only the keys
 * that it gains or loses change their owner. A ring is never changed, only replaced. Does not know which members can be
 * reached, nor what a key means.
 *
 *     hash(key) --> first point at or after it, clockwise --> the member that put the point there
 *
 * Of a key with a hash tag, `lock:{user:7}:a`, only the tag counts, as in Redis Cluster: keys with one tag have one owner.
 */

/** 32 bits of hash. */
export type Hash32 = (bytes: Uint8Array, seed: number) => number;

export interface RingOptions {
  /** Points a member puts on the circle. With 512 the largest share of 10 members is 1.11 of the mean (p95), with 50 1.37. */
  readonly virtualNodes: number;
  /** 32 bits, the same on every member. Outsiders do not know them, so they cannot aim keys at one member. */
  readonly seed: number;
}

const CIRCLE = 2 ** 32;
/** The top 12 bits of a hash lead to a stretch of a few points: 16 KiB that stay in the processor's cache. */
const PREFIX_BITS = 12;
const PREFIX_SHIFT = 32 - PREFIX_BITS;
const PREFIXES = 1 << PREFIX_BITS;

let loading: Promise<Hash32> | undefined;

/** XXH32 from xxhash-wasm, imported and compiled once in a process. */
export function loadHash32(): Promise<Hash32> {
  loading ??= import("xxhash-wasm").then(async ({ default: xxhash }) => (await xxhash()).h32Raw);
  return loading;
}

export class Ring {
  /** Sorted, without duplicates. */
  readonly members: readonly string[];
  readonly #hash: Hash32;
  readonly #seed: number;
  readonly #points: Uint32Array;
  /** For each point the position of its member in `members`. */
  readonly #memberAt: Uint32Array;
  /** For each prefix the first point whose own prefix is not smaller; one more at the end. */
  readonly #firstPoint: Uint32Array;

  /** A ring over `members`, in any order, duplicates ignored. */
  static async create(members: readonly string[], options: RingOptions): Promise<Ring> {
    return new Ring(members, options, await loadHash32());
  }

  /** As `create`, for callers that have the hash already. Throws without members. */
  constructor(members: readonly string[], options: RingOptions, hash: Hash32) {
    this.members = [...new Set(members)].sort();
    if (this.members.length === 0) throw new Error("a ring needs a member");
    this.#hash = hash;
    this.#seed = options.seed >>> 0;
    const placed = this.#place(options.virtualNodes);
    const count = this.members.length;
    this.#points = Uint32Array.from(placed, (place) => Math.floor(place / count));
    this.#memberAt = Uint32Array.from(placed, (place) => place % count);
    this.#firstPoint = firstPoints(this.#points);
  }

  /** The id of the member that owns `key`. */
  ownerOf(key: Uint8Array): string {
    return this.members[this.#memberAt[this.#pointOf(key)]!]!;
  }

  /** The first member clockwise from `key` that is up: the owner, or its stand-in; undefined when none is up. */
  ownerAmong(key: Uint8Array, isUp: (id: string) => boolean): string | undefined {
    const down = new Set<number>();
    let at = this.#pointOf(key);
    while (down.size < this.members.length) {
      const position = this.#memberAt[at]!;
      if (!down.has(position)) {
        const id = this.members[position]!;
        if (isUp(id)) return id;
        down.add(position);
      }
      at = at + 1 === this.#points.length ? 0 : at + 1;
    }
    return undefined;
  }

  /** The part of the circle that each member owns; the parts add up to 1. */
  shares(): Map<string, number> {
    const arcs = new Float64Array(this.members.length);
    let before = this.#points.at(-1)! - CIRCLE;
    for (const [at, point] of this.#points.entries()) {
      arcs[this.#memberAt[at]!]! += point - before;
      before = point;
    }
    return new Map(this.members.map((id, position) => [id, arcs[position]! / CIRCLE]));
  }

  /**
   * Every point together with its member, as point * members + member's position, sorted: where two members meet on
   * one point the smaller id comes first, on every node. 2^32 points leave room for 2^21 members in a double.
   */
  #place(virtualNodes: number): Float64Array {
    const count = this.members.length;
    const placed = new Float64Array(count * virtualNodes);
    for (const [position, id] of this.members.entries()) {
      for (let i = 0; i < virtualNodes; i++) {
        const point = this.#hash(Buffer.from(`${id}#${i}`), this.#seed) >>> 0;
        placed[position * virtualNodes + i] = point * count + position;
      }
    }
    return placed.sort();
  }

  #pointOf(key: Uint8Array): number {
    const hash = this.#hash(taggedPart(key), this.#seed) >>> 0;
    const prefix = hash >>> PREFIX_SHIFT;
    let low = this.#firstPoint[prefix]!;
    let high = this.#firstPoint[prefix + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#points[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return low === this.#points.length ? 0 : low;
  }
}

const OPENING = 0x7b;
const CLOSING = 0x7d;

/** What is between the first `{` and the first `}` behind it, if that is anything; else the whole key. */
function taggedPart(key: Uint8Array): Uint8Array {
  let opening = 0;
  // The loop is faster than indexOf for a key of a usual length.
  while (opening < key.length && key[opening] !== OPENING) opening++;
  if (opening === key.length) return key;
  const closing = key.indexOf(CLOSING, opening + 1);
  return closing > opening + 1 ? key.subarray(opening + 1, closing) : key;
}

function firstPoints(points: Uint32Array): Uint32Array {
  const first = new Uint32Array(PREFIXES + 1);
  let at = 0;
  for (let prefix = 0; prefix < PREFIXES; prefix++) {
    while (at < points.length && points[at]! >>> PREFIX_SHIFT < prefix) at++;
    first[prefix] = at;
  }
  first[PREFIXES] = points.length;
  return first;
}
