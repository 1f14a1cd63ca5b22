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
    let ref = firstOf(shard, queue);
    ref !== 0 && ref !== sentinelOf(queue);
    ref = shard.words[ref + NEXT]!
  ) {
    refs.push((ref - shard.arenaAt) / 10);
  }
  return refs;
}

test("an entry can be unlinked anywhere, and a queue appended to another", (t) => {
  const shard = shardOf(1 << 12);
  const ref = (i: number) => shard.arenaAt + i * 10;
  t.is(firstOf(shard, 3), 0);
  for (const i of [1, 2, 3, 4]) appendTo(shard, 3, ref(i));
  for (const i of [5, 6]) appendTo(shard, 4, ref(i));
  unqueue(shard, ref(2));
  unqueue(shard, ref(4));
  t.deepEqual(listOf(shard, 3), [1, 3]);
  appendQueue(shard, 4, 3);
  t.deepEqual(listOf(shard, 3), [1, 3, 5, 6]);
  t.deepEqual(listOf(shard, 4), []);
  appendQueue(shard, 4, 3);
  appendQueue(shard, 3, 4);
  unqueue(shard, ref(1));
  t.deepEqual(listOf(shard, 4), [3, 5, 6]);
  t.deepEqual(listOf(shard, 3), []);
});
