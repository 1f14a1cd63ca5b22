/**
 * Goal: a walk over positions meets each bucket once at every size of the table, and each entry that stays once even while
 * the table grows.
 * Method: tables of every size from 16 buckets to 300, walked from 0.
 */
import test from "ava";
import { POSITIONS, scanBucket } from "../../../server/store/walk.ts";
import { putUnder, shardOf } from "./shards.ts";

const spread = (i: number) => Math.imul(i + 1, 0x9e3779b1) | 0;

test("meets each entry once in a table that stands still", (t) => {
  const shard = shardOf(1 << 20);
  for (let count = 1; count <= 300; count++) {
    putUnder(shard, spread(count), `key ${count}`);
    const keys: Buffer[] = [];
    for (let at = 0; at < POSITIONS; ) at = scanBucket(shard, at, 0, keys);
    t.is(keys.length, count);
    t.is(new Set(keys.map(String)).size, count);
  }
});

test("meets what was there from the start once while the table grows at every step", (t) => {
  const shard = shardOf(1 << 20);
  for (let i = 0; i < 100; i++) putUnder(shard, spread(i), `stays ${i}`);
  const keys: Buffer[] = [];
  let more = 100;
  for (let at = 0; at < POSITIONS; more++) {
    at = scanBucket(shard, at, 0, keys);
    putUnder(shard, spread(more), `more ${more}`);
  }
  const stayed = keys.map(String).filter((name) => name.startsWith("stays"));
  t.is(stayed.length, 100);
  t.is(new Set(stayed).size, 100);
});
