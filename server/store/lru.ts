/**
 * `eviction lru`: the least recently used entry goes first, in exact order, though a hit writes one word and relinks
 * nothing.
 *
 * A use stamps the entry with the shard's tick. Entries queue by generation; a generation is a span of ticks:
 *
 *      OLDEST                                    NEWEST
 *      [ sorted | rest ]  [ ... ]  [ ... ]  ...  [ new entries ]
 *
 * A use does not move an entry out of the generation that it is queued in. When that generation becomes the oldest, its
 * entries are visited, a batch at a time: an entry used since moves to the generation of its stamp, and the others are
 * sorted by stamp. They are the next victims, in that order. By then the oldest generation has every entry whose stamp
 * belongs to it, so the order is exact if a generation fits one batch, and nearly exact if not. An entry costs one visit
 * for each generation that it moves to, however often it is hit. Only the holder of the mutex comes here.
 */
import { GENERATIONS, NEWEST, NEXT, OLDEST, PREV, SLOT, SORTED, STARTS_AT, TICK, WIDTH } from "./layout.ts";
import { appendQueue, appendTo, emptyQueue, firstOf, sentinelOf, unqueue } from "./queues.ts";
import type { Shard } from "./shard.ts";

/** Entries sorted at once. It bounds the stall of the eviction that finds no sorted entry left. */
const BATCH = 2048;
const batchRefs = new Int32Array(BATCH);
const batchOrder = new Float64Array(BATCH);

/** Ticks are compared by signed difference, so no start of a generation may lag behind by more than this. */
const TICK_SPAN = 2 ** 30;

/** Queues a new entry as the most recently used. */
export function linkLru(shard: Shard, ref: number): void {
  const { words } = shard;
  if (((words[TICK]! - startOf(shard, words[NEWEST]!)) | 0) >= words[WIDTH]!) openGeneration(shard);
  const tick = words[TICK]!;
  appendTo(shard, words[NEWEST]!, ref);
  words[shard.stampsAt + words[ref + SLOT]!] = tick;
  words[TICK] = tick + 1;
}

/** Queues an entry whose last use was `age` ticks ago as the most recent one of its generation. */
export function linkAged(shard: Shard, ref: number, age: number): void {
  const { words } = shard;
  words[shard.stampsAt + words[ref + SLOT]!] = words[TICK]! - Math.min(age, TICK_SPAN);
  appendTo(shard, generationOf(shard, ref), ref);
}

/** The least recently used entry; 0: there is none. */
export function lruVictim(shard: Shard): number {
  const { words } = shard;
  for (;;) {
    const oldest = words[OLDEST]!;
    const first = firstOf(shard, oldest);
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
  unqueue(shard, ref);
  appendTo(shard, generation, ref);
}

/**
 * Sorts the first BATCH entries of the oldest generation by stamp. Those used since move to the generation of their
 * stamp.
 */
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
      unqueue(shard, ref);
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

/** The place in the batch: the low part of an order number. Also right where the age in the high part is negative. */
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

/** Begins a new generation with the present tick. When all generations are in use, it first merges them in pairs. */
function openGeneration(shard: Shard): void {
  const { words } = shard;
  if (span(shard) === GENERATIONS) mergePairs(shard);
  const next = (words[NEWEST]! + 1) & (GENERATIONS - 1);
  // Entries of the generation that ends here may already have the present tick.
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
    if (merged !== first) appendQueue(shard, first, merged);
    appendQueue(shard, second, merged);
  }
  words[NEWEST] = (oldest + GENERATIONS / 2 - 1) & (GENERATIONS - 1);
  words[WIDTH] = Math.min(words[WIDTH]! * 2, TICK_SPAN / GENERATIONS);
}

/** Keeps all starts within TICK_SPAN of the present tick, so that differences have the right sign when ticks wrap. */
function drawUpStarts(shard: Shard): void {
  const { words } = shard;
  const tick = words[TICK]!;
  if ((tick - startOf(shard, words[OLDEST]!)) >>> 0 <= TICK_SPAN) return;
  for (let i = 0; i < GENERATIONS; i++) {
    if ((tick - startOf(shard, i)) >>> 0 > TICK_SPAN) words[STARTS_AT + i] = (tick - TICK_SPAN) | 0;
  }
}

/** Makes the next generation the oldest. When few are left, new ones get shorter, which makes the order more exact. */
function closeOldest(shard: Shard): void {
  const { words } = shard;
  emptyQueue(shard, words[OLDEST]!);
  words[OLDEST] = (words[OLDEST]! + 1) & (GENERATIONS - 1);
  words[SORTED] = 0;
  const left = span(shard);
  if (left < GENERATIONS / 4 && (left & (left - 1)) === 0) words[WIDTH] = Math.max(1, words[WIDTH]! >> 1);
}
