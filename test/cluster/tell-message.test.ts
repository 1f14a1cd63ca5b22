/**
 * Goal: what is told arrives as it was, whole and in order, in frames that every member reads. Method: frames made and read
 * again, around each limit.
 */

import test from "ava";
import fc from "fast-check";
import type { Change } from "../../cluster/change.ts";
import { BATCH_BYTES, MAX_KEY_BYTES, MAX_REQUEST_BYTES } from "../../cluster/requests.ts";
import {
  forgottenFrame,
  lengthOf,
  partsOf,
  type TellFrame,
  tellFrames,
  tellOf,
} from "../../cluster/tell-message.ts";
import { decodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";

function read({ bytes }: TellFrame) {
  const reader = new FrameReader(MAX_REQUEST_BYTES);
  reader.push(bytes);
  const { changes, ...tell } = tellOf(decodeFrame(carrot.Frame, reader.next()!).tell!);
  return { ...tell, changes: changes.map(asPlain) };
}

const asPlain = ({ keys, ...change }: Change) => ({ ...change, keys: keys.map((key) => Buffer.from(key)) });

function change(number: number, keys: Uint8Array[], more: Partial<Change> = {}): Change {
  return { number, counter: 10 * number, flush: undefined, isBar: false, keepsEntries: false, ...more, keys };
}

test("changes arrive as they were told: keys, bars and all kinds of flushes, with numbers beyond 2^32", (t) => {
  const changes = [
    change(2 ** 40, [Buffer.from([0, 255]), Buffer.alloc(0)]),
    change(2 ** 40 + 1, [Buffer.from("k")], { isBar: true, keepsEntries: true }),
    change(2 ** 40 + 2, [], { flush: { database: undefined, isSlow: false } }),
    change(2 ** 40 + 3, [], { flush: { database: 0, isSlow: true } }),
  ];
  const frames = tellFrames(2 ** 40 - 1, 2 ** 40 + 3, changes);
  t.deepEqual(frames.map(read), [
    { after: 2 ** 40 - 1, through: 2 ** 40 + 3, forgotten: false, counter: 0, changes },
  ]);
  t.is(frames[0]?.through, 2 ** 40 + 3);
});

test("numbers at the end that need nothing any more are told without a change; where there are none, nothing is told", (t) => {
  t.deepEqual(tellFrames(4, 6, []).map(read), [
    { after: 4, through: 6, forgotten: false, counter: 0, changes: [] },
  ]);
  t.deepEqual(tellFrames(6, 6, []), []);
});

test("a member that has to delete everything is told so", (t) => {
  const frame = forgottenFrame(4, 9, 77);
  t.deepEqual(read(frame), { after: 4, through: 9, forgotten: true, counter: 77, changes: [] });
  t.is(frame.through, 9);
});

test("a frame is full at BATCH_BYTES, and the next one follows on it, over gaps too", (t) => {
  const half = (number: number, less = 0) =>
    change(number, [
      Buffer.alloc(65_000),
      Buffer.alloc(BATCH_BYTES / 2 - 65_000 - lengthOf({ keys: [Buffer.alloc(0), Buffer.alloc(0)] }) - less),
    ]);
  const together = [half(1), half(5)];
  t.is(
    together.reduce((sum, each) => sum + lengthOf(each), 0),
    BATCH_BYTES,
  );
  t.deepEqual(
    tellFrames(0, 7, together).map(({ through }) => through),
    [7],
  );
  const apart = tellFrames(0, 7, [half(1, -1), half(5), half(6)]).map(read);
  t.deepEqual(
    apart.map(({ after, through, changes }) => [after, through, changes.length]),
    [
      [0, 4, 1],
      [4, 7, 2],
    ],
  );
});

test("what a key takes beside its bytes counts: changes of many short keys are no long frame", (t) => {
  const keys = Array.from({ length: 40_000 }, () => Buffer.from("k"));
  const frames = tellFrames(0, 2, [change(1, keys), change(2, keys)]);
  t.deepEqual(
    frames.map(({ bytes }) => bytes.length < BATCH_BYTES),
    [true, true],
  );
});

test("keys are split where a part is full, with none lost, in order", (t) => {
  t.deepEqual(partsOf([]), []);
  const keys = Array.from({ length: 100 }, (_, i) => Buffer.alloc(8192, `${i}.`));
  const parts = partsOf(keys);
  t.deepEqual(
    parts.map((part) => part.length),
    [32, 32, 32, 4],
  );
  t.deepEqual(parts.flat(), keys);
});

test("even the largest part is a frame that a member reads", (t) => {
  const small = Array.from({ length: 3 }, () => Buffer.alloc(MAX_KEY_BYTES - 4));
  const last = BATCH_BYTES - 3 * MAX_KEY_BYTES - 4 - 1;
  const parts = partsOf([...small, Buffer.alloc(last), Buffer.alloc(MAX_KEY_BYTES)]);
  t.is(parts.length, 1);
  const told = change(Number.MAX_SAFE_INTEGER, parts[0]!, { counter: 2 ** 52 });
  const [frame, ...more] = tellFrames(told.number - 1, told.number, [told]);
  t.deepEqual(more, []);
  t.true(frame!.bytes.length > BATCH_BYTES + MAX_KEY_BYTES);
  t.is(read(frame!).changes[0]?.keys.length, 5);
});

test("whatever there is to tell, frames hold it once and in order, and no frame is longer than a change or a batch", (t) => {
  const lengths = fc.array(fc.array(fc.nat(40_000), { minLength: 1, maxLength: 8 }), { maxLength: 12 });
  const property = fc.property(lengths, fc.nat(3), (changes, gap) => {
    const list = changes.map((keys, i) =>
      change(
        (i + 1) * (gap + 1),
        keys.map((length) => Buffer.alloc(length)),
      ),
    );
    const through = changes.length * (gap + 1);
    const frames = tellFrames(0, through, list);
    const tells = frames.map(read);
    t.deepEqual(
      tells.flatMap((tell) => tell.changes.map(({ number }) => number)),
      list.map(({ number }) => number),
    );
    t.is(tells.at(-1)?.through ?? 0, through);
    for (const [i, { after, changes: told }] of tells.entries()) {
      t.is(after, tells[i - 1]?.through ?? 0);
      t.true(told.length === 1 || frames[i]!.bytes.length <= BATCH_BYTES);
    }
  });
  fc.assert(property, { numRuns: 50 });
});

test("an empty message is a tell of nothing", (t) => {
  t.deepEqual(tellOf({}), { after: 0, through: 0, changes: [], forgotten: false, counter: 0 });
  const nothing = { number: 0, counter: 0, keys: [], flush: undefined, isBar: false, keepsEntries: false };
  t.deepEqual(tellOf({ changes: [{}] }).changes, [nothing]);
});
