/**
 * Goal: a script is over its limits when its time is up or it takes too much memory, and it stays so until the next one.
 */
import test from "ava";
import { Limits } from "../../../server/scripts/limits.ts";
import { FakeClock } from "../fakes.ts";

/** The longest string of a script. */
const MAX_STRING_BYTES = 64 << 20;

function setUp() {
  const clock = new FakeClock();
  const limits = new Limits(clock.read);
  limits.begin(100);
  return { clock, limits };
}

test("time is up after the given milliseconds, until the next script begins", (t) => {
  const { clock, limits } = setUp();
  clock.advance(100);
  t.false(limits.tick());
  clock.advance(1);
  t.true(limits.tick());
  t.is(limits.over, "ran longer than busy-reply-threshold");
  t.true(limits.makes(1));
  limits.begin(100);
  t.false(limits.tick());
  t.is(limits.over, undefined);
});

test("a string may have 64 MiB, and one byte more is too much", (t) => {
  const { limits } = setUp();
  t.false(limits.makes(MAX_STRING_BYTES));
  t.true(limits.makes(MAX_STRING_BYTES + 1));
  t.is(limits.over, "took too much memory");
});

test("pieces of one string are counted together, each once, and no longer than until it is made", (t) => {
  const { limits } = setUp();
  const pieces = Array.from({ length: 5 }, () => ({}));
  for (let i = 0; i < 10; i++) t.false(limits.joins(pieces[0], MAX_STRING_BYTES));
  t.false(limits.makes(1));
  t.false(limits.joins(pieces[1], MAX_STRING_BYTES));
  t.false(limits.joins(pieces[2], MAX_STRING_BYTES));
  t.true(limits.joins(pieces[3], 1));
  t.true(limits.tick());
});

test("memory that grows beyond the bound ends the script", (t) => {
  const { limits } = setUp();
  const kept: Uint8Array[] = [];
  while (!limits.makes(32 << 20) && kept.length < 100) kept.push(new Uint8Array(32 << 20));
  t.is(limits.over, "took too much memory");
  t.true(kept.length >= 8 && kept.length < 40, `${kept.length}`);
});
