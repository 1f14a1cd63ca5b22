/**
 * Empties shards: a new one, one that is cleared, and a torn one, in which a thread has died while it wrote.
 *
 * Writes every word that an empty shard must have, whatever a torn shard has there.
 */
import {
  COUNTERS_AT,
  END,
  FIRST_BUCKETS,
  GENERATIONS,
  GHOST_MASK,
  HEAD,
  LEVEL_MASK,
  MUTEX,
  OLDEST,
  SEQUENCE,
  SPLIT,
  STARTS_AT,
  TAIL,
  TICK,
  WIDTH,
} from "./layout.ts";
import { leave } from "./lock.ts";
import { resetPopulation } from "./population.ts";
import { emptyQueue } from "./queues.ts";
import type { Shard } from "./shard.ts";

/**
 * Empties a shard. Leaves the sequence, the mutex and the tick alone, on which readers rely, and the counters, which never
 * go back. The caller holds the mutex and keeps readers off, or nobody else knows the shard yet.
 */
export function emptyShard(shard: Shard): void {
  const { words, geometry } = shard;
  // One bucket more than are in use: a torn split may have written the next one already.
  const bucketsUsed = Math.min(geometry.bucketWords, words[LEVEL_MASK]! + 2 + words[SPLIT]!);
  words.fill(0, geometry.bucketsAt, geometry.bucketsAt + bucketsUsed);
  const ghostsUsed = Math.min(geometry.ghostWords, (words[GHOST_MASK]! + 1) * 8);
  words.fill(0, geometry.ghostsAt, geometry.ghostsAt + ghostsUsed);
  words.fill(0, TICK + 1, COUNTERS_AT);
  resetPopulation(shard);
  words[LEVEL_MASK] = FIRST_BUCKETS - 1;
  words[SPLIT] = 0;
  words[HEAD] = geometry.arenaAt;
  words[TAIL] = geometry.arenaAt;
  words[END] = geometry.arenaAt;
  words[OLDEST] = 0;
  words[WIDTH] = 1;
  words[STARTS_AT] = words[TICK]!;
  for (let queue = 0; queue < GENERATIONS; queue++) emptyQueue(shard, queue);
}

/** Empties and unlocks the shards that the dead thread number `thread` has locked; returns how many there were. */
export function recoverThread(shards: readonly Shard[], thread: number): number {
  let recovered = 0;
  for (const shard of shards) {
    if (Atomics.load(shard.words, MUTEX) !== thread) continue;
    // The thread may have died before it made the sequence odd.
    if ((Atomics.load(shard.words, SEQUENCE) & 1) === 0) Atomics.add(shard.words, SEQUENCE, 1);
    emptyShard(shard);
    leave(shard);
    recovered++;
  }
  return recovered;
}
