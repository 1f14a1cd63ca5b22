/** Goal: bytes of a client come back as they were, and never end the line. Method: examples, then random bytes. */
import test from "ava";
import fc from "fast-check";
import { lineBytes, lineText } from "../../proto/line-text.ts";

test("shows bytes up to the first NUL, and at most 128 of them", (t) => {
  t.is(lineText(Buffer.from("a\0b")), "a");
  t.is(lineText(Buffer.from("\0")), "");
  t.is(lineText(Buffer.alloc(300, "x")), "x".repeat(128));
  t.is(lineText(Buffer.alloc(300, "x"), 5), "xxxxx");
});

test("shows UTF-8 as the text it is", (t) => {
  t.is(lineText(Buffer.from("Möhre 🥕")), "Möhre 🥕");
});

test("line breaks become spaces", (t) => {
  t.is(lineBytes("a\r\nb\nc\r").toString(), "a  b c ");
});

test("any other byte comes back as it was, alone or in text", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 128 }), (array) => {
      const shown = Buffer.from(array).map((byte) => (byte === 0 ? 1 : byte));
      const expected = Buffer.from(shown).map((byte) => (byte === 10 || byte === 13 ? 32 : byte));
      const line = lineBytes(`né '${lineText(shown)}' 🥕`);
      t.deepEqual(line, Buffer.concat([Buffer.from("né '"), expected, Buffer.from("' 🥕")]));
    }),
    { numRuns: 500 },
  );
});

test("a character cut at the limit comes back as the bytes it had", (t) => {
  const cut = lineText(Buffer.from(`${"x".repeat(127)}é`));
  t.deepEqual(lineBytes(cut), Buffer.concat([Buffer.alloc(127, "x"), Buffer.from([0xc3])]));
});
