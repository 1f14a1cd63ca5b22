/**
 * Goal: every caller gets exactly one end, in whatever order and form answers come. Method: Requests without a socket:
 * the tests collect and decode what it sends, and make up the answers; virtual time for ticks and deadlines.
 */

import test from "ava";
import fc from "fast-check";
import type { Outcome } from "../../cluster/outcome.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import { MAX_IN_FLIGHT, MAX_KEY_BYTES, MAX_REQUEST_BYTES, Requests } from "../../cluster/requests.ts";
import { decodeFrame, encodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { VirtualTime } from "../sim/virtual-time.ts";
import { answerTo } from "./members.ts";

function askFor(requests: Requests, key: Uint8Array, timeoutMs: number) {
  return answerTo(timeoutMs, (waiter) => requests.get(key, waiter));
}

const key = (text: string) => Buffer.from(text);

function setUp(lastId?: number) {
  const sent: carrot.Frame[] = [];
  const time = new VirtualTime(1);
  const state = { outgoing: 0, requestTimeoutMs: 5000, first: [] as carrot.Frame[] };
  const invalid: (string[] | undefined)[] = [];
  const told: number[] = [];
  const reader = new FrameReader(MAX_REQUEST_BYTES);
  const requests = new Requests({
    peer: "b:1",
    world: time,
    outgoingBytes: () => state.outgoing,
    requestTimeoutMs: () => state.requestTimeoutMs,
    lastId,
    invalidated: (keys) => void invalid.push(keys?.map(String)),
    sendFirst: () => void sent.push(...state.first.splice(0)),
    told: ({ through }) => void told.push(through ?? 0),
    positions: () => [{ id: "a:1", instance: Buffer.from("01", "hex"), number: 7 }],
    send: (frame) => {
      reader.push(frame as Buffer);
      sent.push(decodeFrame(carrot.Frame, reader.next()!));
    },
  });
  return { requests, sent, state, invalid, told, time, tick: () => time.advance(0) };
}

function answer(requests: Requests, frame: carrot.Frame.$Properties): void {
  const framed = encodeFrame(carrot.Frame, frame);
  const reader = new FrameReader(16 << 20);
  reader.push(framed);
  requests.take(reader.next()!);
}

const valueEntry = (text: string) => ({ kind: carrot.Kind.VALUE, value: key(text) });
const valueOutcome = (text: string): Outcome => ({ kind: "value", value: key(text), ttlMs: undefined });

test("the keys of one tick are one frame, those of the next another", async (t) => {
  const { requests, sent, tick } = setUp();
  for (let i = 0; i < 100; i++) askFor(requests, key(`k${i}`), 10 + (i % 7)).catch(() => {});
  t.is(sent.length, 0);
  await tick();
  askFor(requests, key("later"), 10).catch(() => {});
  await tick();
  t.deepEqual(
    sent.map((frame) => frame.get?.keys?.length),
    [100, 1],
  );
  t.is(sent[0]?.get?.timeoutMs, 16);
  t.is(sent[1]?.get?.firstId, (sent[0]?.get?.firstId ?? 0) + 100);
  requests.close("done");
});

test("a frame ends before an id that an earlier request still has", async (t) => {
  const { requests, sent, tick } = setUp();
  const old = askFor(requests, key("old"), 1000);
  for (let id = 2; id <= 255; id++) {
    const asked = askFor(requests, key("between"), 1000);
    answer(requests, { got: { ids: [id], entries: [valueEntry("")] } });
    await asked;
  }
  await tick();
  sent.length = 0;
  const asked = ["a", "b", "c"].map((name) => askFor(requests, key(name), 1000));
  await tick();
  t.deepEqual(
    sent.map(({ get }) => [get?.firstId, get?.keys?.map(String)]),
    [
      [256, ["a"]],
      [258, ["b", "c"]],
    ],
  );
  const ids = [259, 1, 256, 258];
  answer(requests, { got: { ids, entries: ids.map((id) => valueEntry(`${id}`)) } });
  t.deepEqual(
    await Promise.all([old, ...asked]),
    [1, 256, 258, 259].map((id) => valueOutcome(`${id}`)),
  );
  requests.close("done");
});

test("where ids go on from 0, keys of one tick are one frame and every caller gets its own answer", async (t) => {
  const { requests, sent, tick } = setUp(2 ** 32 - 3);
  const asked = Array.from({ length: 4 }, (_, i) => askFor(requests, key(`k${i}`), 1000));
  await tick();
  t.deepEqual(
    sent.map(({ get }) => [get?.firstId, get?.keys?.length]),
    [[2 ** 32 - 2, 4]],
  );
  const ids = [2 ** 32 - 2, 2 ** 32 - 1, 0, 1];
  answer(requests, { got: { ids, entries: ids.map((id) => valueEntry(`${id}`)) } });
  t.deepEqual(
    await Promise.all(asked),
    ids.map((id) => valueOutcome(`${id}`)),
  );
  const other = setUp(2 ** 32 - 1);
  const counted = other.requests.request("counted", (id) => ({ count: { id } }));
  answer(other.requests, { counted: { count: 7 } });
  t.is((await counted).count, 7);
  for (const each of [requests, other.requests]) each.close("done");
});

test("answers in any order and any grouping reach their callers", async (t) => {
  const anyOrder = fc.array(fc.nat(1000), { minLength: 30, maxLength: 30 });
  const property = fc.asyncProperty(anyOrder, fc.nat(29), async (dice, cut) => {
    const { requests, sent, tick } = setUp();
    const asked = dice.map((_, i) => askFor(requests, key(`k${i}`), 1000));
    await tick();
    const firstId = sent[0]!.get!.firstId!;
    const order = dice.map((die, i) => ({ die, i })).sort((a, b) => a.die - b.die);
    for (const part of [order.slice(0, cut), order.slice(cut)]) {
      const entries = part.map(({ i }) => valueEntry(`of k${i}`));
      answer(requests, { got: { ids: part.map(({ i }) => firstId + i), entries } });
    }
    t.deepEqual(
      await Promise.all(asked),
      dice.map((_, i) => valueOutcome(`of k${i}`)),
    );
    t.is(requests.inFlight, 0);
    requests.close("done");
  });
  await fc.assert(property, { numRuns: 30 });
});

test("a batch leaves early when it is long, and no frame exceeds what the other side reads", async (t) => {
  const { requests, sent, tick } = setUp();
  for (let i = 0; i < 9; i++) askFor(requests, Buffer.alloc(MAX_KEY_BYTES), 1000).catch(() => {});
  t.is(sent.length, 2);
  await tick();
  t.deepEqual(
    sent.map((frame) => frame.get?.keys?.length),
    [4, 4, 1],
  );
  requests.close("done");
});

test("a key too long for a frame is an error for its caller alone", async (t) => {
  const { requests } = setUp();
  const outcome = await askFor(requests, Buffer.alloc(MAX_KEY_BYTES + 1), 1000);
  t.is(outcome.kind, "error");
  t.is(requests.inFlight, 0);
});

test("a GET fails at its own deadline, others wait on, and its late answer is ignored", async (t) => {
  const { requests, sent, tick, time } = setUp();
  const short = askFor(requests, key("short"), 50);
  const long = askFor(requests, key("long"), 5000);
  await tick();
  await time.advance(45);
  t.is(requests.inFlight, 2);
  await time.advance(25);
  t.deepEqual(await short, { kind: "error", text: "peer timeout after 50 ms" });
  const firstId = sent[0]!.get!.firstId!;
  answer(requests, {
    got: { ids: [firstId, firstId + 1], entries: [valueEntry("late"), valueEntry("long")] },
  });
  t.deepEqual(await long, valueOutcome("long"));
  requests.close("done");
});

test("a request other than a GET is rejected at its deadline, which is read when the request is sent", async (t) => {
  const { requests, sent, state, time } = setUp();
  state.requestTimeoutMs = 1000;
  const short = requests.request("counted", (id) => ({ count: { id } }));
  state.requestTimeoutMs = 5000;
  const long = requests.request("counted", (id) => ({ count: { id } }));
  await time.advance(1100);
  await t.throwsAsync(short, { instanceOf: PeerUnreachable, message: /did not answer in time/ });
  const [late, inTime] = sent.map((frame) => frame.count!.id!);
  answer(requests, { counted: { id: late, count: 1 } });
  answer(requests, { counted: { id: inTime, count: 2 } });
  t.is((await long).count, 2);
  requests.close("done");
});

test("closing rejects all requests that wait, and all later ones", async (t) => {
  const { requests } = setUp();
  const waiting = [askFor(requests, key("a"), 1000), requests.request("pong", (id) => ({ ping: { id } }))];
  requests.close("was silent");
  for (const promise of [...waiting, askFor(requests, key("b"), 1000)]) {
    await t.throwsAsync(promise, { instanceOf: PeerUnreachable, message: /was silent/ });
  }
  t.is(requests.inFlight, 0);
});

test("a request is sent after the GETs before it", async (t) => {
  const { requests, sent, tick } = setUp();
  askFor(requests, key("k"), 1000).catch(() => {});
  requests.request("looked", (id) => ({ look: { id, key: key("k") } })).catch(() => {});
  await tick();
  t.deepEqual(
    sent.map((frame) => frame.body),
    ["get", "look"],
  );
  requests.close("done");
});

test("a GET is refused as busy when the most are in flight, and when the peer does not take its bytes", async (t) => {
  const { requests, state } = setUp();
  state.outgoing = (16 << 20) + 1;
  t.deepEqual(await askFor(requests, key("k"), 1000), { kind: "error", text: "peer busy" });
  state.outgoing = 0;
  for (let i = 0; i < MAX_IN_FLIGHT; i++) askFor(requests, key("k"), 1000).catch(() => {});
  t.deepEqual(await askFor(requests, key("k"), 1000), { kind: "error", text: "peer busy" });
  requests.close("done");
});

test("answers of the wrong kind throw; answers that no caller waits for are ignored", async (t) => {
  const { requests, sent } = setUp();
  const asked = requests.request("counted", (id) => ({ count: { id } }));
  const id = sent[0]!.count!.id!;
  t.notThrows(() => answer(requests, { looked: { id: id + 1 } }));
  t.notThrows(() => answer(requests, { got: { ids: [99], entries: [valueEntry("x")] } }));
  t.throws(() => answer(requests, { got: { ids: [id], entries: [valueEntry("x")] } }), {
    message: "answered with got where counted belongs",
  });
  t.throws(() => answer(requests, { looked: { id } }), { message: /where counted belongs/ });
  t.throws(() => answer(requests, { got: { ids: [1, 2], entries: [valueEntry("x")] } }));
  t.throws(() => answer(requests, { get: { firstId: 1 } }), { message: "answered with get" });
  t.throws(() => requests.take(Buffer.from([0xf8, 0x07, 1])), { message: "answered with an unknown frame" });
  answer(requests, { counted: { id, count: 7 } });
  t.is((await asked).count, 7);
  requests.close("done");
});

test("tracked keys are sent before the requests that read them, in one frame a tick", async (t) => {
  const { requests, sent, tick } = setUp();
  askFor(requests, key("plain"), 10).catch(() => {});
  requests.track(key("a"), "read");
  askFor(requests, key("a"), 10).catch(() => {});
  requests.track(key("b"), "read");
  askFor(requests, key("b"), 10).catch(() => {});
  await tick();
  t.deepEqual(sent[0]?.track?.read?.map(String), ["a", "b"]);
  t.deepEqual(sent[1]?.get?.keys?.map(String), ["plain", "a", "b"]);
  requests.track(key("c"), "lookedAt");
  requests.request("looked", (id) => ({ look: { id, key: key("c") } })).catch(() => {});
  t.deepEqual(sent[2]?.track?.lookedAt?.map(String), ["c"]);
  t.is(sent[3]?.body, "look");
  requests.track(key("d"), "read");
  askFor(requests, key("d"), 10).catch(() => {});
  requests.close("over");
  requests.track(key("e"), "read");
  await tick();
  t.is(sent.length, 4);
});

test("many tracked keys are several frames, none longer than a member reads", async (t) => {
  const { requests, sent, tick } = setUp();
  for (let i = 0; i < 10; i++) requests.track(Buffer.alloc(MAX_KEY_BYTES, `${i}`), "read");
  requests.track(Buffer.alloc(MAX_KEY_BYTES + 1), "read");
  askFor(requests, key("k"), 10).catch(() => {});
  await tick();
  t.is(sent.flatMap((frame) => frame.track?.read ?? []).length, 10);
  t.is(sent.at(-1)?.body, "get");
  requests.close("over");
});

test("an invalidation is passed on, whether or not a request is under way", (t) => {
  const { requests, invalid } = setUp();
  answer(requests, { invalidate: { keys: [key("a"), key("b")] } });
  answer(requests, { invalidate: { all: true } });
  answer(requests, { invalidate: {} });
  t.deepEqual(invalid, [["a", "b"], undefined, []]);
  requests.close("over");
});

test("a request that was sent and got no answer is in doubt, one that was never sent is not", async (t) => {
  const { requests, state, time } = setUp();
  state.requestTimeoutMs = 10;
  const count = (extraMs = 0) => requests.request("counted", (id) => ({ count: { id } }), extraMs);
  const late = t.throwsAsync(count(50), { instanceOf: PeerUnreachable });
  await time.advance(100);
  t.true((await late)!.wasSent);
  const cut = t.throwsAsync(count(), { instanceOf: PeerUnreachable });
  requests.close("cut");
  t.true((await cut)!.wasSent);
  const refused = await t.throwsAsync(count(), { instanceOf: PeerUnreachable });
  t.false(refused!.wasSent);
});

test("what the member says that it has done is heard, without a request", (t) => {
  const { requests, told } = setUp();
  answer(requests, { told: { through: 9 } });
  t.deepEqual(told, [9]);
});

test("only a frame with a key that has changed lately says how far this node has heard", async (t) => {
  const { requests, sent, tick } = setUp();
  const ask = (name: string, isRecent: boolean) =>
    requests.get(key(name), { timeoutMs: 10, settle: () => {}, unreachable: () => {} }, isRecent);
  ask("a", false);
  ask("b", true);
  await tick();
  ask("c", false);
  await tick();
  t.deepEqual(
    sent.map(({ get }) => get?.after?.map(({ id, number }) => [id, number])),
    [[["a:1", 7]], []],
  );
});

test("what was announced before a request goes before it, also when it is one of a batch", async (t) => {
  const { requests, sent, state, tick } = setUp();
  const told = new carrot.Frame({ tell: { after: 1 } });
  askFor(requests, key("k"), 1000).catch(() => {});
  state.first.push(told);
  await tick();
  state.first.push(told);
  requests.request("looked", (id) => ({ look: { id, key: key("k") } })).catch(() => {});
  t.deepEqual(
    sent.map((frame) => frame.body),
    ["tell", "get", "tell", "look"],
  );
  requests.close("done");
});
