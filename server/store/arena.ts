/**
 * The arena of a shard, where the entries lie: a circular log, in which each entry is whole and contiguous.
 *
 *      arenaAt      HEAD        TAIL              WRAP   END
 *      |-- newest --|-- free ---|-- oldest ... ---|------|        wrapped (WRAP is not 0)
 *      arenaAt      TAIL              HEAD        END
 *      |-- free ----|-- oldest ... ---|-- free ---|               in one piece (WRAP is 0)
 *
 * A new entry is appended at HEAD. When HEAD reaches TAIL, the oldest entries make room: a dead one gives its words back,
 * a live one moves to HEAD. Where HEAD and TAIL meet, the live one stays in place, so entries of one size fill each
 * other's holes and never move. END grows with the contents, so memory is touched only when it is needed. Does not know
 * which entry is worth keeping: when moving would take too long, the caller's `drop` ends live entries.
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

/** The words of an entry: header, key and value. */
export function lengthOf(words: Int32Array, ref: number): number {
  const value = words[ref + VALUE]!;
  return entryWords(words[ref + SIZES]! & 0xffff, value & LENGTH_MASK, (value & DATED) !== 0);
}

/**
 * To bound the stall, one reservation may move only this many words and 32 times its own length; each entry that moves
 * counts 64 words more than it has. When this budget is spent, the oldest entries are dropped. With `noeviction` nothing
 * is dropped, and two rounds of the log are the bound.
 */
const MOVE_BUDGET_WORDS = 1 << 18;
const MOVE_BUDGET_LENGTHS = 32;
const MOVE_COST_WORDS = 64;

/**
 * Makes room for `length` words, at most the arena's; returns its ref. Entries may move, so older refs are invalid then.
 */
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

/** Room at the head, without moving anything; 0: there is none. */
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

/** The part of the log in use may be this many words longer than 9/8 of its contents. */
const LEAST_SPARE_WORDS = 1 << 14;

/** Moves END on, if the contents justify it and the tables leave enough of the shard's memory. */
function extend(shard: Shard, head: number, length: number): boolean {
  const { words, arenaAt, arenaWords, geometry } = shard;
  const live = words[LIVE_WORDS]! + length;
  const wanted = live + (live >>> 3) + LEAST_SPARE_WORDS;
  // The words of the tables once the shard is full of entries like those it holds now.
  const tables = (2 * words[ENTRIES]! * geometry.limitBytes) / Math.max(1, words[USED_BYTES]!);
  // An entry may have all of an empty arena: a value that is large for its shard finds it empty. With `noeviction` every
  // entry may.
  const hasAll = head === arenaAt || !shard.evicts;
  const allowed = arenaWords - (hasAll ? 0 : Math.ceil(Math.max(tables, tableWords(shard))));
  const end = arenaAt + Math.min(wanted, allowed);
  if (head + length > end) return false;
  words[END] = Math.max(words[END]!, end);
  return true;
}

/** Words of the tables that have been written at least once. */
export function tableWords(shard: Shard): number {
  const { words, geometry } = shard;
  const ghosts = geometry.ghostWords === 0 ? 0 : (words[GHOST_MASK]! + 1) * 8;
  return words[SLOTS]! * 2 + words[FREE_HIGH]! + ghosts;
}

/** Copies the entry at the tail to the head and repoints its bucket and its queue; returns the words copied. */
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

/** A shorter copy is faster in a loop than with copyWithin. */
const LONG_COPY_WORDS = 128;

function copyWords(words: Int32Array, to: number, from: number, length: number): void {
  if (length > LONG_COPY_WORDS) {
    words.copyWithin(to, from, from + length);
    return;
  }
  for (let i = 0; i < length; i++) words[to + i] = words[from + i]!;
}
