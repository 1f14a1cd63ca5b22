/**
 * Goal: all members put the changes of all into one order, and a change is later than whatever its author had heard of.
 * Method: versions and a counter by themselves.
 */

import test from "ava";
import { ChangeCounter, isLater } from "../../cluster/change.ts";

test("of two versions the one with the greater counter is later, whoever made it", (t) => {
  t.true(isLater({ counter: 10, author: "a:1" }, { counter: 9, author: "z:1" }));
  t.false(isLater({ counter: 9, author: "z:1" }, { counter: 10, author: "a:1" }));
});

test("of two versions with one counter exactly one is later, for all members the same; none is later than itself", (t) => {
  const [a, b] = ["a:1", "b:1"].map((author) => ({ counter: 7, author }));
  t.true(isLater(b!, a!));
  t.false(isLater(a!, b!));
  t.false(isLater(a!, a!));
});

test("the next tick of a counter is greater than all that it has heard and all its own ticks", (t) => {
  const counter = new ChangeCounter();
  t.is(counter.tick(), 1);
  counter.hear(41);
  t.is(counter.value, 41);
  t.is(counter.tick(), 42);
  counter.hear(3);
  t.is(counter.tick(), 43);
});

test("the ticks of a counter that begins behind a number are greater", (t) => {
  const counter = new ChangeCounter(1000);
  counter.hear(999);
  t.is(counter.tick(), 1001);
});

test("a counter that no cluster comes to is not heard: ticks stay exact", (t) => {
  const counter = new ChangeCounter();
  const most = Math.floor(Number.MAX_SAFE_INTEGER / 2);
  for (const wrong of [most + 1, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, Number.NaN])
    counter.hear(wrong);
  t.is(counter.tick(), 1);
  counter.hear(most);
  t.is(counter.tick(), most + 1);
});
