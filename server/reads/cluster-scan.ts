/**
 * The keys of a database in the whole cluster, a piece at a time: SCAN, KEYS and RANDOMKEY.
 *
 * Invariants: an entry that stays at one owner is found at least once; the event loop is free between two pieces; a key
 * counts only when it comes from the member that answers for it now, so that copies of stand-ins and former owners do not
 * show. Members that cannot be reached are passed over. Does not know RESP.
 *
 *     cursor, 63 bits:  member, 10 | group, 13 | shard, 8 | position in the shard, 32
 *
 * Members count in the order of the ring, groups in the order of the conf. A cursor is a place: any node can go on where
 * another one stopped.
 */
import type { ScanPiece, WantedKeys } from "../../cluster/peers.ts";
import { matchesGlob } from "../../proto/glob.ts";
import type { Group, Groups } from "../groups/groups.ts";
import type { Membership } from "../members/membership.ts";
import type { Owners } from "../members/owners.ts";
import { orWhenUnreachable } from "../members/reach.ts";
import { clientKey, databaseOf } from "../store/database-key.ts";

/** The part of the peer links that a scan needs. */
export interface ScanPeers {
  scan(id: string, cursor: number, count: number, wanted: WantedKeys): Promise<ScanPiece>;
}

export interface ClusterScanOptions {
  readonly groups: Groups;
  readonly membership: Membership;
  /** Undefined on a node that is alone. */
  readonly peers: ScanPeers | undefined;
  readonly owners: Owners;
  /** From 0 to 1. */
  readonly random: () => number;
  /** `soon` of the World: calls back when what has arrived by now has been handled. */
  readonly soon: (run: () => void) => void;
}

/** Entries looked at for one piece: about a millisecond. Another member looks at no more, whatever it is asked. */
const MAX_SCAN_COUNT = 500;
/** Places of one group: more than any store has. */
const GROUP_PLACES = 2 ** 40;
const MEMBER_BITS = 53n;
const LOCAL_MASK = (1n << MEMBER_BITS) - 1n;
/** Places from here on belong to no group. */
const END_OF_GROUPS = 2 ** 53;
/** A piece ends above so many bytes of keys; a frame between members holds more. */
const PIECE_BYTES = 128 * 1024;
/** Steps of pattern matching in one piece: some milliseconds. */
const MATCHING_STEPS = 2_000_000;
/** Looks into a store beyond the count that was asked for, so that empty groups are passed quickly. */
const SPARE_LOOKS = 100;
/** The piece of a member that cannot be reached. */
const NOTHING: ScanPiece = { cursor: 0, keys: [], seen: 0 };
/** Keys of a place that RANDOMKEY chooses from: a key right behind another one would hardly ever be the first. */
const RANDOM_KEYS = 16;
/** Places that RANDOMKEY tries before it takes one of the next keys from some place on, however far they are. */
const RANDOM_TRIES = 20;

/** A piece of this node's own stored keys, from `cursor` on. */
export function scanHere(
  groups: readonly Group[],
  cursor: number,
  count: number,
  wanted: WantedKeys,
): ScanPiece {
  const found: Buffer[] = [];
  const steps = Math.max(1, wanted.pattern?.length ?? 0);
  let bytesLeft = Math.min(PIECE_BYTES, MATCHING_STEPS / steps);
  let at = cursor >= 0 && cursor < END_OF_GROUPS ? Math.floor(cursor) : END_OF_GROUPS;
  for (let looks = count + SPARE_LOOKS; looks > 0 && found.length < count && bytesLeft > 0; looks--) {
    const index = Math.floor(at / GROUP_PLACES);
    const group = groups[index];
    if (group === undefined) return { cursor: 0, keys: matching(found, wanted), seen: found.length };
    const piece = group.store.scan(at % GROUP_PLACES, 1);
    at = piece.cursor === 0 ? (index + 1) * GROUP_PLACES : index * GROUP_PLACES + piece.cursor;
    for (const key of piece.keys) bytesLeft -= key.length;
    found.push(...piece.keys);
  }
  const isOver = at / GROUP_PLACES >= groups.length;
  return { cursor: isOver ? 0 : at, keys: matching(found, wanted), seen: found.length };
}

