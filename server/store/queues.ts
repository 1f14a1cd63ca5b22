/**
 * The queues of a shard: doubly linked lists through the headers of its entries.
 *
 * Each is a ring closed by a sentinel in the control area, so that an entry leaves its queue without knowing which
 * one it is in. An entry is in exactly one queue from its linking to its end. Only the holder of the mutex comes here.
 */
import { NEXT, PREV, SENTINELS_AT } from "./layout.ts";

/** The ref of a queue's sentinel. */
export function sentinelOf(queue: number): number {
  return SENTINELS_AT + queue * 4;
}

export function emptyQueue(words: Int32Array, queue: number): void {
  const sentinel = sentinelOf(queue);
  words[sentinel + PREV] = sentinel;
  words[sentinel + NEXT] = sentinel;
}

/** The entry at the front of a queue, or 0. */
export function firstOf(words: Int32Array, queue: number): number {
  const sentinel = sentinelOf(queue);
  const first = words[sentinel + NEXT]!;
  return first === sentinel ? 0 : first;
}

export function appendTo(words: Int32Array, queue: number, ref: number): void {
  const sentinel = sentinelOf(queue);
  const last = words[sentinel + PREV]!;
  words[ref + PREV] = last;
  words[ref + NEXT] = sentinel;
  words[last + NEXT] = ref;
  words[sentinel + PREV] = ref;
}

export function unqueue(words: Int32Array, ref: number): void {
  const prev = words[ref + PREV]!;
  const next = words[ref + NEXT]!;
  words[prev + NEXT] = next;
  words[next + PREV] = prev;
}

/** Puts all of one queue behind another one and leaves the first empty. */
export function appendQueue(words: Int32Array, from: number, to: number): void {
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
  emptyQueue(words, from);
}
