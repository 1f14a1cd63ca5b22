/**
 * Goal: a client learns once whether one of its watched keys has changed since it began to watch.
 * Method: clients by number, keys that are touched in between; the memory behind the keys is overwritten.
 */
import test from "ava";
import { storedKey } from "../../../server/store/database-key.ts";
import { FreeWrites } from "../../../server/store/free-writes.ts";
import { Watches } from "../../../server/tracking/watches.ts";
import { key } from "../fakes.ts";

/** A member that holds nothing; others may. */
const IN_CLUSTER = { isHeld: () => false, isAlone: false };

test("a client learns once of a change of its own keys, and of no other's", (t) => {
  const watches = new Watches(IN_CLUSTER);
  const words = [key("a"), key("\xff\0")];
  watches.add(1, words);
  watches.add(2, [key("b")]);
  words[0]!.fill(0);
  watches.touch(key("a"));
  t.false(watches.settle(1));
  t.true(watches.settle(2));
  t.true(watches.settle(1));
  t.is(watches.size, 0);
});

test("a change before WATCH does not count", (t) => {
  const watches = new Watches(IN_CLUSTER);
  watches.touch(key("a"));
  watches.touchAll();
  watches.add(1, [key("a")]);
  t.true(watches.settle(1));
});

test("keys of several WATCHes add up; two clients may watch one key, and each settles for itself", (t) => {
  const watches = new Watches(IN_CLUSTER);
  watches.add(1, [key("a")]);
  watches.add(1, [key("b"), key("a")]);
  watches.add(2, [key("b")]);
  t.true(watches.settle(2));
  watches.touch(key("b"));
  t.false(watches.settle(1));
});

test("a flush of a cluster touches every watched key: another member may have held its entry", (t) => {
  const watches = new Watches(IN_CLUSTER);
  watches.add(1, [key("a")]);
  watches.add(2, [key("b")]);
  watches.touchAll();
  t.deepEqual([watches.settle(1), watches.settle(2), watches.settle(3)], [false, false, true]);
});

test("a flush of a node that is alone touches the keys that had an entry, as in Redis", (t) => {
  const watches = new Watches({ isHeld: (name) => name.equals(key("a")), isAlone: true });
  watches.add(1, [key("a"), key("b")]);
  watches.add(2, [key("b")]);
  watches.touchAll();
  t.deepEqual([watches.settle(1), watches.settle(2)], [false, true]);
});

test("an entry that has gone by itself has changed; one that was never here has not", (t) => {
  const held = new Set(["a", "old"]);
  const watches = new Watches({ isHeld: (name) => held.has(String(name)), isAlone: false });
  watches.add(1, [key("a")]);
  watches.add(2, [key("b")]);
  watches.add(3, [key("old")]);
  held.delete("a");
  held.add("b");
  t.deepEqual([watches.settle(1), watches.settle(2), watches.settle(3)], [false, true, true]);
});

test("a flush of one database touches the keys that are watched in it only", (t) => {
  const watches = new Watches(IN_CLUSTER);
  watches.add(1, [storedKey(1, key("a"))]);
  watches.add(2, [key("a"), storedKey(0, key("\0b"))]);
  watches.touchAll(1);
  t.deepEqual([watches.settle(1), watches.settle(2)], [false, true]);
  watches.add(2, [storedKey(0, key("\0b"))]);
  watches.touchAll(0);
  t.false(watches.settle(2));
});

test("no other thread writes while a key is watched, by a client or by the node", (t) => {
  const freeWrites = new FreeWrites(2);
  const watches = new Watches({ ...IN_CLUSTER, freeWrites });
  watches.add(1, [key("a")]);
  const own = watches.watch(key("b"));
  t.true(freeWrites.has("watching"));
  watches.settle(1);
  t.true(freeWrites.has("watching"));
  own.end();
  t.false(freeWrites.has("watching"));
});
