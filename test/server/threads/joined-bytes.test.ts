/**
 * Goal: bytes that change threads take no other memory along. Method: parts that are slices of larger memory.
 */
import test from "ava";
import { joinedBytes } from "../../../server/threads/joined-bytes.ts";

test("the parts follow each other, in memory that holds nothing else", (t) => {
  const pool = Buffer.from("-GET--key-");
  const bytes = joinedBytes([pool.subarray(1, 4), new Uint8Array(0), pool.subarray(6, 9)]);
  t.is(Buffer.from(bytes).toString(), "GETkey");
  t.is(bytes.byteLength, bytes.buffer.byteLength);
  pool.fill(0);
  t.is(Buffer.from(bytes).toString(), "GETkey");
  t.is(joinedBytes([]).byteLength, 0);
});
