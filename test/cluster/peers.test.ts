/**
 * Goal: members answer each other's requests, and a delete that a member missed reaches it later. Method: Peers over a
 * network in memory, in virtual time.
 */

import test from "ava";
import type { Outcome } from "../../cluster/outcome.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import { acceptByHand } from "./fake-peer.ts";
import { askPeer, Members } from "./members.ts";

const FLUSH = { keys: [], flush: { database: undefined, isSlow: false } };
const bytes = (text: string) => Buffer.from(text, "latin1");
const value = (text: string): Outcome => ({ kind: "value", value: bytes(text), ttlMs: undefined });

test("a member answers with its value, its absence, its lifetime or its error", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  b.store.entries.set("tom", bytes("630"));
  t.deepEqual(await members.get(a, "b:1", bytes("tom"), 1000), value("630"));
  t.deepEqual(await members.get(a, "b:1", bytes("nobody"), 1000), { kind: "absent", ttlMs: 1000 });
  const years: Outcome = { kind: "value", value: bytes(""), ttlMs: 5e12 + 0.5 };
  b.store.get = () => years;
  t.deepEqual(await members.get(a, "b:1", bytes("tom"), 1000), years);
  b.store.get = () => ({ kind: "error", text: "loader failed: ü" });
  t.deepEqual(await members.get(a, "b:1", bytes("tom"), 1000), { kind: "error", text: "loader failed: ü" });
});

test("a handler that throws or rejects is an error outcome, and the link stays", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  b.store.get = () => {
    throw new Error("broken");
  };
  t.deepEqual(await members.get(a, "b:1", bytes("k"), 1000), {
    kind: "error",
    text: "peer failed: broken",
  });
  b.store.get = () => Promise.reject("worse");
  t.deepEqual(await members.get(a, "b:1", bytes("k"), 1000), { kind: "error", text: "peer failed: worse" });
  t.is(a.peers.figures("b:1")?.reconnects, 0);
});

test("answers arrive in any order and reach their callers", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  const release: (() => void)[] = [];
  b.store.get = (key) => {
    const name = String(key);
    return new Promise((resolve) => release.push(() => resolve(value(`of ${name}`))));
  };
  const order: string[] = [];
  const asked = Array.from({ length: 20 }, async (_, i) => {
    const outcome = await askPeer(a.peers, "b:1", bytes(`k${i}`), 5000);
    order.push(`k${i}`);
    t.deepEqual(outcome, value(`of k${i}`));
    if (order.length < 20) release.pop()!();
  });
  await members.time.until("twenty requests at the other member", () => release.length === 20);
  release.pop()!();
  await members.done(Promise.all(asked));
  t.deepEqual(
    order,
    Array.from({ length: 20 }, (_, i) => `k${19 - i}`),
  );
});

test("every one-byte key, an 8 KiB key and an empty one stay apart", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  const keys = [
    ...Array.from({ length: 256 }, (_, i) => Buffer.from([i])),
    Buffer.alloc(8192, 7),
    Buffer.alloc(0),
  ];
  for (const [i, key] of keys.entries()) b.store.entries.set(key.toString("latin1"), bytes(`${i}`));
  const outcomes = await members.done(Promise.all(keys.map((key) => askPeer(a.peers, "b:1", key, 5000))));
  t.deepEqual(
    outcomes,
    keys.map((_, i) => value(`${i}`)),
  );
});

test("values up to the largest size cross whole, beyond it the member that asks gets an error", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair({ maxValueBytes: 1 << 20 });
  const large = Buffer.alloc(1 << 20, "x");
  b.store.entries.set("large", large);
  b.store.entries.set("larger", Buffer.alloc((1 << 20) + (128 << 10)));
  const [whole, refused, other] = await members.done(
    Promise.all(["large", "larger", "none"].map((key) => askPeer(a.peers, "b:1", bytes(key), 5000))),
  );
  t.true(whole?.kind === "value" && large.equals(whole.value));
  t.true(refused?.kind === "error" && refused.text.startsWith("value is too large"));
  t.is(other?.kind, "absent");
});

