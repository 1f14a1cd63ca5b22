/**
 * Goal: a deadline comes out of a header as it went in, and the key's length beside it stays.
 * Method: deadlines at the edges of their 48 bits.
 */
import test from "ava";
import { deadlineOf, writeDeadline } from "../../../server/store/header.ts";
import { DATED, MAX_DEADLINE, MAX_KEY_BYTES, SIZES, VALUE } from "../../../server/store/layout.ts";

test("a deadline keeps all of its 48 bits, and leaves the length of the key alone", (t) => {
  const words = new Int32Array(16);
  words[4 + VALUE] = DATED | 5;
  words[4 + SIZES] = MAX_KEY_BYTES;
  for (const deadline of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 47, MAX_DEADLINE]) {
    writeDeadline(words, 4, deadline);
    t.is(deadlineOf(words, 4), deadline);
    t.is(words[4 + SIZES]! & 0xffff, MAX_KEY_BYTES);
  }
});

test("an entry that is not dated has no deadline", (t) => {
  t.is(deadlineOf(new Int32Array(8), 0), Number.POSITIVE_INFINITY);
});
