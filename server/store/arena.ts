/**
 * The arena of a shard: a log in a ring, in which every entry lies whole and contiguous.
 *
 *      arenaAt      HEAD        TAIL              WRAP   END
 *      |-- newest --|-- free ---|-- oldest ... ---|------|        wrapped (WRAP is not 0)
 *      arenaAt      TAIL              HEAD        END
 *      |-- free ----|-- oldest ... ---|-- free ---|               in one piece (WRAP is 0)
 *
 * Entries are appended at HEAD. Where it meets TAIL, the oldest are taken up: a dead one gives its room back, a live
 * one moves to HEAD. As long as there is no gap between the two it stays where it is, so entries of one size fill each
 * other's holes and nothing ever moves. END follows the contents up to the whole arena, so memory is touched as it is needed. Does not
 * know which entry is worth keeping: `drop` (handed in) ends a live one when moving would take too long.
 */
import { repointEntry } from "./index-table.ts";
import {
  DATED,
  END,
  ENTRIES,
  entryWords,
  FREE_HIGH,
  GHOST_MASK,
  HEAD,
  LENGTH_MASK,
  LIVE_WORDS,
  MOVES,
  NEXT,
  PREV,
  SIZES,
  SLOT,
  SLOTS,
  TAIL,
  USED_BYTES,
  VALUE,
  WRAP,
} from "./layout.ts";
import type { Shard } from "./shard.ts";

/** Words of a header plus those of its key and value: an entry's length in the log. */
export function lengthOf(words: Int32Array, ref: number): number {
  const value = words[ref + VALUE]!;
  return entryWords(words[ref + SIZES]! & 0xffff, value & LENGTH_MASK, (value & DATED) !== 0);
}

/**
 * What one reservation may spend on moving, in words: this and a multiple of its own length; an entry counts 64 beside
 * its length. Beyond it the oldest of the log are dropped, to bound the stall; where nothing may be
 * dropped, two rounds of the log are the bound.
 */
const MOVE_BUDGET_WORDS = 1 << 18;
const MOVE_BUDGET_LENGTHS = 32;
const MOVE_COST_WORDS = 64;

/** Room for `length` words, which must not be more than the arena has. Entries may move: no ref survives this call. */
export function reserve(shard: Shard, length: number, drop: (shard: Shard, ref: number) => void): number {
  const { words } = shard;
  let budget = shard.evicts ? MOVE_BUDGET_WORDS + length * MOVE_BUDGET_LENGTHS : Number.POSITIVE_INFINITY;
  for (;;) {
    const ref = append(shard, length);
    if (ref !== 0) {
      words[LIVE_WORDS]! += length;
      return ref;
    }
    const tail = words[TAIL]!;
    if (tail === words[WRAP]) {
      words[TAIL] = shard.arenaAt;
      words[WRAP] = 0;
      continue;
    }
    const tailLength = lengthOf(words, tail);
    if (words[tail + SLOT] !== 0) {
      if (budget > 0) {
        budget -= MOVE_COST_WORDS + moveToHead(shard, tail, tailLength);
      } else {
        drop(shard, tail);
      }
    }
    words[TAIL] = tail + tailLength;
  }
}

/** Room at the head as it stands, or 0. */
function append(shard: Shard, length: number): number {
  const { words, arenaAt } = shard;
  let head = words[HEAD]!;
  if (words[WRAP] === 0) {
    if (words[TAIL] === head) {
      head = arenaAt;
      words[TAIL] = head;
    }
    if (head + length <= words[END]! || extend(shard, head, length)) {
      words[HEAD] = head + length;
      return head;
    }
    words[WRAP] = head;
    head = arenaAt;
    words[HEAD] = head;
  }
  if (head + length > words[TAIL]!) return 0;
  words[HEAD] = head + length;
  return head;
}

/** Words by which the log in use may exceed an eighth more than its contents. */
const LEAST_SPARE_WORDS = 1 << 14;

/** Moves END on, as far as the contents justify and the shard's share of memory allows. */
function extend(shard: Shard, head: number, length: number): boolean {
  const { words, arenaAt, arenaWords, geometry } = shard;
  const live = words[LIVE_WORDS]! + length;
  const wanted = live + (live >>> 3) + LEAST_SPARE_WORDS;
  // What the tables will have taken when the shard is full of such entries as it holds.
  const tables = (2 * words[ENTRIES]! * geometry.limitBytes) / Math.max(1, words[USED_BYTES]!);
  // A value that is large for its shard finds it empty and may have all of it; so may all where nothing can be dropped.
  const hasAll = head === arenaAt || !shard.evicts;
  const allowed = arenaWords - (hasAll ? 0 : Math.ceil(Math.max(tables, tableWords(shard))));
  const end = arenaAt + Math.min(wanted, allowed);
  if (head + length > end) return false;
  words[END] = Math.max(words[END]!, end);
  return true;
}

/** Words of the tables that have been touched. */
export function tableWords(shard: Shard): number {
  const { words, geometry } = shard;
  const ghosts = geometry.ghostWords === 0 ? 0 : (words[GHOST_MASK]! + 1) * 8;
  return words[SLOTS]! * 2 + words[FREE_HIGH]! + ghosts;
}

/** Copies the entry at the tail to the head and makes everything that refers to it follow; returns the words copied. */
function moveToHead(shard: Shard, from: number, length: number): number {
  const { words } = shard;
  const to = words[HEAD]!;
  words[HEAD] = to + length;
  if (to === from) return 0;
  repointEntry(shard, from, to);
  words[words[from + PREV]! + NEXT] = to;
  words[words[from + NEXT]! + PREV] = to;
  copyWords(words, to, from, length);
  shard.counters[MOVES]!++;
  return length;
}

/** Below this a loop beats the call. */
const LONG_COPY_WORDS = 128;

function copyWords(words: Int32Array, to: number, from: number, length: number): void {
  if (length > LONG_COPY_WORDS) {
    words.copyWithin(to, from, from + length);
    return;
  }
  for (let i = 0; i < length; i++) words[to + i] = words[from + i]!;
}
