/** Goal: outcomes cross the link unchanged, and whatever a peer sends becomes an outcome. Method: encode and decode. */

import test from "ava";
import fc from "fast-check";
import type { Glimpse, Outcome } from "../../cluster/outcome.ts";
import {
  ENTRY_OVERHEAD_BYTES,
  entryOf,
  glimpseOf,
  headOfValue,
  lookedOf,
  outcomeOf,
} from "../../cluster/outcome-message.ts";
import { decodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";

const { Kind } = carrot;
const through = (entry: carrot.Entry.$Properties) => carrot.Entry.decode(carrot.Entry.encode(entry).finish());

const ttlMs = fc.option(fc.double({ min: 0.001, max: 1e15, noNaN: true }), { nil: undefined });
const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({
    kind: fc.constant("value" as const),
    value: fc.uint8Array().map((b) => Buffer.from(b)),
    ttlMs,
  }),
  fc.record({ kind: fc.constant("absent" as const), ttlMs }),
  fc.record({ kind: fc.constant("error" as const), text: fc.string({ minLength: 1 }) }),
);

test("an outcome is the same on the other side", (t) => {
  fc.assert(
    fc.property(outcomes, (outcome) => void t.deepEqual(outcomeOf(through(entryOf(outcome))), outcome)),
  );
});

test("an entry takes no more than its value and the overhead", (t) => {
  const entry = entryOf({ kind: "value", value: Buffer.alloc(300_000), ttlMs: 5 });
  t.true(carrot.Entry.encode(entry).finish().length + 10 <= 300_000 + ENTRY_OVERHEAD_BYTES);
});

test("a value behind its head is a frame with one answer", (t) => {
  const bytes = fc.oneof(fc.nat(300), fc.constantFrom(16_383, 16_384, 65_536, 2_097_152));
  const property = fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), bytes, ttlMs, (id, length, life) => {
    const value = Buffer.alloc(length, "v");
    const head = headOfValue(id, length, life);
    t.true(head.length <= 2 * ENTRY_OVERHEAD_BYTES);
    const reader = new FrameReader(length + 2 * ENTRY_OVERHEAD_BYTES);
    reader.push(Buffer.concat([head, value]));
    const { got } = decodeFrame(carrot.Frame, reader.next()!);
    t.deepEqual([got?.ids, reader.next()], [[id], undefined]);
    const outcome = outcomeOf(got!.entries![0]!);
    t.true(outcome?.kind === "value" && outcome.ttlMs === life && Buffer.from(outcome.value).equals(value));
  });
  fc.assert(property, { numRuns: 200 });
});

test("a glimpse is the same on the other side", (t) => {
  for (const kind of ["value", "absent", "missing"] as const) {
    const glimpse: Glimpse = { kind, bytes: 5, ttlMs: 7e12, footprintBytes: 4_000_000_000 };
    const looked = carrot.Looked.decode(carrot.Looked.encode(lookedOf(3, glimpse)).finish());
    t.deepEqual(glimpseOf(looked), glimpse);
  }
});

test("a lifetime that is no number is over", (t) => {
  for (const ttl of [Number.NaN, Number.POSITIVE_INFINITY, -1, -0]) {
    t.deepEqual(outcomeOf(through({ kind: Kind.ABSENT, ttlMs: ttl })), { kind: "absent", ttlMs: 0 });
  }
});

test("an unknown kind and a kind that is no outcome are errors, and leaving gives undefined", (t) => {
  for (const kind of [Kind.MISSING, 99]) t.is(outcomeOf(through({ kind }))?.kind, "error");
  t.is(outcomeOf(through({ kind: Kind.LEAVING })), undefined);
  t.deepEqual(outcomeOf(through({ kind: Kind.ERROR })), {
    kind: "error",
    text: "peer failed without a reason",
  });
});
