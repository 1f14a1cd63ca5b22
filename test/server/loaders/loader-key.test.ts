/** Keys stay apart on their way to the loader. Method: examples at the edges of UTF-8, and chance. */

import test from "ava";
import fc from "fast-check";
import { toLoaderKey } from "../../../server/loaders/loader-key.ts";

test("valid UTF-8 is handed over as text", (t) => {
  t.is(toLoaderKey(Buffer.from("Tom")), "Tom");
  t.is(toLoaderKey(Buffer.from("Zoë \u{1F955}")), "Zoë \u{1F955}");
  t.is(toLoaderKey(new Uint8Array(0)), "");
  t.is(toLoaderKey(Buffer.of(0)), "\0");
  t.is(toLoaderKey(Buffer.from("\u{FEFF}Tom")), "\u{FEFF}Tom");
});

test("any other key is handed over as bytes", (t) => {
  for (const hex of ["ff", "c3", "c080", "eda080", "f4908080", "546f6dff"]) {
    const bytes = Buffer.from(hex, "hex");
    t.is(toLoaderKey(bytes), bytes, hex);
  }
});

test("a view into a chunk yields its own bytes only", (t) => {
  t.is(toLoaderKey(new Uint8Array(Buffer.from("scores:Tom!")).subarray(7, 10)), "Tom");
});

test("the bytes of a text key are the key's bytes", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
      const key = toLoaderKey(bytes);
      return typeof key !== "string" || Buffer.from(key).equals(bytes);
    }),
  );
  t.pass();
});
