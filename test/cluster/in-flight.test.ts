/**
 * Goal: each id finds its own request, however long others wait, and ids follow each other. Method: random adding and
 * deleting beside a Map; a request that waits for ever while many come and go.
 */
import test from "ava";
import fc from "fast-check";
import { InFlight } from "../../cluster/in-flight.ts";

test("requests added one after the other have ids that follow each other", (t) => {
  const waiting = new InFlight<number>();
  const ids = Array.from({ length: 10_000 }, (_, i) => waiting.add(i));
  t.deepEqual(
    ids,
    Array.from({ length: 10_000 }, (_, i) => i + 1),
  );
  t.is(waiting.size, 10_000);
  t.true(ids.every((id, i) => waiting.get(id) === i));
});

test("a request that waits for ever keeps its place, and no other one gets its id", (t) => {
  const waiting = new InFlight<string>();
  const old = waiting.add("old");
  let before = old;
  for (let i = 0; i < 100_000; i++) {
    const id = waiting.add(`new ${i}`);
    // A late answer must not find another request under its id.
    if (id <= before) t.fail();
    before = id;
    if (waiting.get(id) !== `new ${i}`) t.fail();
    waiting.delete(id);
    if (waiting.get(id) !== undefined) t.fail();
  }
  t.is(waiting.get(old), "old");
  t.is(waiting.size, 1);
});

test("an id finds nothing when a later request has its place", (t) => {
  const waiting = new InFlight<string>();
  const old = waiting.add("old");
  waiting.delete(old);
  for (let i = 0; i < 255; i++) waiting.delete(waiting.add("between"));
  const id = waiting.add("new");
  t.is(id - old, 256);
  t.is(waiting.get(old), undefined);
  waiting.delete(old);
  t.deepEqual([waiting.get(id), waiting.size], ["new", 1]);
});

test("ids follow each other although an earlier place is free again", (t) => {
  const waiting = new InFlight<number>();
  for (let i = 1; i <= 255; i++) waiting.add(i);
  waiting.delete(100);
  t.deepEqual([waiting.add(0), waiting.add(0)], [256, 257]);
});

test("ids go on from 0 after 2^32, and no request is lost when the places become more meanwhile", (t) => {
  for (const lastId of [2 ** 31 - 100, 2 ** 32 - 100]) {
    const waiting = new InFlight<number>(lastId);
    const ids = Array.from({ length: 1000 }, (_, i) => waiting.add(i));
    t.deepEqual(
      ids,
      Array.from({ length: 1000 }, (_, i) => (lastId + 1 + i) % 2 ** 32),
    );
    t.true(ids.every((id, i) => waiting.get(id) === i));
    for (const id of ids) waiting.delete(id);
    t.is(waiting.size, 0);
    t.true(ids.every((id) => waiting.get(id) === undefined));
  }
});

test("clearing forgets all requests and returns them", (t) => {
  const waiting = new InFlight<string>();
  const id = waiting.add("a");
  waiting.add("b");
  t.deepEqual(waiting.clear().sort(), ["a", "b"]);
  t.is(waiting.size, 0);
  t.is(waiting.get(id), undefined);
  t.is(waiting.add("c"), 3, "a late answer finds nothing");
});

test("after any adding and deleting it holds what a Map would", (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -600, max: 900 }), { maxLength: 500 }), (steps) => {
      const waiting = new InFlight<number>();
      const model = new Map<number, number>();
      for (const step of steps) {
        if (step >= 0) {
          for (let i = 0; i < step % 40; i++) model.set(waiting.add(step), step);
        } else {
          const id = [...model.keys()][-step % Math.max(1, model.size)] ?? 77_777;
          waiting.delete(id);
          model.delete(id);
        }
        if (waiting.size !== model.size) return false;
      }
      return [...model].every(([id, value]) => waiting.get(id) === value);
    }),
    { numRuns: 200 },
  );
  t.pass();
});
