/**
 * Goal: each id gets the answer to its own key, in few frames, and no handler and no frame can break more than its link.
 * Method: a ServedLink without a socket; frames in, decoded frames out, ticks in virtual time.
 */

import test from "ava";
import fc from "fast-check";
import type { Outcome } from "../../cluster/outcome.ts";
import { RingAgreement } from "../../cluster/ring-agreement.ts";
import { ServedLink } from "../../cluster/served-link.ts";
import { decodeFrame, encodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { VirtualTime } from "../sim/virtual-time.ts";
import { hearingFor, PlainStore } from "./plain-store.ts";

function bare(framed: Uint8Array): Buffer {
  const reader = new FrameReader(64 << 20);
  reader.push(Buffer.from(framed));
  return reader.next()!;
}

function setUp(maxAnswerBytes = 16 << 20) {
  const store = new PlainStore();
  const time = new VirtualTime(1);
  const sent: carrot.Frame[] = [];
  const state = { outgoing: 0, counted: 0 };
  const ended: Error[] = [];
  const ring = new RingAgreement({ epoch: () => 4, take: () => false });
  ring.setMembers(["a:1", "b:1"]);
  const link = new ServedLink({
    handlers: store,
    hearing: hearingFor(store),
    author: { id: "b:1", instance: "0b" },
    end: (error) => void ended.push(error),
    ring,
    world: time,
    maxAnswerBytes,
    send: (frame) => sent.push(decodeFrame(carrot.Frame, bare(frame))),
    sendLent: (parts) => sent.push(decodeFrame(carrot.Frame, bare(Buffer.concat(parts)))),
    outgoingBytes: () => state.outgoing,
    counted: (requests) => {
      state.counted += requests;
    },
  });
  const take = (frame: carrot.Frame.$Properties) => link.take(bare(encodeFrame(carrot.Frame, frame)));
  return { store, sent, state, ended, link, take, tick: () => time.advance(0) };
}

const keys = (count: number) => Array.from({ length: count }, (_, i) => Buffer.from(`k${i}`));
const value = (bytes: Uint8Array): Outcome => ({ kind: "value", value: bytes, ttlMs: undefined });

test("answers that are ready in one tick are one frame, whichever frames asked", async (t) => {
  const { sent, state, take, tick } = setUp();
  take({ get: { firstId: 10, keys: keys(100) } });
  take({ get: { firstId: 500, keys: keys(3) } });
  await tick();
  t.is(sent.length, 1);
  t.deepEqual(sent[0]?.got?.ids?.slice(98), [108, 109, 500, 501, 502]);
  t.is(state.counted, 103);
});

test("late answers leave in the tick in which they are ready, with their own ids", async (t) => {
  const { store, sent, take, tick } = setUp();
  const release: ((outcome: Outcome) => void)[] = [];
  store.get = () => new Promise((resolve) => release.push(resolve));
  take({ get: { firstId: 1, keys: keys(3) } });
  release[2]!(value(Buffer.from("third")));
  await tick();
  release[0]!(value(Buffer.from("first")));
  release[1]!(value(Buffer.from("second")));
  await tick();
  t.deepEqual(
    sent.map((frame) => frame.got?.ids),
    [[3], [1, 2]],
  );
  t.is(Buffer.from(sent[1]!.got!.entries![1]!.value!).toString(), "second");
});

test("ids go round after 2^32", async (t) => {
  const { sent, take, tick } = setUp();
  take({ get: { firstId: 0xffffffff, keys: keys(2) } });
  await tick();
  t.deepEqual(sent[0]?.got?.ids, [0xffffffff, 0]);
});

test("a large value leaves at once, lent by the store or loaded, in a frame of its own and before what is no longer valid", async (t) => {
  const { store, sent, link, take, tick } = setUp();
  const large = Buffer.alloc(1 << 14, "x");
  store.get = (key, _timeoutMs, loan) => {
    const name = Buffer.from(key).toString();
    if (name === "k0") return value(Buffer.from("small"));
    if (name === "k2") return Promise.resolve(value(large));
    t.true(large.length >= loan!.leastBytes);
    loan!.use(large, 5);
    large.fill("y");
    return undefined;
  };
  take({ get: { firstId: 7, keys: keys(2) } });
  link.invalidate(Buffer.from("k1"));
  t.deepEqual(sent[0]?.got?.ids, [8]);
  t.like(sent[0]?.got?.entries?.[0], { kind: carrot.Kind.VALUE, ttlMs: 5 });
  t.true(Buffer.from(sent[0]!.got!.entries![0]!.value!).equals(Buffer.alloc(1 << 14, "x")));
  take({ get: { firstId: 9, keys: keys(3).slice(2) } });
  await tick();
  t.deepEqual(
    sent.map(({ body, got }) => got?.ids ?? body),
    [[8], [9], [7], "invalidate"],
  );
});

test("a large value that the other side does not read, or that it has no room for, is an error", async (t) => {
  const { store, sent, state, take, tick } = setUp(20_000);
  store.get = (_key, _timeoutMs, loan) => {
    if (sent.length > 0) state.outgoing = (64 << 20) + 1;
    loan!.use(Buffer.alloc(sent.length > 0 ? 1 << 14 : 20_000), undefined);
    return undefined;
  };
  take({ get: { firstId: 1, keys: keys(1) } });
  await tick();
  t.regex(sent[0]!.got!.entries![0]!.error!, /too large/);
  take({ get: { firstId: 2, keys: keys(1) } });
  await tick();
  t.is(sent[1]!.got!.entries![0]!.error, "peer busy");
});

test("a link that leaves ends behind a large value that was loaded", async (t) => {
  const { store, sent, link, take, tick } = setUp();
  let release = (_outcome: Outcome) => {};
  store.get = () => new Promise((resolve) => (release = resolve));
  take({ get: { firstId: 1, keys: keys(1) } });
  let sentBefore = -1;
  link.leave(() => (sentBefore = sent.length));
  release(value(Buffer.alloc(1 << 14)));
  await tick();
  t.is(sentBefore, 1);
});

test("no frame is longer than the other side reads", async (t) => {
  const { store, sent, take, tick } = setUp(1000);
  store.get = (key) => value(Buffer.alloc(Number(Buffer.from(key).toString())));
  take({ get: { firstId: 1, keys: [Buffer.from("936"), Buffer.from("937")] } });
  await tick();
  t.is(sent[0]?.got?.entries?.[0]?.kind, carrot.Kind.VALUE);
  t.is(sent[0]?.got?.entries?.[1]?.kind, carrot.Kind.ERROR);
});

test("values are refused as busy while the other side does not take them", async (t) => {
  const { sent, state, store, take, tick } = setUp();
  state.outgoing = (64 << 20) + 1;
  take({ get: { firstId: 1, keys: keys(1) } });
  await tick();
  t.is(sent[0]?.got?.entries?.[0]?.error, "peer busy");
  t.deepEqual(store.calls, []);
});

test("a request beyond the most that may be under way is refused as busy", async (t) => {
  const { sent, store, take, tick } = setUp();
  store.get = () => new Promise(() => {});
  take({ get: { firstId: 0, keys: Array.from({ length: 65_537 }, () => Buffer.from("k")) } });
  await tick();
  t.deepEqual(sent[0]?.got?.ids, [65_536]);
  t.is(sent[0]?.got?.entries?.[0]?.error, "peer busy");
});

test("a leaving link turns GETs away and ends after the last answer", async (t) => {
  const { store, sent, link, take, tick } = setUp();
  let release = (_outcome: Outcome) => {};
  store.get = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  take({ get: { firstId: 1, keys: keys(1) } });
  let left = false;
  link.leave(() => {
    left = true;
  });
  take({ get: { firstId: 2, keys: keys(1) } });
  await tick();
  t.is(sent[0]?.got?.entries?.[0]?.kind, carrot.Kind.LEAVING);
  t.false(left);
  release(value(Buffer.from("last")));
  await tick();
  t.is(sent.length, 2);
  t.true(left);
});

test("frames that are no requests throw", (t) => {
  const { take, link } = setUp();
  t.throws(() => take({ got: { ids: [] } }), { message: "asked with got" });
  t.throws(() => take({ introduction: { id: "a:1" } }), { message: "asked with introduction" });
  t.throws(() => link.take(Buffer.from([0xf8, 0x07, 1])), { message: "asked with an unknown frame" });
});

test("random bytes are answered or throw an Error, nothing else", (t) => {
  const { link } = setUp();
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    // Known tags with anything behind them get further than random bytes do.
    fc
      .tuple(
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 0, max: 7 }),
        fc.uint8Array({ maxLength: 60 }),
      )
      .map(([field, wire, rest]) => Uint8Array.from([(field << 3) | wire, rest.length, ...rest])),
  );
  const property = fc.property(bytes, (garbage) => {
    try {
      link.take(Buffer.from(garbage));
    } catch (error) {
      t.true(error instanceof Error);
    }
    t.pass();
  });
  fc.assert(property, { numRuns: 2000 });
});

