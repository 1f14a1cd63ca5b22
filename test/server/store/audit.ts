/**
 * Reads the whole memory of a store and compares its parts: the chains, the queues and the log must lead to the same
 * entries, and the account must be their sum. Returns what it found; throws where two parts differ.
 */
import assert from "node:assert/strict";
import { lengthOf } from "../../../server/store/arena.ts";
import { deadlineOf } from "../../../server/store/header.ts";
import { keyAt } from "../../../server/store/index-table.ts";
import {
  CHAIN,
  chargeOf,
  DATED,
  DEADLINES,
  END,
  ENTRIES,
  EXPIRING,
  FREE,
  GENERATIONS,
  geometryOf,
  HEAD,
  IN_MAIN,
  IS_ABSENT,
  LEVEL_MASK,
  LIVE_WORDS,
  MAIN_BYTES,
  MUTEX,
  NEXT,
  PREV,
  SENTINELS_AT,
  SEQUENCE,
  SIZES,
  SLOT,
  SLOTS,
  SMALL_BYTES,
  SOONEST,
  SPLIT,
  TAIL,
  USED_BYTES,
  VALUE,
  VALUES,
  WRAP,
} from "../../../server/store/layout.ts";
import { Shard } from "../../../server/store/shard.ts";
import type { StoreHandle } from "../../../server/store/store.ts";

export interface Audit {
  readonly keys: string[];
  readonly usedBytes: number;
}

export function audit(handle: StoreHandle): Audit {
  const geometry = geometryOf(Math.floor(handle.maxBytes / handle.memory.length), handle.eviction);
  const parts = handle.memory.map((memory) => auditShard(new Shard(memory, geometry)));
  return {
    keys: parts.flatMap((part) => part.keys).sort(),
    usedBytes: parts.reduce((sum, part) => sum + part.usedBytes, 0),
  };
}

function auditShard(shard: Shard): Audit {
  const { words, geometry } = shard;
  assert.equal(words[MUTEX], 0, "the mutex is free");
  assert.equal(words[SEQUENCE]! & 1, 0, "no writer is inside");
  const chained = chainedEntries(shard);
  const logged = loggedEntries(shard);
  assert.deepEqual(ascending(chained), ascending(logged), "chains and log lead to the same entries");
  assert.deepEqual(ascending(queuedEntries(shard)), ascending(chained), "queues and chains too");
  assert.equal(words[ENTRIES], chained.length);
  const slots = new Set(chained.map((ref) => words[ref + SLOT]!));
  assert.equal(slots.size, chained.length, "each entry has a stamp of its own");
  assert.equal(words[SLOTS]! - words[FREE]!, chained.length, "no stamp slot is lost");
  const sum = (of: (ref: number) => number, among = chained) =>
    among.reduce((total, ref) => total + of(ref), 0);
  const charge = (ref: number) =>
    chargeOf(geometry, lengthOf(words, ref), (words[ref + VALUE]! & DATED) !== 0);
  assert.equal(
    words[LIVE_WORDS],
    sum((ref) => lengthOf(words, ref)),
  );
  assert.equal(words[USED_BYTES], sum(charge));
  auditPopulation(shard, chained);
  assert.ok(words[USED_BYTES]! <= geometry.limitBytes, "within the limit");
  if (geometry.eviction === "s3fifo") {
    const main = chained.filter((ref) => (words[ref + VALUE]! & IN_MAIN) !== 0);
    assert.equal(words[MAIN_BYTES], sum(charge, main));
    assert.equal(words[SMALL_BYTES]! + words[MAIN_BYTES]!, words[USED_BYTES]);
  }
  const keys = chained.map((ref) => {
    const at = keyAt(words, ref);
    const name = shard.buffer.toString("latin1", at, at + (words[ref + SIZES]! & 0xffff));
    return (words[ref + VALUE]! & IS_ABSENT) === 0 ? name : `absent ${name}`;
  });
  return { keys, usedBytes: words[USED_BYTES]! };
}

function auditPopulation({ words, counters }: Shard, chained: readonly number[]): void {
  const valued = chained.filter((ref) => (words[ref + VALUE]! & IS_ABSENT) === 0);
  assert.equal(words[VALUES], valued.length);
  const deadlines = valued.map((ref) => deadlineOf(words, ref)).filter(Number.isFinite);
  assert.equal(words[EXPIRING], deadlines.length);
  assert.equal(
    counters[DEADLINES],
    deadlines.reduce((total, deadline) => total + deadline, 0),
  );
  const soonest = Math.min(...chained.map((ref) => deadlineOf(words, ref)));
  assert.ok(counters[SOONEST]! <= soonest, "nothing is due before SOONEST");
}

function ascending(refs: number[]): number[] {
  return [...refs].sort((a, b) => a - b);
}

function chainedEntries(shard: Shard): number[] {
  const { words, geometry } = shard;
  const refs: number[] = [];
  const buckets = words[LEVEL_MASK]! + 1 + words[SPLIT]!;
  for (let bucket = 0; bucket < buckets; bucket++) {
    for (let ref = words[geometry.bucketsAt + bucket]!; ref !== 0; ref = words[ref + CHAIN]!) refs.push(ref);
  }
  return refs;
}

function queuedEntries(shard: Shard): number[] {
  const { words } = shard;
  const refs: number[] = [];
  for (let queue = 0; queue < GENERATIONS; queue++) {
    const sentinel = SENTINELS_AT + queue * 4;
    let before = sentinel;
    for (let ref = words[sentinel + NEXT]!; ref !== sentinel; ref = words[ref + NEXT]!) {
      assert.equal(words[ref + PREV], before, "queues read the same in both directions");
      before = ref;
      refs.push(ref);
    }
  }
  return refs;
}

/** The live entries between tail and head; every word there must belong to one entry, live or dead. */
function loggedEntries(shard: Shard): number[] {
  const { words, arenaAt, arenaWords } = shard;
  const refs: number[] = [];
  const walk = (from: number, to: number) => {
    let ref = from;
    while (ref < to) {
      if (words[ref + SLOT] !== 0) refs.push(ref);
      ref += lengthOf(words, ref);
    }
    assert.equal(ref, to, "entries lie end to end");
  };
  const wrap = words[WRAP]!;
  if (wrap === 0) {
    walk(words[TAIL]!, words[HEAD]!);
  } else {
    assert.ok(words[HEAD]! <= words[TAIL]!, "the head is behind the tail");
    walk(words[TAIL]!, wrap);
    walk(arenaAt, words[HEAD]!);
  }
  assert.ok(words[END]! <= arenaAt + arenaWords);
  return refs;
}
