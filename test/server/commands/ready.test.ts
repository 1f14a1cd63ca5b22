/**
 * Goal: what is there already does not wait, and what is not keeps its order.
 */
import test from "ava";
import { allReady, whenReady } from "../../../server/commands/ready.ts";

test("a value that is there is read at once, a promise when it is settled", async (t) => {
  t.is(
    whenReady(1, (one) => one + 1),
    2,
  );
  const later = whenReady(Promise.resolve(1), (one) => one + 1);
  t.true(later instanceof Promise);
  t.is(await later, 2);
});

test("values are all there at once unless one of them is a promise", async (t) => {
  t.deepEqual(allReady([1, 2]), [1, 2]);
  t.deepEqual(allReady([]), []);
  const later = allReady([1, Promise.resolve(2), 3]);
  t.true(later instanceof Promise);
  t.deepEqual(await later, [1, 2, 3]);
});
