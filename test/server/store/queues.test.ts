/**
 * Goal: queues keep their order through every operation.
 * Method: bare headers in a shard's arena, queued by hand.
 */
import test from "ava";
import { NEXT } from "../../../server/store/layout.ts";
import { appendQueue, appendTo, firstOf, sentinelOf, unqueue } from "../../../server/store/queues.ts";
import type { Shard } from "../../../server/store/shard.ts";
import { shardOf } from "./shards.ts";

function listOf(shard: Shard, queue: number): number[] {
  const refs: number[] = [];
  for (
    let ref = firstOf(shard.words, queue);
    ref !== 0 && ref !== sentinelOf(queue);
    ref = shard.words[ref + NEXT]!
  ) {
    refs.push((ref - shard.arenaAt) / 10);
  }
  return refs;
}

test("entries leave from anywhere, and a queue is put behind another", (t) => {
  const shard = shardOf(1 << 12);
  const ref = (i: number) => shard.arenaAt + i * 10;
  t.is(firstOf(shard.words, 3), 0);
  for (const i of [1, 2, 3, 4]) appendTo(shard.words, 3, ref(i));
  for (const i of [5, 6]) appendTo(shard.words, 4, ref(i));
  unqueue(shard.words, ref(2));
  unqueue(shard.words, ref(4));
  t.deepEqual(listOf(shard, 3), [1, 3]);
  appendQueue(shard.words, 4, 3);
  t.deepEqual(listOf(shard, 3), [1, 3, 5, 6]);
  t.deepEqual(listOf(shard, 4), []);
  appendQueue(shard.words, 4, 3);
  appendQueue(shard.words, 3, 4);
  unqueue(shard.words, ref(1));
  t.deepEqual(listOf(shard, 4), [3, 5, 6]);
  t.deepEqual(listOf(shard, 3), []);
});
