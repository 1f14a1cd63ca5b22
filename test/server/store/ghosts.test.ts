/**
 * Goal: a ghost can be taken once, until nine tenths of the limit have been evicted after it.
 * Method: ghosts of one size on a shard of a hundred of them.
 */
import test from "ava";
import { addGhost, takeGhost } from "../../../server/store/ghosts.ts";
import { ENTRIES } from "../../../server/store/layout.ts";
import { shardOf } from "./shards.ts";

const BYTES = 100;
const spread = (i: number) => Math.imul(i + 1, 0x9e3779b1) | 0;

test("a ghost can be taken once", (t) => {
  const shard = shardOf(100 * BYTES, "s3fifo");
  t.false(takeGhost(shard, spread(1), BYTES), "none before the first eviction");
  addGhost(shard, spread(1), BYTES);
  t.false(takeGhost(shard, spread(2), BYTES));
  t.true(takeGhost(shard, spread(1), BYTES));
  t.false(takeGhost(shard, spread(1), BYTES));
});

test("a ghost lives until nine tenths of the limit are evicted after it", (t) => {
  const shard = shardOf(100 * BYTES, "s3fifo");
  shard.words[ENTRIES] = 100;
  for (let i = 0; i < 1000; i++) addGhost(shard, spread(i), BYTES);
  const known = Array.from({ length: 1000 }, (_, i) => i).filter((i) => takeGhost(shard, spread(i), 0));
  t.true(known.every((i) => i >= 908));
  t.true(known.length > 85, "hardly one lost its place to another");
});

test("taking a ghost prolongs the lives of the older ones", (t) => {
  const shard = shardOf(100 * BYTES, "s3fifo");
  shard.words[ENTRIES] = 100;
  for (let i = 0; i < 90; i++) addGhost(shard, spread(i), BYTES);
  for (let i = 60; i < 90; i++) t.true(takeGhost(shard, spread(i), BYTES));
  for (let i = 90; i < 100; i++) addGhost(shard, spread(i), BYTES);
  t.true(takeGhost(shard, spread(1), BYTES));
});
