/** Goal: the writers write what encodeReply would. Method: both, for lengths and numbers around every power of ten. */
import test from "ava";
import { encodeReply } from "../../proto/reply.ts";
import {
  bulkSize,
  NULL_RESP2,
  NULL_RESP3,
  writeBulkHeader,
  writeCrlf,
  writeHeader,
  writeInteger,
} from "../../proto/reply-writers.ts";

test("writes headers with every number that 31 bits hold", (t) => {
  const target = Buffer.alloc(32);
  const powers = Array.from({ length: 9 }, (_, i) => 10 ** (i + 1));
  for (const number of [0, 1, 9, 42, ...powers.flatMap((n) => [n - 1, n, n + 1]), 2 ** 31 - 1]) {
    const end = writeHeader(target, 3, 0x2a, number);
    t.is(target.toString("latin1", 3, end), `*${number}\r\n`);
  }
});

test("a bulk that is written has the size that bulkSize said", (t) => {
  for (const length of [0, 1, 9, 10, 99, 100, 1000, 12345]) {
    const payload = Buffer.alloc(length, "v");
    const expected = encodeReply(payload, 2);
    const target = Buffer.alloc(bulkSize(length) + 2, "!");
    const at = writeBulkHeader(target, 1, length);
    payload.copy(target, at);
    t.is(writeCrlf(target, at + length), 1 + bulkSize(length));
    t.deepEqual(target.subarray(1, -1), expected);
    t.is(target[0], 0x21);
    t.is(target.at(-1), 0x21);
  }
});

test("has null in both dialects", (t) => {
  t.deepEqual(NULL_RESP2, encodeReply(null, 2));
  t.deepEqual(NULL_RESP3, encodeReply(null, 3));
});

test("an integer reply has any number from -9 to 2^53", (t) => {
  for (const number of [-9, -2, -1, 0, 9, 10, 2 ** 31 - 1, 2 ** 31, 15_778_800_000_000, 2 ** 53]) {
    const target = Buffer.alloc(30, "x");
    const end = writeInteger(target, 2, number);
    t.is(target.toString("latin1", 0, end), `xx:${number}\r\n`);
    t.is(target[end], 0x78);
  }
});