test("looks and counts reach the member's store, and so do deletes and flushes", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  for (const key of ["x", "y", "z"]) b.store.entries.set(key, bytes("12345"));
  const glimpse = { kind: "value" as const, bytes: 5, ttlMs: 5_000_000_000_000.5, footprintBytes: 77 };
  t.deepEqual(await members.done(a.peers.look("b:1", bytes("x"))), glimpse);
  t.is((await members.done(a.peers.look("b:1", bytes("q")))).kind, "missing");
  t.is(await members.done(a.peers.announce({ keys: [bytes("x"), bytes("q"), bytes("y")] })), 2);
  t.is(await members.done(a.peers.count("b:1", 0)), 1);
  t.is(await members.done(a.peers.announce(FLUSH)), 0);
  t.is(await members.done(a.peers.count("b:1", 0)), 0);
});

test("requests to a member that is not up, or to an id that is no member's, reject at once", async (t) => {
  const members = new Members();
  const a = await members.start("a:1");
  a.peers.setMembers(["a:1", "gone:1"]);
  t.false(a.peers.isUp("gone:1"));
  for (const id of ["gone:1", "stranger:1", "a:1"]) {
    await t.throwsAsync(members.get(a, id, bytes("k"), 1000), { instanceOf: PeerUnreachable });
    await t.throwsAsync(members.done(a.peers.look(id, bytes("k"))), { instanceOf: PeerUnreachable });
    await t.throwsAsync(members.done(a.peers.count(id, 0)), { instanceOf: PeerUnreachable });
  }
  t.is(a.peers.figures("stranger:1"), undefined);
});

test("a member that leaves the ring has its link closed, the others keep theirs", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  await members.start("c:1");
  a.peers.setMembers(["a:1", "b:1", "c:1"]);
  await members.logged(a, /c:1: link is up/);
  b.store.get = () => new Promise(() => {});
  const waiting = askPeer(a.peers, "b:1", bytes("k"), 60_000);
  await members.time.advance(10);
  const before = a.lines.filter((line) => /c:1: link is/.test(line)).length;
  a.peers.setMembers(["c:1", "a:1"]);
  await t.throwsAsync(members.done(waiting), { instanceOf: PeerUnreachable });
  t.false(a.peers.isUp("b:1"));
  t.true(a.peers.isUp("c:1"));
  t.is(a.lines.filter((line) => /c:1: link is/.test(line)).length, before);
});

test("the member with the older ring takes the newer one when they meet, whoever dials", async (t) => {
  for (const newer of ["a:1", "b:1"]) {
    const members = new Members();
    const a = await members.start("a:1");
    const b = await members.start("b:1");
    const [ahead, behind] = newer === "a:1" ? [a, b] : [b, a];
    ahead.epoch = 7;
    ahead.peers.setMembers(["a:1", "b:1", "c:1"]);
    behind.peers.setMembers(["a:1", "b:1"]);
    await members.logged(behind, /c:1: link is down/);
    t.is(behind.epoch, 7);
    t.true(behind.store.calls.includes("ring 7 a:1,b:1,c:1"));
    t.is(ahead.epoch, 7);
  }
});

test("between rings of one epoch the greater list wins on both sides", async (t) => {
  const members = new Members();
  const a = await members.start("a:1");
  const b = await members.start("b:1");
  a.peers.setMembers(["a:1", "b:1", "x:1"]);
  b.peers.setMembers(["a:1", "b:1", "y:1"]);
  await members.logged(a, /y:1: link is down/);
  t.deepEqual(b.store.calls, []);
});

test("a ring sent by hand is answered: taken, held already, or older", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  t.true(await members.done(a.peers.ring("b:1", 0, ["b:1", "a:1"])));
  t.deepEqual(b.store.calls, []);
  b.epoch = 3;
  b.peers.setMembers(["a:1", "b:1"]);
  t.false(await members.done(a.peers.ring("b:1", 2, ["a:1", "b:1"])));
  t.is(a.epoch, 3);
  a.epoch = 4;
  a.peers.setMembers(["a:1", "b:1", "c:1"]);
  t.true(await members.done(a.peers.ring("b:1", 4, ["a:1", "b:1", "c:1"])));
  t.is(b.epoch, 4);
});

test("a ring with ids that are no addresses, with none, or with too many is not taken", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  const many = Array.from({ length: 1025 }, (_, i) => `m${i}:1`);
  for (const ids of [["a:1", "b:1\r\nx"], ["a:1", "B:1"], [], many]) {
    t.false(await members.done(a.peers.ring("b:1", 9, ids)));
  }
  t.deepEqual(b.store.calls, []);
  t.true(a.peers.isUp("b:1"));
});

