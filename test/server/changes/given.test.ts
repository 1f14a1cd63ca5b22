/**
 * Goal: a change that comes late destroys nothing that was given later, and what is remembered for that stays bounded.
 * Method: Given by itself, with versions made up.
 */

import test from "ava";
import { ChangeCounter } from "../../../cluster/change.ts";
import { Given } from "../../../server/changes/given.ts";

const key = Buffer.from("k");
const at = (counter: number, author = "b:1") => ({ counter, author });

function setUp(settled = 0) {
  const counter = new ChangeCounter();
  const state = { settled, looks: 0 };
  const given = new Given({
    nextVersion: () => ({ counter: counter.tick(), author: "a:1" }),
    settledCounter: () => {
      state.looks++;
      return state.settled;
    },
  });
  return { given, counter, state };
}

test("what was given is later than the changes before it, and than none behind it; what was not given is later than none", (t) => {
  const { given, counter } = setUp();
  t.false(given.isLater(key, at(1)));
  counter.hear(5);
  given.note(key);
  t.true(given.isLater(key, at(5)));
  t.false(given.isLater(key, at(7)));
  t.false(given.isLater(Buffer.from("other"), at(1)));
});

test("of one counter the greater author is later, for a key as for all keys", (t) => {
  const { given } = setUp();
  given.note(key, at(9, "b:1"));
  t.deepEqual(
    ["a:1", "b:1", "c:1"].map((author) => given.isLater(key, at(9, author))),
    [true, false, false],
  );
  t.deepEqual(
    ["a:1", "b:1", "c:1"].map((author) => given.laterThan(at(9, author)).length),
    [1, 0, 0],
  );
});

test("the last gift of a key counts, with its own version when another member asked for it", (t) => {
  const { given } = setUp();
  given.note(key, at(20));
  given.note(key, at(10));
  t.false(given.isLater(key, at(15)));
});

test("what is computed from a given value is given, what is computed from a loaded one is not", (t) => {
  const { given } = setUp();
  given.changed(key, at(5));
  t.false(given.isLater(key, at(1)));
  given.note(Buffer.from("another"), at(5));
  given.changed(key, at(6));
  t.false(given.isLater(key, at(1)));
  given.note(key, at(7));
  given.changed(key, at(9));
  t.true(given.isLater(key, at(8)));
});

test("a key that is forgotten has not been given, nor has any key when all are", (t) => {
  const { given } = setUp();
  const other = Buffer.from("other");
  for (const each of [key, other]) given.note(each, at(5));
  given.forget(key);
  t.deepEqual([given.isLater(key, at(1)), given.isLater(other, at(1))], [false, true]);
  given.forgetAll();
  t.false(given.isLater(other, at(1)));
  t.deepEqual(given.laterThan(at(1)), []);
});

test("keys given later than a flush are named byte by byte", (t) => {
  const { given } = setUp();
  const binary = Buffer.from([0, 128, 255, 13, 10]);
  given.note(key, at(3));
  given.note(binary, at(5));
  t.deepEqual(given.laterThan(at(4)), [binary]);
});

test("a key's bytes may change after the call", (t) => {
  const { given } = setUp();
  const mine = Buffer.from("mine");
  given.note(mine, at(5));
  mine.fill("x");
  t.true(given.isLater(Buffer.from("mine"), at(1)));
  t.false(given.isLater(mine, at(1)));
});

test("versions that no earlier change can follow are forgotten when there are 1,024, and looked for no sooner", (t) => {
  const { given, state } = setUp(1000);
  const name = (i: number) => Buffer.from(`k${i}`);
  for (let i = 1; i < 1024; i++) given.note(name(i), at(i));
  t.is(state.looks, 0);
  t.true(given.isLater(name(1), at(0)));
  given.note(name(1024), at(1024));
  t.is(state.looks, 1);
  t.deepEqual(
    [1000, 1001, 1024].map((i) => given.isLater(name(i), at(0))),
    [false, true, true],
  );
});

test("a key that is given again is as late as its last version, and holds up no earlier one", (t) => {
  const { given } = setUp(1000);
  for (let i = 1; i < 1024; i++) given.note(Buffer.from(`k${i}`), at(i));
  given.note(Buffer.from("k1"), at(2000));
  given.note(Buffer.from("k1024"), at(2001));
  t.deepEqual(
    ["k1", "k2", "k1024"].map((name) => given.isLater(Buffer.from(name), at(0))),
    [true, false, true],
  );
});

test("when all is settled, the next look comes when there are 1,024 again", (t) => {
  const { given, state } = setUp(1e6);
  const fill = () => {
    for (let i = 1; i < 1024; i++) given.note(Buffer.from(`k${i}`), at(i));
  };
  fill();
  given.note(key, at(1024));
  t.deepEqual(given.laterThan(at(0)), []);
  fill();
  t.is(state.looks, 1);
});

test("while nothing is settled, the next look comes when there are twice as many", (t) => {
  const { given, state } = setUp();
  for (let i = 1; i < 2048; i++) given.note(Buffer.from(`k${i}`), at(i));
  t.is(state.looks, 1);
  given.note(Buffer.from("one more"), at(2048));
  t.is(state.looks, 2);
});

test("65,536 versions are kept; one more, and the earliest is forgotten", (t) => {
  const { given } = setUp();
  for (let i = 1; i <= 65_536; i++) given.note(Buffer.from(`k${i}`), at(i));
  t.is(given.laterThan(at(0)).length, 65_536);
  given.note(Buffer.from("one more"), at(70_000));
  t.is(given.laterThan(at(0)).length, 65_536);
  t.deepEqual(
    ["k1", "k2", "one more"].map((name) => given.isLater(Buffer.from(name), at(0))),
    [false, true, true],
  );
});

test("an edit asked for before a bar is overtaken by it, one asked for behind it is not", (t) => {
  const { given } = setUp();
  t.is(given.overtaker(key, at(1)), undefined);
  given.bar([Buffer.from("another"), key], at(8));
  t.is(given.overtaker(key, at(7)), 8);
  t.is(given.overtaker(key, at(8, "a:1")), undefined);
  t.is(given.overtaker(key, at(9)), undefined);
  t.is(given.overtaker(Buffer.from("neither"), at(1)), undefined);
});

test("the latest of all bars counts, in whatever order they came", (t) => {
  const { given } = setUp();
  for (const counter of [8, 5]) given.bar([key], at(counter));
  t.is(given.overtaker(key, at(6)), 8);
});

test("a bar without keys is one of every key, and the latest of all bars counts", (t) => {
  const { given } = setUp();
  given.bar([], at(6));
  given.bar([], at(4));
  given.bar([key], at(8));
  t.is(given.overtaker(Buffer.from("other"), at(5)), 6);
  t.is(given.overtaker(Buffer.from("other"), at(6)), undefined);
  t.is(given.overtaker(key, at(5)), 8);
  given.bar([], at(10));
  t.is(given.overtaker(key, at(9)), 10);
});

test("a bar does not make a key given, nor forgotten", (t) => {
  const { given } = setUp();
  given.note(key, at(9));
  given.bar([key], at(8));
  t.true(given.isLater(key, at(8)));
});
