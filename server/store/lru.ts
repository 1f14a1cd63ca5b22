/**
 * `eviction lru`: least recently used first, in exact order, though a hit writes one word and relinks nothing.
 *
 * A use stamps the entry with the shard's tick. Entries queue by generation, a span of ticks:
 *
 *      OLDEST                                    NEWEST
 *      [ sorted | rest ]  [ ... ]  [ ... ]  ...  [ new entries ]
 *
 * An entry lags behind in the generation it was queued in; when that one becomes the oldest, a batch of it is read:
 * who has been used since goes to the generation of his stamp, the rest is sorted by stamp, and these are the victims in
 * order. Every stamp that belongs to the oldest generation is then in it, so the order is exact as long as a
 * generation is no longer than a batch (beyond that, nearly). The work is one visit for each time an entry was used in
 * one generation or more, not for each hit. Only the holder of the mutex comes here.
 */
import { GENERATIONS, NEWEST, NEXT, OLDEST, PREV, SLOT, SORTED, STARTS_AT, TICK, WIDTH } from "./layout.ts";
import { appendQueue, appendTo, emptyQueue, firstOf, sentinelOf, unqueue } from "./queues.ts";
import type { Shard } from "./shard.ts";

/** Entries sorted at once: bounds the stall of the one eviction that finds the sorted ones used up. */
const BATCH = 2048;
const batchRefs = new Int32Array(BATCH);
const batchOrder = new Float64Array(BATCH);

/** Ticks are compared by signed difference; older stamps than this are drawn up to it. */
const TICK_SPAN = 2 ** 30;

/** Queues a new entry as the most recently used. */
export function linkLru(shard: Shard, ref: number): void {
  const { words } = shard;
  if (((words[TICK]! - startOf(shard, words[NEWEST]!)) | 0) >= words[WIDTH]!) openGeneration(shard);
  const tick = words[TICK]!;
  appendTo(words, words[NEWEST]!, ref);
  words[shard.stampsAt + words[ref + SLOT]!] = tick;
  words[TICK] = tick + 1;
}

/** The least recently used entry, or 0 when there is none. */
export function lruVictim(shard: Shard): number {
  const { words } = shard;
  for (;;) {
    const oldest = words[OLDEST]!;
    const first = firstOf(words, oldest);
    if (first === 0) {
      if (oldest === words[NEWEST]) return 0;
      closeOldest(shard);
    } else if (words[SORTED]! > 0) {
      words[SORTED]!--;
      const generation = generationOf(shard, first);
      if (generation === oldest) return first;
      requeue(shard, first, generation);
    } else {
      if (oldest === words[NEWEST]) openGeneration(shard);
      sortBatch(shard, oldest);
    }
  }
}

function requeue(shard: Shard, ref: number, generation: number): void {
  unqueue(shard.words, ref);
  appendTo(shard.words, generation, ref);
}

/** Brings the first BATCH entries of the oldest generation into order, less those that have been used since. */
function sortBatch(shard: Shard, oldest: number): void {
  const { words, stampsAt } = shard;
  const sentinel = sentinelOf(oldest);
  const start = startOf(shard, oldest);
  let count = 0;
  let ref = words[sentinel + NEXT]!;
  for (let visits = 0; visits < BATCH && ref !== sentinel; visits++) {
    const next = words[ref + NEXT]!;
    const generation = generationOf(shard, ref);
    if (generation === oldest) {
      const age = (words[stampsAt + words[ref + SLOT]!]! - start) | 0;
      batchOrder[count] = age * BATCH + count;
      batchRefs[count++] = ref;
      unqueue(words, ref);
    } else {
      requeue(shard, ref, generation);
    }
    ref = next;
  }
  batchOrder.subarray(0, count).sort();
  const rest = words[sentinel + NEXT]!;
  for (let i = 0; i < count; i++) insertBefore(shard, rest, batchRefs[modulo(batchOrder[i]!)]!);
  words[SORTED] = count;
}

/** The place in the batch that an order number carries, also when the age before it is negative. */
function modulo(order: number): number {
  return order - Math.floor(order / BATCH) * BATCH;
}

function insertBefore(shard: Shard, next: number, ref: number): void {
  const { words } = shard;
  const prev = words[next + PREV]!;
  words[ref + PREV] = prev;
  words[ref + NEXT] = next;
  words[prev + NEXT] = ref;
  words[next + PREV] = ref;
}

function startOf(shard: Shard, generation: number): number {
  return shard.words[STARTS_AT + generation]!;
}

/** Generations in use. */
function span(shard: Shard): number {
  return ((shard.words[NEWEST]! - shard.words[OLDEST]!) & (GENERATIONS - 1)) + 1;
}

/** The generation that the entry's stamp falls into. */
function generationOf(shard: Shard, ref: number): number {
  const { words } = shard;
  const oldest = words[OLDEST]!;
  const base = startOf(shard, oldest);
  const age = (words[shard.stampsAt + words[ref + SLOT]!]! - base) | 0;
  let low = 0;
  let high = span(shard) - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const start = (startOf(shard, (oldest + middle) & (GENERATIONS - 1)) - base) | 0;
    if (start <= age) low = middle;
    else high = middle - 1;
  }
  return (oldest + low) & (GENERATIONS - 1);
}

/** Begins a new generation with the present tick; when there are too many, every two become one first. */
function openGeneration(shard: Shard): void {
  const { words } = shard;
  if (span(shard) === GENERATIONS) mergePairs(shard);
  const next = (words[NEWEST]! + 1) & (GENERATIONS - 1);
  // The present tick may be on entries of the generation that ends here.
  words[TICK]!++;
  words[NEWEST] = next;
  words[STARTS_AT + next] = words[TICK]!;
  drawUpStarts(shard);
}

function mergePairs(shard: Shard): void {
  const { words } = shard;
  const oldest = words[OLDEST]!;
  for (let pair = 0; pair < GENERATIONS / 2; pair++) {
    const first = (oldest + 2 * pair) & (GENERATIONS - 1);
    const second = (first + 1) & (GENERATIONS - 1);
    const merged = (oldest + pair) & (GENERATIONS - 1);
    words[STARTS_AT + merged] = words[STARTS_AT + first]!;
    if (merged !== first) appendQueue(words, first, merged);
    appendQueue(words, second, merged);
  }
  words[NEWEST] = (oldest + GENERATIONS / 2 - 1) & (GENERATIONS - 1);
  words[WIDTH] = Math.min(words[WIDTH]! * 2, TICK_SPAN / GENERATIONS);
}

/** Keeps all starts within TICK_SPAN of the present tick, so that differences keep their sign when ticks wrap. */
function drawUpStarts(shard: Shard): void {
  const { words } = shard;
  const tick = words[TICK]!;
  if ((tick - startOf(shard, words[OLDEST]!)) >>> 0 <= TICK_SPAN) return;
  for (let i = 0; i < GENERATIONS; i++) {
    if ((tick - startOf(shard, i)) >>> 0 > TICK_SPAN) words[STARTS_AT + i] = (tick - TICK_SPAN) | 0;
  }
}

/** Goes on to the next generation; when few are left, the next ones may be shorter. */
function closeOldest(shard: Shard): void {
  const { words } = shard;
  emptyQueue(words, words[OLDEST]!);
  words[OLDEST] = (words[OLDEST]! + 1) & (GENERATIONS - 1);
  words[SORTED] = 0;
  const left = span(shard);
  if (left < GENERATIONS / 4 && (left & (left - 1)) === 0) words[WIDTH] = Math.max(1, words[WIDTH]! >> 1);
}