function matching(all: readonly Buffer[], { database, pattern }: WantedKeys): Buffer[] {
  const keys = all.filter((key) => databaseOf(key) === database);
  if (pattern === undefined) return keys;
  const glob = Buffer.from(pattern).toString("latin1");
  return keys.filter((key) => matchesGlob(glob, clientKey(key).toString("latin1")));
}

export class ClusterScan {
  readonly #options: ClusterScanOptions;

  constructor(options: ClusterScanOptions) {
    this.#options = options;
  }

  /** Goes on from `cursor` over about `count` entries; a cursor of 0 begins, and in the answer means the end. */
  async step(cursor: bigint, count: number, wanted: WantedKeys): Promise<{ cursor: bigint; keys: Buffer[] }> {
    const keys: Buffer[] = [];
    let at = cursor;
    let left = count;
    do {
      if (keys.length > 0 || left < count) await this.#yield();
      const most = Math.min(left, MAX_SCAN_COUNT);
      const piece = await this.#piece(at, most, wanted);
      for (const key of piece.keys) keys.push(key);
      at = piece.cursor;
      left -= piece.isLast ? piece.seen : most;
    } while (left > 0 && at !== 0n);
    return { cursor: at, keys };
  }

  /** All keys that match from a place on, piece by piece. */
  async *all(wanted: WantedKeys, start = 0n): AsyncGenerator<Buffer[]> {
    let cursor = start;
    do {
      const piece = await this.#piece(cursor, MAX_SCAN_COUNT, wanted);
      yield piece.keys;
      await this.#yield();
      cursor = piece.cursor;
    } while (cursor !== 0n);
  }

  /** Some key (not each with the same chance), or undefined when there is none. */
  async random(database: number): Promise<Buffer | undefined> {
    const { random } = this.#options;
    const wanted = { database, pattern: undefined };
    for (let tries = 0; tries < RANDOM_TRIES; tries++) {
      const { keys } = await this.#piece(this.#randomPlace(), RANDOM_KEYS, wanted);
      if (keys.length > 0) return keys[Math.floor(random() * keys.length)];
    }
    for (const start of [this.#randomPlace(), 0n])
      for await (const keys of this.all(wanted, start))
        if (keys.length > 0) return keys[Math.floor(random() * keys.length)];
    return undefined;
  }

  /** Lets everything else go on. */
  #yield(): Promise<void> {
    return new Promise((resolve) => this.#options.soon(resolve));
  }

  /** A multiple of 64: the bits below say something about the store that a cursor comes from (store/scan.ts). */
  #randomPlace(): bigint {
    const { membership, groups, random } = this.#options;
    const member = Math.floor(random() * membership.members.length);
    const group = Math.floor(random() * groups.all.length);
    const local = group * GROUP_PLACES + Math.floor(random() * (GROUP_PLACES / 64)) * 64;
    return (BigInt(member) << MEMBER_BITS) | BigInt(local);
  }

  /** A piece of the member that the cursor is in; `isLast`: this member has no more. */
  async #piece(
    cursor: bigint,
    count: number,
    wanted: WantedKeys,
  ): Promise<{ cursor: bigint; keys: Buffer[]; seen: number; isLast: boolean }> {
    const { membership, owners } = this.#options;
    const ids = membership.members;
    const index = Number(cursor >> MEMBER_BITS);
    const id = ids[index];
    if (id === undefined) return { cursor: 0n, keys: [], seen: 0, isLast: true };
    const piece = await this.#pieceOf(id, Number(cursor & LOCAL_MASK), count, wanted);
    const isLast = piece.cursor === 0;
    const next = isLast ? BigInt(index + 1) << MEMBER_BITS : (cursor & ~LOCAL_MASK) | BigInt(piece.cursor);
    return {
      cursor: isLast && index + 1 >= ids.length ? 0n : next,
      keys: piece.keys.filter((key) => ids.length === 1 || owners.of(key) === id).map(clientKey),
      seen: piece.seen,
      isLast,
    };
  }

  #pieceOf(id: string, cursor: number, count: number, wanted: WantedKeys): ScanPiece | Promise<ScanPiece> {
    const { groups, membership, peers } = this.#options;
    if (id === membership.self || peers === undefined) return scanHere(groups.all, cursor, count, wanted);
    return orWhenUnreachable(peers.scan(id, cursor, count, wanted), () => NOTHING);
  }
}
