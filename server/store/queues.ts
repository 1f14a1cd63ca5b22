/**
 * The queues of a shard: doubly linked lists through the headers of its entries.
 *
 * A sentinel in the control area closes each list to a circle, so an entry can be unlinked without knowing its queue. A
 * live entry is in exactly one queue. Only the holder of the mutex comes here.
 */
import { NEXT, PREV, SENTINELS_AT } from "./layout.ts";
import type { Shard } from "./shard.ts";

/** The ref of a queue's sentinel. */
export function sentinelOf(queue: number): number {
  return SENTINELS_AT + queue * 4;
}

export function emptyQueue(shard: Shard, queue: number): void {
  const sentinel = sentinelOf(queue);
  shard.words[sentinel + PREV] = sentinel;
  shard.words[sentinel + NEXT] = sentinel;
}

/** The entry at the front of a queue, or 0. */
export function firstOf(shard: Shard, queue: number): number {
  const sentinel = sentinelOf(queue);
  const first = shard.words[sentinel + NEXT]!;
  return first === sentinel ? 0 : first;
}

export function appendTo(shard: Shard, queue: number, ref: number): void {
  const { words } = shard;
  const sentinel = sentinelOf(queue);
  const last = words[sentinel + PREV]!;
  words[ref + PREV] = last;
  words[ref + NEXT] = sentinel;
  words[last + NEXT] = ref;
  words[sentinel + PREV] = ref;
}

export function unqueue(shard: Shard, ref: number): void {
  const { words } = shard;
  const prev = words[ref + PREV]!;
  const next = words[ref + NEXT]!;
  words[prev + NEXT] = next;
  words[next + PREV] = prev;
}

/** Moves all entries of the queue `from` to the end of the queue `to`. */
export function appendQueue(shard: Shard, from: number, to: number): void {
  const { words } = shard;
  const source = sentinelOf(from);
  const first = words[source + NEXT]!;
  if (first === source) return;
  const last = words[source + PREV]!;
  const target = sentinelOf(to);
  const before = words[target + PREV]!;
  words[before + NEXT] = first;
  words[first + PREV] = before;
  words[last + NEXT] = target;
  words[target + PREV] = last;
  emptyQueue(shard, from);
}
