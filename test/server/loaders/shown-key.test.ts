/** Goal: a key in the log is short and can be found again. Method: a table of keys. */
import test from "ava";
import { shownKey } from "../../../server/loaders/shown-key.ts";

for (const [key, shown] of [
  ["42", "42"],
  ["", ""],
  ["žluť", "žluť"],
  [Buffer.of(0xff, 0x00, 0x41, 0x5c), "\\xff\\x00A\\x5c"],
  ["x".repeat(100), "x".repeat(100)],
  ["x".repeat(8192), `${"x".repeat(100)}... (8192 bytes)`],
  [Buffer.alloc(500, 0xff), `${"\\xff".repeat(25)}... (500 bytes)`],
] as const) {
  test(`shows ${shown}`, (t) => t.is(shownKey(Buffer.from(key)), shown));
}
