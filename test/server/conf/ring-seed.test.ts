/**
 * Goal: the ring's seed never changes its meaning.
 * Method: fixed pairs; the hashes are SHA-256's first four bytes, as `printf TEXT | sha256sum` prints them.
 */

import test from "ava";
import { seedOf } from "../../../server/conf/ring-seed.ts";

test("a number of 32 bits is taken as it is", (t) => {
  t.is(seedOf(Buffer.from("0")), 0);
  t.is(seedOf(Buffer.from("42")), 42);
  t.is(seedOf(Buffer.from("4294967295")), 0xffff_ffff);
});

test("anything else is hashed", (t) => {
  t.is(seedOf(Buffer.from("abc")), 0xba7816bf);
  t.is(seedOf(Buffer.from("")), 0xe3b0c442);
  t.is(seedOf(Buffer.from("4294967296")), 0x6c1ca400);
});
