/**
 * Counts who lives in a shard: entries with a value, those of them that expire, and when; in all databases and in each.
 *
 * Keeps: `countIn` is called once for an entry whose header and key are written, `countOut` once before they change or the
 * entry ends; so the counts are right between any two writes, and reading them visits no entry. Database 0 has no counts of
 * its own: it is the rest. Also keeps SOONEST: no entry has an earlier deadline. It may be too early, since entries end
 * before their time; the sweep corrects it at the end of its way through the shard. Every caller of a writing function holds
 * the mutex.
 */
import { databaseOf, MAX_DATABASES, MAX_HIDDEN_BYTES } from "./database-key.ts";
import { deadlineOf } from "./header.ts";
import { keyAt } from "./index-table.ts";
import {
  COUNTERS_END,
  DATABASE_WORDS,
  DATABASES_AT,
  DATED,
  DEADLINE_UNITS_A_MS,
  DEADLINES,
  EXPIRING,
  IS_ABSENT,
  SIZES,
  SOONEST,
  SOONEST_AHEAD,
  VALUE,
  VALUES,
} from "./layout.ts";
import type { Shard } from "./shard.ts";

export interface Population {
  /** Entries with a value, those that have expired and are still there among them. */
  readonly values: number;
  /** How many of them have a deadline. */
  readonly expiring: number;
  /** The sum of the time that these have left, in milliseconds. */
  readonly ttlSumMs: number;
}

/** The flags of an entry by which it is counted; 0: a value without a deadline. */
export function countedFlags({ words }: Shard, ref: number): number {
  return words[ref + VALUE]! & (DATED | IS_ABSENT);
}

/** An entry with a value and a deadline has got another deadline; `before` is the old one. */
export function countMoved(shard: Shard, ref: number, before: number): void {
  const { words, counters } = shard;
  const deadline = deadlineOf(words, ref);
  counters[DEADLINES]! += deadline - before;
  noteDeadline(shard, deadline);
  if (shard.bytes[keyAt(words, ref)] !== 0) return;
  const database = databaseAt(shard, ref);
  if (database > 0) counters[PLACES[database]!.deadlines]! += deadline - before;
}

export function countIn(shard: Shard, ref: number): void {
  const { words } = shard;
  const value = words[ref + VALUE]!;
  if ((value & IS_ABSENT) === 0) count(shard, ref, 1);
  if ((value & DATED) === 0) return;
  noteDeadline(shard, deadlineOf(words, ref));
}

function noteDeadline({ counters }: Shard, deadline: number): void {
  // SOONEST is never later than SOONEST_AHEAD, so mostly this comparison is the only one.
  if (deadline >= counters[SOONEST_AHEAD]!) return;
  counters[SOONEST_AHEAD] = deadline;
  counters[SOONEST] = Math.min(counters[SOONEST]!, deadline);
}

export function countOut(shard: Shard, ref: number): void {
  if ((shard.words[ref + VALUE]! & IS_ABSENT) === 0) count(shard, ref, -1);
}

/** Where a set of counts is: two words and a counter. */
interface Places {
  readonly values: number;
  readonly expiring: number;
  readonly deadlines: number;
}

const ALL: Places = { values: VALUES, expiring: EXPIRING, deadlines: DEADLINES };
const PLACES: readonly Places[] = Array.from({ length: MAX_DATABASES }, (_, database) => {
  const at = DATABASES_AT + database * DATABASE_WORDS;
  return { values: at, expiring: at + 1, deadlines: (at + 2) >> 1 };
});

/** Counts an entry with a value in (`by` is 1) or out (-1). */
function count(shard: Shard, ref: number, by: 1 | -1): void {
  const { words, bytes } = shard;
  words[VALUES]! += by;
  if ((words[ref + VALUE]! & DATED) !== 0) countExpiring(shard, ref, ALL, by);
  // Nearly every key is one of database 0, and does not begin with 0.
  if (bytes[keyAt(words, ref)] === 0) countInDatabase(shard, ref, by);
}

function countExpiring(
  { words, counters }: Shard,
  ref: number,
  { expiring, deadlines }: Places,
  by: 1 | -1,
): void {
  words[expiring]! += by;
  // Beyond 2^53 the sum is rounded; with the last entry that expires, all rounding is gone.
  counters[deadlines] = words[expiring] === 0 ? 0 : counters[deadlines]! + by * deadlineOf(words, ref);
}

function countInDatabase(shard: Shard, ref: number, by: 1 | -1): void {
  const { words } = shard;
  const database = databaseAt(shard, ref);
  if (database === 0) return;
  const places = PLACES[database]!;
  words[places.values]! += by;
  if ((words[ref + VALUE]! & DATED) !== 0) countExpiring(shard, ref, places, by);
}

function databaseAt({ words, bytes }: Shard, ref: number): number {
  const at = keyAt(words, ref);
  return databaseOf(bytes.subarray(at, at + Math.min(words[ref + SIZES]! & 0xffff, MAX_HIDDEN_BYTES)));
}

/** To be called for an empty shard. */
export function resetPopulation({ words, counters }: Shard): void {
  words[VALUES] = 0;
  words[EXPIRING] = 0;
  words.fill(0, DATABASES_AT, COUNTERS_END);
  counters[DEADLINES] = 0;
  counters[SOONEST] = Number.POSITIVE_INFINITY;
  counters[SOONEST_AHEAD] = Number.POSITIVE_INFINITY;
}

/** Whether an entry of the shard may be due at `now`. */
export function mayBeDue(shard: Shard, now: number): boolean {
  return shard.counters[SOONEST]! <= now;
}

/** The sweep has found that this entry stays. */
export function noteStays(shard: Shard, deadline: number): void {
  if (deadline < shard.counters[SOONEST_AHEAD]!) shard.counters[SOONEST_AHEAD] = deadline;
}

/** The sweep has visited all of the shard: SOONEST_AHEAD has the deadlines of what stays, and of what was put since. */
export function allVisited(shard: Shard): void {
  shard.counters[SOONEST] = shard.counters[SOONEST_AHEAD]!;
  shard.counters[SOONEST_AHEAD] = Number.POSITIVE_INFINITY;
}

/** The sum over the shards, at the time `now` in the units of deadlines; `database` undefined: of all databases. */
export function populationOf(shards: readonly Shard[], now: number, database?: number): Population {
  const sum = { values: 0, expiring: 0, units: 0 };
  for (const shard of shards) {
    if (!database) addCounts(sum, shard, ALL, 1);
    if (database === 0)
      for (let other = 1; other < MAX_DATABASES; other++) addCounts(sum, shard, PLACES[other]!, -1);
    else if (database !== undefined) addCounts(sum, shard, PLACES[database]!, 1);
  }
  const { values, expiring, units } = sum;
  return { values, expiring, ttlSumMs: Math.max(0, units - expiring * now) / DEADLINE_UNITS_A_MS };
}

function addCounts(
  sum: { values: number; expiring: number; units: number },
  { words, counters }: Shard,
  { values, expiring, deadlines }: Places,
  by: 1 | -1,
): void {
  sum.values += by * words[values]!;
  sum.expiring += by * words[expiring]!;
  sum.units += by * counters[deadlines]!;
}
