/** What a loader may return and what it may not. Method: a table of returned things and their outcomes. */
import { runInNewContext } from "node:vm";
import test from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import { normalizeLoaded } from "../../../server/loaders/normalize-loaded.ts";

const normalize = (loaded: unknown): Outcome => normalizeLoaded(loaded, { maxValueBytes: 8 });
const value = (text: string, ttlMs?: number): Outcome => ({ kind: "value", value: Buffer.from(text), ttlMs });

test("takes bytes, text and null", (t) => {
  t.deepEqual(normalize(Buffer.from("630")), value("630"));
  t.deepEqual(normalize(Uint8Array.of(1, 255)), {
    kind: "value",
    value: Uint8Array.of(1, 255),
    ttlMs: undefined,
  });
  t.deepEqual(normalize("Zoë"), value("Zoë"));
  t.deepEqual(normalize(""), value(""));
  t.deepEqual(normalize(null), { kind: "absent", ttlMs: undefined });
});

test("takes a value with a lifetime of its own", (t) => {
  t.deepEqual(normalize({ value: "630", ttlMs: 1500 }), value("630", 1500));
  t.deepEqual(normalize({ value: "630", ttlMs: 0 }), value("630", 0));
  t.deepEqual(normalize({ value: "630" }), value("630"));
  t.deepEqual(normalize({ value: "630", ttlMs: undefined }), value("630"));
  t.deepEqual(normalize({ value: null, ttlMs: 5 }), { kind: "absent", ttlMs: 5 });
});

test("takes bytes made in another realm", (t) => {
  t.is(normalize(runInNewContext("Uint8Array.of(1, 2)")).kind, "value");
});

test("counts text in bytes against the limit", (t) => {
  t.is(normalize("x".repeat(8)).kind, "value");
  const tooLarge: Outcome = { kind: "error", text: "loader value too large (max 8 bytes)" };
  t.deepEqual(normalize("x".repeat(9)), tooLarge);
  t.deepEqual(normalize("ë".repeat(5)), tooLarge);
  t.deepEqual(normalize(Buffer.alloc(9)), tooLarge);
  t.deepEqual(normalize({ value: Buffer.alloc(9), ttlMs: 1 }), tooLarge);
});

test("refuses anything else and says what it was", (t) => {
  for (const [loaded, named] of [
    [undefined, "undefined"],
    [630, "a number"],
    [true, "a boolean"],
    [1n, "a bigint"],
    [Symbol("s"), "a symbol"],
    [() => "x", "a function"],
    [["x"], "an array"],
    [{}, "an object"],
    [new ArrayBuffer(3), "an ArrayBuffer"],
    [{ value: 630 }, "a number"],
    [{ value: Promise.resolve("x") }, "a Promise"],
    [{ value: undefined }, "undefined"],
    [{ value: { value: "x" } }, "an object"],
  ] as const) {
    const text = `loader returned ${named} (expected bytes, text or null)`;
    t.deepEqual(normalize(loaded), { kind: "error", text });
  }
});

test("refuses a ttlMs that is no lifetime", (t) => {
  for (const ttlMs of [Number.NaN, -1, Number.POSITIVE_INFINITY, "5", null, 5n]) {
    t.regex(
      (normalize({ value: "x", ttlMs }) as { text: string }).text,
      /^loader returned ttlMs .* \(expected/,
    );
  }
});

test("an Error in place of a value is a failure", (t) => {
  t.deepEqual(normalize(new Error("gone")), { kind: "error", text: "loader failed: gone" });
});
