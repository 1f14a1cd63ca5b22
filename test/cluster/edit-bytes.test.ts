/**
 * Goal: an edit and its result cross the link unchanged, and a malformed edit of a peer does not become another edit.
 * Method: both directions through real frames, with random edits.
 */
import test from "ava";
import fc from "fast-check";
import type { Edit, Edited } from "../../cluster/edit.ts";
import { editedMessageOf, editedOf, editMessageOf, editOf } from "../../cluster/edit-bytes.ts";
import { bytesIn, EDIT_OVERHEAD_BYTES } from "../../cluster/edit-message.ts";
import { carrot } from "../../proto/generated/carrot.js";

const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
const place = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const operation = fc.record({
  kind: fc.constantFrom("add", "addFloat", "append", "setRange", "setBit"),
  argument: bytes,
  at: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
} as const);
const plainEdit: fc.Arbitrary<Edit> = fc.record({
  conditions: fc.subarray(["missing", "held", "dated", "undated", "later", "sooner"] as const),
  value: fc.oneof(bytes, fc.constantFrom(null, undefined)),
  life: fc.oneof(
    fc.constantFrom("keep" as const, "endless" as const),
    fc.double({ noNaN: true }),
    fc.constant(0),
  ),
  wanted: fc.option(fc.record({ from: place, to: place }), { nil: undefined }),
  isUse: fc.boolean(),
});

const comparison = fc.record({
  kind: fc.constantFrom("equal", "different", "sameDigest", "otherDigest"),
  to: bytes,
} as const);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ made: plainEdit, comparison }).map((both) => ({ ...both.made, comparison: both.comparison })),
  plainEdit,
  fc.record({ made: plainEdit, operation }).map((both) => ({
    ...{ ...both.made, value: undefined, operation: both.operation },
  })),
  plainEdit.map((made) => ({ ...made, loadsFirst: true })),
);

function frameOf(key: Buffer, made: Edit): Buffer {
  const id = 2 ** 32 - 1;
  return Buffer.from(carrot.Frame.encode({ edit: editMessageOf(id, key, made) }).finish());
}

/** The bytes of a message are plain arrays. */
function withBuffers({ value, operation, comparison: compared, ...rest }: Edit): Edit {
  return {
    ...rest,
    ...(compared && { comparison: { ...compared, to: Buffer.from(compared.to) } }),
    value: value && Buffer.from(value),
    ...(operation && { operation: { ...operation, argument: Buffer.from(operation.argument) } }),
  };
}

test("an edit is the same on the other side", (t) => {
  const property = fc.property(bytes, edit, (key, made) => {
    const frame = frameOf(key, made);
    const message = carrot.Frame.decode(frame).edit!;
    const got = editOf(message)!;
    t.deepEqual(withBuffers(got), { ...made, life: Object.is(made.life, -0) ? got.life : made.life });
    t.true(frame.length - key.length - bytesIn(made) <= EDIT_OVERHEAD_BYTES);
  });
  fc.assert(property);
});

test("the result of an edit is the same on the other side, and is no view on the frame", (t) => {
  const plain: fc.Arbitrary<Edited> = fc.record({
    held: fc.boolean(),
    changed: fc.boolean(),
    noRoom: fc.boolean(),
    bytes: fc.nat(),
    value: fc.option(bytes, { nil: undefined }),
    uses: fc.nat(3),
    idleMs: fc.nat(),
    error: fc.option(fc.constant("peer busy"), { nil: undefined }),
  });
  const edited = fc.oneof(
    plain,
    plain.map((made) => ({ ...made, result: "42" })),
  );
  const property = fc.property(edited, (made) => {
    const frame = Buffer.from(carrot.Frame.encode({ edited: editedMessageOf(7, made) }).finish());
    const got = editedOf(carrot.Frame.decode(frame).edited!);
    frame.fill(0);
    t.deepEqual(got, made);
  });
  fc.assert(property);
});

test("an edit with a condition that this node does not know is refused", (t) => {
  t.is(editOf({ conditions: [carrot.Condition.IF_HELD, 99 as carrot.Condition] }), undefined);
  t.is(editOf({ operation: 99 as carrot.Operation }), undefined);
  t.is(editOf({ comparison: 99 as carrot.Comparison }), undefined);
});

test("a lifetime that is no number is over, and a range with one end is ignored", (t) => {
  t.is(editOf({ ttlMs: Number.NaN })?.life, 0);
  t.is(editOf({})?.life, "endless");
  t.is(editOf({ from: 1 })?.wanted, undefined);
});

test("a member that is leaving has done nothing", (t) => {
  t.is(editedOf({ leaving: true, changed: true }), undefined);
});
