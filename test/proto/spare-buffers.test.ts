/**
 * Goal: memory of large commands is used again, and what is kept of it is bounded.
 * Method: buffers of chosen sizes, given and taken by hand.
 */
import test from "ava";
import { SpareBuffers } from "../../proto/spare-buffers.ts";

const KIB = 1024;

test("the smallest buffer with enough room is taken, and no other has it then", (t) => {
  const spares = new SpareBuffers();
  const [middle, large, small] = [64, 128, 32].map((kib) => Buffer.alloc(kib * KIB));
  for (const each of [middle, large, small]) spares.give(each!);
  t.is(spares.bytes, 224 * KIB);
  t.is(spares.take(33 * KIB), middle);
  t.is(spares.take(33 * KIB), large);
  t.is(spares.take(33 * KIB), undefined);
  t.is(spares.take(32 * KIB), small);
  t.is(spares.bytes, 0);
});

test("of buffers of one size the last one given is taken first: the CPU's cache may still have it", (t) => {
  const spares = new SpareBuffers();
  const [first, second] = [Buffer.alloc(64 * KIB), Buffer.alloc(64 * KIB)];
  for (const each of [first, second]) spares.give(each);
  t.is(spares.take(64 * KIB), second);
  t.is(spares.take(64 * KIB), first);
});

test("a buffer more than four times as long is left to a command that needs it", (t) => {
  const spares = new SpareBuffers();
  const buffer = Buffer.alloc(256 * KIB);
  spares.give(buffer);
  t.is(spares.take(64 * KIB - 1), undefined);
  t.is(spares.take(64 * KIB), buffer);
});

test("short buffers are not kept, nor are very long ones", (t) => {
  const spares = new SpareBuffers();
  for (const length of [16 * KIB - 1, 4096 * KIB + 1]) spares.give(Buffer.alloc(length));
  t.is(spares.bytes, 0);
  for (const length of [16 * KIB, 4096 * KIB]) spares.give(Buffer.alloc(length));
  t.is(spares.bytes, 4112 * KIB);
});

test("all spare buffers together have no more than 32 MiB", (t) => {
  const spares = new SpareBuffers();
  const mib = Buffer.alloc(1024 * KIB);
  for (let i = 0; i < 40; i++) spares.give(mib);
  spares.give(Buffer.alloc(16 * KIB));
  t.is(spares.bytes, 32 * 1024 * KIB);
  t.truthy(spares.take(1024 * KIB));
  spares.give(Buffer.alloc(1024 * KIB + 1));
  t.is(spares.bytes, 31 * 1024 * KIB);
});

test("rest gives up what nothing has needed since the last one, and no more", (t) => {
  const spares = new SpareBuffers();
  const lengths = [64, 64, 64, 128].map((kib) => kib * KIB);
  for (const length of lengths) spares.give(Buffer.alloc(length));
  spares.rest();
  t.is(spares.bytes, 320 * KIB, "they have just come");
  const taken = [spares.take(64 * KIB)!, spares.take(64 * KIB)!];
  for (const each of taken) spares.give(each);
  spares.rest();
  t.true(spares.bytes >= 128 * KIB && spares.bytes <= 192 * KIB, `${spares.bytes} bytes`);
  spares.rest();
  t.is(spares.bytes, 0);
  spares.rest();
  t.is(spares.take(64 * KIB), undefined);
});