test("groups nested twenty thousand deep are refused without a crash", (t) => {
  const { link } = setUp();
  t.throws(() => link.take(Buffer.alloc(20_000, 0xfb)));
});

const EDIT = {
  id: 5,
  key: Buffer.from("k"),
  value: Buffer.from("v"),
  conditions: [carrot.Condition.IF_HELD],
};

test("an edit is done by the handler and answered with its own id", (t) => {
  const { store, sent, take } = setUp();
  take({ edit: { ...EDIT, ttlMs: 50, from: 0, to: -1 } });
  t.like(sent[0]?.edited, { id: 5, held: false, changed: true });
  t.like(store.edits[0], { conditions: ["held"], life: 50, wanted: { from: 0, to: -1 }, isUse: false });
});

test("an edit is refused, and not done, when the asker is far behind or would not read the answer", (t) => {
  const { store, sent, state, take } = setUp(1000);
  store.entries.set("k", Buffer.alloc(2000));
  take({ edit: { id: 1, key: Buffer.from("k"), remove: true, from: 0, to: -1 } });
  take({ edit: { ...EDIT, id: 2, conditions: [99 as carrot.Condition] } });
  state.outgoing = (64 << 20) + 1;
  take({ edit: { ...EDIT, id: 3 } });
  t.deepEqual(
    sent.map(({ edited }) => edited?.error),
    ["value is too large for the member that asked", "peer does not know this edit", "peer busy"],
  );
  t.is(store.edits.length, 0);
});

