/**
 * Goal: each question gets the answer to its own id, from what this node has, and no answer is too long. Method: questions
 * decoded from bytes, as they come over a link, to handlers that note what they are asked.
 */

import test from "ava";
import { answerTo } from "../../cluster/questions.ts";
import { RingAgreement } from "../../cluster/ring-agreement.ts";
import { fingerprintOf } from "../../cluster/ring-view.ts";
import { decodeFrame, encodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { PlainStore } from "./plain-store.ts";

const positions = [{ id: "a:1", instance: Buffer.from("aa", "hex"), number: 2 ** 40 }];

function setUp(maxAnswerBytes = 16 << 20) {
  const store = new PlainStore();
  const taken: string[] = [];
  const take = (epoch: number, members: readonly string[]) => {
    taken.push(`${epoch} ${members.join()}`);
    return false;
  };
  const ring = new RingAgreement({ epoch: () => 4, take });
  ring.setMembers(["a:1", "b:1"]);
  const options = { handlers: store, ring, hearing: { positions, counter: 77 }, maxAnswerBytes };
  const ask = (question: carrot.Frame.$Properties) => overLink(answerTo(overLink(question), options));
  return { store, taken, ask, options };
}

function overLink(frame: carrot.Frame.$Properties): carrot.Frame {
  const reader = new FrameReader(16 << 20);
  reader.push(encodeFrame(carrot.Frame, frame));
  return decodeFrame(carrot.Frame, reader.next()!);
}

const names = (keys: readonly Uint8Array[] | null | undefined) =>
  (keys ?? []).map((key) => Buffer.from(key).toString());

test("a ping is answered with the fingerprint of the ring, how far this node has heard, and its counter", (t) => {
  const { ask } = setUp();
  const { pong } = ask({ ping: { id: 8 } });
  t.like(pong, { id: 8, ring: fingerprintOf({ epoch: 4, members: ["a:1", "b:1"] }), counter: 77 });
  t.like(pong?.positions?.[0], { id: "a:1", instance: positions[0]!.instance, number: 2 ** 40 });
});

test("a look tells what is known of a key", (t) => {
  const { store, ask } = setUp();
  store.entries.set("k", Buffer.from("12345"));
  t.like(ask({ look: { id: 7, key: Buffer.from("k") } }).looked, {
    id: 7,
    kind: carrot.Kind.VALUE,
    bytes: 5,
  });
  t.like(ask({ look: { id: 9, key: Buffer.from("l") } }).looked, { id: 9, kind: carrot.Kind.MISSING });
  t.like(
    ask({ look: {} }).looked,
    { id: 0, kind: carrot.Kind.MISSING },
    "an empty question is one for the empty key",
  );
});

test("a count is of the database that is asked for", (t) => {
  const { store, ask } = setUp();
  store.count = (database?: number) => 100 + database!;
  t.like(ask({ count: { id: 7, database: 3 } }).counted, { id: 7, count: 103 });
  t.like(ask({ count: { id: 8 } }).counted, { id: 8, count: 100 });
});

test("a ring is considered, and answered with the one that this node has then", (t) => {
  const { taken, ask } = setUp();
  const held = { epoch: 4, members: ["a:1", "b:1"] };
  t.like(ask({ ring: { id: 9, epoch: 1, members: ["a:1"] } }).ringTaken, { id: 9, taken: false, ...held });
  t.like(ask({ ring: { id: 10, ...held } }).ringTaken, { id: 10, taken: true, ...held });
  t.like(ask({ ring: { id: 11, epoch: 5, members: ["a:1"] } }).ringTaken, { id: 11, taken: false, ...held });
  t.like(ask({ ring: { id: 12 } }).ringTaken, { id: 12, taken: false, ...held });
  t.deepEqual(taken, ["5 a:1"]);
});

test("a piece of a scan is bounded by what is looked at, and by what the asker reads", (t) => {
  const { store, ask } = setUp(100);
  store.entries.set("x".repeat(90), Buffer.alloc(1));
  store.entries.set("y", Buffer.alloc(1));
  const first = ask({ scan: { id: 8, cursor: 0, count: 2 ** 32 - 1, pattern: Buffer.from("x*") } });
  t.like(first.scanned, { id: 8, cursor: 1, keys: [], seen: 1 });
  const second = ask({ scan: { id: 9, cursor: 1, count: 10 } });
  t.deepEqual(names(second.scanned?.keys), ["y"]);
  t.deepEqual(store.calls, ["scan 0 500 x*", "scan 1 10 undefined"]);
});

test("keys of a scan fill an answer to its end, and no further", (t) => {
  for (const [count, room] of [
    [10, 32 + 10 * 9],
    [9, 32 + 10 * 9 - 1],
  ] as const) {
    const { store, ask } = setUp(room);
    const keys = Array.from({ length: 12 }, (_, i) => Buffer.alloc(5, `${i}`));
    store.scan = () => ({ cursor: 3, keys, seen: 12 });
    const { scanned } = ask({ scan: { id: 1, cursor: 0, count: 12 } });
    t.deepEqual(names(scanned?.keys), names(keys.slice(0, count)));
    t.true(encodeFrame(carrot.Frame, { scanned }).length <= room);
    t.like(scanned, { cursor: 3, seen: 12 });
  }
});

test("a scan that says nothing begins at the start of database 0 and looks at nothing", (t) => {
  const { store, ask } = setUp();
  const asked: unknown[] = [];
  store.scan = (...args) => {
    asked.push(args);
    return { cursor: 0, keys: [], seen: 0 };
  };
  ask({ scan: {} });
  ask({ scan: { database: 5, count: 20 } });
  t.deepEqual(asked, [
    [0, 0, { database: 0, pattern: undefined }],
    [0, 20, { database: 5, pattern: undefined }],
  ]);
});

test("what is no question is refused by its name", (t) => {
  const { ask, options } = setUp();
  t.throws(() => ask({ got: { ids: [] } }), { message: "asked with got" });
  t.throws(() => ask({ told: { through: 1 } }), { message: "asked with told" });
  t.throws(() => ask({ introduction: { id: "a:1" } }), { message: "asked with introduction" });
  const unknown = decodeFrame(carrot.Frame, Buffer.from([0xf8, 0x07, 1]));
  t.throws(() => answerTo(unknown, options), { message: "asked with an unknown frame" });
});
