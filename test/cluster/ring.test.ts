/**
 * Goal: every member finds the same owner, shares are even, and a change of members moves no key it need not move.
 * Method: rings of real size with fixed seeds over 20,000 keys; for collisions, a hash that is the same for all bytes.
 */

import test from "ava";
import fc from "fast-check";
import { type Hash32, Ring } from "../../cluster/ring.ts";
import { hash } from "../server/fakes.ts";

const options = { virtualNodes: 512, seed: 7 };
const ids = (count: number) => Array.from({ length: count }, (_, i) => `10.0.0.${i + 1}:16390`);
const keys = Array.from({ length: 20_000 }, (_, i) => Buffer.from(`product:${i}`));
const all = () => true;

test("ten members' largest share is at most 1.15 of the mean", async (t) => {
  const shares = [...(await Ring.create(ids(10), options)).shares().values()];
  t.true(Math.max(...shares) * 10 <= 1.15, `peak/mean ${Math.max(...shares) * 10}`);
  t.true(Math.abs(shares.reduce((sum, share) => sum + share) - 1) < 1e-9);
});

test("the keys are spread as the shares say", (t) => {
  const ring = new Ring(ids(4), options, hash);
  const owned = new Map<string, number>();
  for (const key of keys) owned.set(ring.ownerOf(key), (owned.get(ring.ownerOf(key)) ?? 0) + 1);
  for (const [id, share] of ring.shares()) {
    t.true(Math.abs(owned.get(id)! / keys.length - share) < 0.02);
  }
});

test("the owner is the one with the next point clockwise", (t) => {
  const positions: Record<string, number> = { "a#0": 100, "b#0": 0x80000000, low: 101, high: 0x80000001 };
  const byTable: Hash32 = (bytes) => positions[Buffer.from(bytes).toString()]!;
  const ring = new Ring(["a", "b"], { virtualNodes: 1, seed: 0 }, byTable);
  t.is(ring.ownerOf(Buffer.from("low")), "b");
  t.is(ring.ownerOf(Buffer.from("high")), "a");
  t.is(ring.ownerOf(Buffer.from("a#0")), "a");
});

test("the prefix table finds the same owner as a walk over all points", (t) => {
  const ring = new Ring(ids(3), { virtualNodes: 5, seed: 1 }, hash);
  const points = ids(3)
    .flatMap((id) =>
      Array.from({ length: 5 }, (_, i) => ({ id, at: hash(Buffer.from(`${id}#${i}`), 1) >>> 0 })),
    )
    .sort((a, b) => a.at - b.at);
  const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from("{}")));
  const property = fc.property(fc.array(byte, { maxLength: 20 }), (bytes) => {
    const key = Buffer.from(bytes);
    const tag = /^[^{]*\{([^}]+)\}/.exec(key.toString("latin1"))?.[1];
    const at = hash(tag === undefined ? key : Buffer.from(tag, "latin1"), 1) >>> 0;
    t.is(ring.ownerOf(key), (points.find((point) => point.at >= at) ?? points[0]!).id);
  });
  fc.assert(property, { numRuns: 300 });
});

for (const count of [3, 10]) {
  test(`a member that joins ${count} others takes only what it gains, at most 1/n + 2 % of the keys`, (t) => {
    const before = new Ring(ids(count), options, hash);
    const after = new Ring(ids(count + 1), options, hash);
    const joined = ids(count + 1).at(-1);
    const moved = keys.filter((key) => before.ownerOf(key) !== after.ownerOf(key));
    t.true(moved.length / keys.length <= 1 / (count + 1) + 0.02);
    t.true(moved.every((key) => after.ownerOf(key) === joined));
  });
}

test("a member that leaves moves its own keys only", (t) => {
  const before = new Ring(ids(5), options, hash);
  const after = new Ring(ids(4), options, hash);
  const left = ids(5).at(-1);
  t.true(keys.every((key) => before.ownerOf(key) === after.ownerOf(key) || before.ownerOf(key) === left));
});

test("order and duplicates in the list of members do not matter", (t) => {
  const ring = new Ring(ids(5), options, hash);
  const mixed = new Ring([...ids(5).reverse(), ...ids(2)], options, hash);
  t.deepEqual(mixed.members, ring.members);
  t.true(keys.every((key) => ring.ownerOf(key) === mixed.ownerOf(key)));
});

test("members whose points all collide are told apart by their ids", (t) => {
  const collide: Hash32 = () => 5;
  for (const members of [ids(3), ids(3).reverse()]) {
    const ring = new Ring(members, options, collide);
    t.is(ring.ownerOf(Buffer.from("any")), ids(3)[0]);
    t.is(
      ring.ownerAmong(Buffer.from("any"), (id) => id !== ids(3)[0]),
      ids(3)[1],
    );
  }
});

test("another seed gives another layout", (t) => {
  const ring = new Ring(ids(3), options, hash);
  const other = new Ring(ids(3), { ...options, seed: 8 }, hash);
  const same = keys.filter((key) => ring.ownerOf(key) === other.ownerOf(key)).length;
  t.true(same / keys.length < 0.45);
});

test("keys chosen for one member under one seed spread under another", (t) => {
  const aimed = keys.filter(
    (key) => new Ring(ids(3), { virtualNodes: 1, seed: 0 }, hash).ownerOf(key) === ids(3)[0],
  );
  const ring = new Ring(ids(3), options, hash);
  for (const id of ids(3)) {
    t.true(aimed.filter((key) => ring.ownerOf(key) === id).length / aimed.length <= 0.4);
  }
});

test("a key goes to its owner while that is up, else to the next member clockwise that is up", (t) => {
  const ring = new Ring(ids(4), options, hash);
  const without = new Ring(ids(4).slice(0, 3), options, hash);
  const gone = ids(4)[3];
  for (const key of keys.slice(0, 2000)) {
    t.is(ring.ownerAmong(key, all), ring.ownerOf(key));
    t.is(
      ring.ownerAmong(key, (id) => id !== gone),
      without.ownerOf(key),
    );
  }
  t.is(
    ring.ownerAmong(keys[0]!, () => false),
    undefined,
  );
});

test("a ring of one owns every key, a ring of none is refused", (t) => {
  const ring = new Ring(["a:1"], options, hash);
  t.true(keys.slice(0, 100).every((key) => ring.ownerOf(key) === "a:1"));
  t.is(ring.shares().get("a:1"), 1);
  t.throws(() => new Ring([], options, hash), { message: "a ring needs a member" });
});

test("keys with one hash tag have one owner, by Redis Cluster's rule for tags", (t) => {
  const ring = new Ring(ids(50), options, hash);
  const ownerOf = (key: string) => ring.ownerOf(Buffer.from(key, "latin1"));
  for (const key of ["{user:7}", "lock:{user:7}", "{user:7}:a{b}", "x{user:7}}", "\0\xff{user:7}"])
    t.is(ownerOf(key), ownerOf("user:7"), key);
  // No tag: the whole key counts. All of them having the owner of what is inside by chance is next to impossible.
  for (const [key, inside] of [
    ["a{}{user:7}", "user:7"],
    ["{user:7", "user:7"],
    ["}user:7{", "user:7"],
    ["{{user:7}}", "user:7"],
  ] as const)
    t.is(new Set([key, inside].map(ownerOf)).size, 2, key);
  t.is(ownerOf("foo{{bar}}zap"), ownerOf("{bar"));
});