test("an edit that loads first is answered when it is made, and the link does not leave before", async (t) => {
  const { store, sent, link, take, tick } = setUp();
  const made = store.edit.bind(store);
  const release: (() => void)[] = [];
  store.edit = (key, edit) =>
    new Promise((resolve, reject) => {
      release.push(() => (key.length > 1 ? reject(new Error("broken")) : resolve(made(key, edit))));
    });
  let hasLeft = false;
  take({ edit: EDIT });
  take({ edit: { ...EDIT, id: 6, key: Buffer.from("kk") } });
  take({ get: { firstId: 9, keys: keys(1) } });
  await tick();
  link.leave(() => {
    hasLeft = true;
  });
  t.deepEqual([sent.map(({ body }) => body), hasLeft], [["got"], false]);
  for (const each of release) each();
  await tick();
  t.like(sent[1]?.edited, { id: 5, changed: true, error: "" });
  t.like(sent[2]?.edited, { id: 6, changed: false, error: "peer failed: broken" });
  t.true(hasLeft);
});

test("a member that is leaving does no edit and says so", (t) => {
  const { store, sent, link, take } = setUp();
  link.leave(() => {});
  take({ edit: EDIT });
  t.like(sent[0]?.edited, { id: 5, leaving: true });
  t.is(store.edits.length, 0);
});

