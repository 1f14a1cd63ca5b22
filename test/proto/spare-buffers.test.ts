/**
 * Goal: memory of large commands is used again, and what is kept of it is bounded.
 * Method: buffers of chosen sizes, given and taken by hand.
 */
import test from "ava";
import { SpareBuffers } from "../../proto/spare-buffers.ts";

const KIB = 1024;

test("the smallest buffer with enough room is taken, and no other has it then", (t) => {
  const spares = new SpareBuffers();
  const [middle, large, small] = [64, 256, 32].map((kib) => Buffer.alloc(kib * KIB));
  for (const each of [middle, large, small]) spares.give(each!);
  t.is(spares.bytes, 352 * KIB);
  t.is(spares.take(33 * KIB), middle);
  t.is(spares.take(33 * KIB), large);
  t.is(spares.take(33 * KIB), undefined);
  t.is(spares.take(32 * KIB), small);
  t.is(spares.bytes, 0);
});

test("small buffers are neither kept nor looked for", (t) => {
  const spares = new SpareBuffers();
  spares.give(Buffer.alloc(16 * KIB - 1));
  t.is(spares.bytes, 0);
  spares.give(Buffer.alloc(16 * KIB));
  t.is(spares.take(16 * KIB - 1), undefined);
  t.is(spares.bytes, 16 * KIB);
});

test("all spare buffers together have no more than 4 MiB", (t) => {
  const spares = new SpareBuffers();
  for (let i = 0; i < 10; i++) spares.give(Buffer.alloc(1024 * KIB));
  spares.give(Buffer.alloc(16 * KIB));
  t.is(spares.bytes, 4096 * KIB);
  t.truthy(spares.take(16 * KIB));
  spares.give(Buffer.alloc(8192 * KIB));
  t.is(spares.bytes, 3072 * KIB);
});
