/**
 * Goal: all groups move to their new memory, or none does; mirrors keep their share.
 * Method: groups with entries, moved slice by slice.
 */
import test from "ava";
import { fitMemory, LOOK_MS, moveSlice } from "../../../server/cache/fit-memory.ts";
import type { Group } from "../../../server/groups/groups.ts";
import { FreeWrites } from "../../../server/store/free-writes.ts";
import { createGroup, key } from "../fakes.ts";

const MIB = 2 ** 20;

function groupsOf() {
  let now = 0;
  const clock = () => now++;
  const conf = { maxBytes: 8 * MIB, mirrorBytes: 4 * MIB };
  const groups = ["a", "b"].map((name) => createGroup({ conf: { ...conf, name }, clock }));
  for (const { store, mirrors } of groups) {
    store.put(key("k"), key("v"), undefined);
    mirrors!.put(key("m"), key("v"), undefined);
  }
  const limits = () =>
    groups.flatMap(({ store, mirrors }) => [store, mirrors!]).map(({ handle }) => handle.maxBytes / MIB);
  const planOf = (bytes: number, eviction: "s3fifo" | "lru" | "noeviction" = "s3fifo") => ({
    eviction,
    groups: new Map(groups.map(({ name }) => [name, { maxBytes: bytes, mirrorBytes: bytes / 4 }])),
  });
  return { groups, limits, planOf };
}

const world = { quietlyAfter: () => ({ cancel: () => {} }) };
const isMoving = (groups: readonly Group[]) =>
  groups.some(({ store, mirrors }) => store.memory.isMoving || mirrors!.memory.isMoving);

test("stores and mirrors move, slice by slice, and keep their entries", (t) => {
  const { groups, limits, planOf } = groupsOf();
  t.is(moveSlice(groups), LOOK_MS);
  t.is(fitMemory(groups, planOf(16 * MIB), { world }), undefined);
  t.deepEqual(limits(), [12, 4, 12, 4]);
  t.true(isMoving(groups));
  let slices = 0;
  while (moveSlice(groups) < LOOK_MS) slices++;
  t.true(slices >= 2);
  t.false(isMoving(groups));
  for (const { store, mirrors } of groups) {
    t.is(String(store.get(key("k"))?.value), "v");
    t.is(String(mirrors!.get(key("m"))?.value), "v");
  }
});

test("when one store cannot, no other one moves", (t) => {
  const { groups, limits, planOf } = groupsOf();
  fitMemory(groups, planOf(8 * MIB, "noeviction"), { world });
  while (isMoving(groups)) moveSlice(groups);
  t.deepEqual(
    groups.map(({ store, mirrors }) => [store.handle.eviction, mirrors!.handle.eviction]),
    [
      ["noeviction", "s3fifo"],
      ["noeviction", "s3fifo"],
    ],
  );
  groups[1]!.store.put(key("large"), Buffer.alloc(2 * MIB), undefined);
  const before = limits();
  t.is(
    fitMemory(groups, planOf(2 * MIB, "noeviction"), { world }),
    "more is held than would fit, and noeviction drops nothing",
  );
  t.deepEqual(limits(), before);
  t.false(isMoving(groups));
  t.regex(fitMemory(groups, planOf(2 ** 45), { world })!, /^(the system gives|the limit of address space)/);
  t.deepEqual(limits(), before);
});

test("while entries move, no other thread writes, nor does one that does not know the new memory", (t) => {
  const { groups, planOf } = groupsOf();
  const freeWrites = new FreeWrites(2);
  t.true(freeWrites.begin(2, 0));
  freeWrites.end(2);
  fitMemory(groups, planOf(16 * MIB), { world, freeWrites });
  t.false(freeWrites.begin(2, 1));
  while (moveSlice(groups, freeWrites) < LOOK_MS);
  t.false(freeWrites.begin(2, 0));
  t.true(freeWrites.begin(2, 1));
});