test("what is told is done before it is answered, with a count for each change", (t) => {
  const { store, sent, take } = setUp();
  store.entries.set("k0", Buffer.alloc(1));
  take({
    tell: {
      after: 0,
      through: 2,
      changes: [
        { number: 1, keys: keys(2) },
        { number: 2, flush: true },
      ],
    },
  });
  t.deepEqual(store.calls, ["remove k0,k1", "flush"]);
  t.like(sent[0]?.told, { through: 2, counts: [1, 0] });
});

test("a slow flush is answered when it is done, and what comes behind it is answered before", async (t) => {
  const { store, sent, link, take, tick } = setUp();
  let done!: () => void;
  store.flushing = new Promise((resolve) => {
    done = resolve;
  });
  let hasLeft = false;
  take({ tell: { after: 0, through: 1, changes: [{ number: 1, flush: true, database: 1, isSlow: true }] } });
  take({ count: { id: 4 } });
  link.leave(() => {
    hasLeft = true;
  });
  await tick();
  t.deepEqual([sent.map(({ body }) => body), hasLeft], [["counted"], false]);
  done();
  await tick();
  t.deepEqual([sent.map(({ body }) => body), hasLeft], [["counted", "told"], true]);
  t.deepEqual(store.calls, ["flush slowly"]);
});

test("a slow flush that fails ends the link, so that the member tells of it again", async (t) => {
  const { store, ended, take, tick } = setUp();
  store.flushing = Promise.reject(new Error("locked"));
  take({ tell: { after: 0, through: 1, changes: [{ number: 1, flush: true, database: 1, isSlow: true }] } });
  await tick();
  t.deepEqual(ended.map(String), ["Error: locked"]);
});

test("keys that change are sent after the answers before them, in one frame a tick", async (t) => {
  const { store, sent, link, take, tick } = setUp();
  take({ track: { read: keys(2), lookedAt: [Buffer.from("l")] } });
  t.deepEqual(store.calls, ["track k0,k1,l"]);
  t.deepEqual([...store.trackers], [link]);
  take({ get: { firstId: 1, keys: keys(1) } });
  link.invalidate(Buffer.from("k0"));
  link.invalidate(Buffer.from("k1"));
  await tick();
  t.deepEqual(
    sent.map((frame) => frame.body),
    ["got", "invalidate"],
  );
  t.deepEqual(sent[1]?.invalidate?.keys?.map(String), ["k0", "k1"]);
  await tick();
  t.is(sent.length, 2);
});

test("an invalidation of all keys replaces those of single keys", async (t) => {
  const { sent, link, tick } = setUp();
  link.invalidate(Buffer.from("k"));
  link.invalidateAll();
  await tick();
  t.deepEqual(
    sent.map((frame) => [frame.invalidate?.all, frame.invalidate?.keys?.length ?? 0]),
    [[true, 0]],
  );
});

test("very many keys that change are several frames", async (t) => {
  const { sent, link, tick } = setUp();
  for (let i = 0; i < 10_000; i++) link.invalidate(Buffer.alloc(100, `${i}`));
  await tick();
  t.true(sent.length > 3);
  t.is(sent.flatMap((frame) => frame.invalidate?.keys ?? []).length, 10_000);
});

test("a link that has ended sends nothing", async (t) => {
  const { store, sent, link, take, tick } = setUp();
  take({ track: { read: keys(1) } });
  link.ended();
  link.invalidate(Buffer.from("k0"));
  link.invalidateAll();
  await tick();
  t.true(link.isGone);
  t.deepEqual([sent, [...store.trackers]], [[], []]);
});