test("a change of the ring that a member refuses leaves both linked", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  b.store.takesRings = false;
  t.false(await members.done(a.peers.ring("b:1", 5, ["a:1", "b:1", "c:1"])));
  t.is((await members.get(a, "b:1", bytes("k"), 1000)).kind, "absent");
});

test("figures tell the state and count requests on both sides", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  await members.done(Promise.all(["1", "2", "3"].map((key) => askPeer(a.peers, "b:1", bytes(key), 1000))));
  const figures = a.peers.figures("b:1")!;
  t.like(figures, { state: "up", sent: 3, received: 0, inFlight: 0, reconnects: 0, lastError: undefined });
  t.true(figures.bytesSent > 0 && figures.bytesReceived > 0 && figures.sinceMs >= 0 && figures.rttUs! >= 0);
  t.like(b.peers.figures("a:1"), { state: "up", sent: 0, received: 3 });
});

test("closing answers what has been read, then ends the links", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  let release = () => {};
  const asked = new Promise<void>((resolve) => {
    b.store.get = () => {
      resolve();
      return new Promise((answer) => {
        release = () => answer(value("late"));
      });
    };
  });
  const waiting = askPeer(a.peers, "b:1", bytes("k"), 5000);
  await members.done(asked);
  const closing = b.peers.close();
  await t.throwsAsync(members.get(a, "b:1", bytes("new"), 5000), { message: /shutting down/ });
  release();
  t.deepEqual(await members.done(waiting), value("late"));
  await members.done(closing);
  await members.logged(a, /b:1: link is down/);
});

const SET = { conditions: [], life: "endless", wanted: undefined, isUse: false } as const;

test("an edit is done at the member, with values up to the largest size", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair({ maxValueBytes: 1 << 20 });
  const large = Buffer.alloc(1 << 20, "x");
  t.like(await members.done(a.peers.edit("b:1", Buffer.alloc(60_000, "k"), { ...SET, value: large })), {
    changed: true,
  });
  t.is(b.store.entries.get("k".repeat(60_000))?.length, 1 << 20);
  const got = await members.done(
    a.peers.edit("b:1", Buffer.alloc(60_000, "k"), {
      ...SET,
      value: null,
      wanted: { from: 0, to: -1 },
    }),
  );
  t.true(large.equals(got.value!));
  t.is(b.store.entries.size, 0);
});

test("an edit rejects with PeerUnreachable when the member is down or leaving", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  await t.throwsAsync(members.done(a.peers.edit("c:1", bytes("k"), { ...SET, value: null })), {
    instanceOf: PeerUnreachable,
  });
  b.store.get = () => new Promise(() => {});
  askPeer(a.peers, "b:1", bytes("slow"), 200).catch(() => {});
  await members.time.advance(10);
  const closing = b.peers.close();
  await t.throwsAsync(members.done(a.peers.edit("b:1", bytes("k"), { ...SET, value: null })), {
    instanceOf: PeerUnreachable,
  });
  await members.done(Promise.all([a.peers.close(), closing]));
});

test("an edit whose link breaks before the answer comes is in doubt, and is not sent again", async (t) => {
  const members = new Members();
  let edits = 0;
  await acceptByHand(members, "b:1", ({ edit }, { wire }) => {
    if (!edit) return;
    edits++;
    wire.destroy();
  });
  const a = await members.start("a:1");
  a.peers.setMembers(["a:1", "b:1"]);
  await members.logged(a, /link is up/);
  const error = await t.throwsAsync(members.done(a.peers.edit("b:1", bytes("k"), { ...SET, value: null })), {
    instanceOf: PeerUnreachable,
  });
  t.true(error!.wasSent);
  await members.logged(a, /link is up/, 2);
  await members.time.advance(1000);
  t.is(edits, 1);
});

test("a scan goes on from the member's own cursor", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  for (const name of ["x", "y"]) b.store.entries.set(name, bytes("1"));
  const first = await members.done(a.peers.scan("b:1", 0, 10, { database: 0, pattern: bytes("*") }));
  t.like(first, { cursor: 1, seen: 1 });
  const second = await members.done(
    a.peers.scan("b:1", first.cursor, 10, { database: 0, pattern: undefined }),
  );
  t.deepEqual([...first.keys, ...second.keys].map(String), ["x", "y"]);
  t.is(second.cursor, 0);
  t.deepEqual(b.store.calls, ["scan 0 10 *", "scan 1 10 undefined"]);
});
