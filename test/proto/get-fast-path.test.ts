/**
 * Goal: the fast path takes whole, well-formed GETs of one key and nothing else. Method: well-formed GETs, then every cut
 * of one and every change of a single byte in it; the scanner says what is well-formed.
 */
import test from "ava";
import { isGet, matchGet, NAME_AT } from "../../proto/get-fast-path.ts";
import { bytes, command, read } from "./read-commands.ts";

const offsets = [new Int32Array(8), new Int32Array(8)] as const;

function match(stream: Buffer, start = 0, end = stream.length): string | undefined {
  if (!matchGet(stream, start, end, ...offsets, 3)) return undefined;
  return stream.toString("latin1", offsets[0][3], offsets[1][3]);
}

test("takes a GET of a key of any length, in any case, anywhere in a chunk", (t) => {
  for (const key of ["", "k", "\r\n", "key:000001", "k".repeat(100), "k".repeat(12345)]) {
    for (const name of ["GET", "get", "gEt"]) {
      t.is(match(bytes(command(name, key))), key);
      t.is(match(bytes(`PING\r\n${command(name, key)}PING\r\n`), 6), key);
    }
  }
  t.is(bytes(command("GET", "k")).toString("latin1", NAME_AT, NAME_AT + 3), "GET");
});

test("takes no unfinished GET, even when the bytes behind the end would complete it", (t) => {
  const stream = bytes(command("GET", "key:000001"));
  for (let end = 0; end < stream.length; end++) {
    t.is(match(stream, 0, end), undefined);
    t.is(match(stream.subarray(0, end)), undefined);
  }
});

test("takes only bytes that the scanner finds to be the same GET", (t) => {
  const stream = bytes(command("GET", "0123456789"));
  for (let at = 0; at < stream.length; at++) {
    for (let byte = 0; byte < 256; byte++) {
      const changed = Buffer.from(stream);
      changed[at] = byte;
      const key = match(changed);
      if (key === undefined) continue;
      // Cut in two, so that the reader cannot take the fast path.
      const { commands } = read([changed.subarray(0, 5), changed.subarray(5)]);
      t.deepEqual([commands[0]?.[1], commands[0]?.[2]], [key, "(get)"], `${byte} at ${at}`);
    }
  }
});

test("tells GET from words that differ in one bit", (t) => {
  t.true(isGet(Buffer.from("gEt"), 0));
  for (const word of ["GEU", "FET", "G5T", "\x07ET", "SET"]) t.false(isGet(Buffer.from(word), 0), word);
});
