/**
 * Goal: a link that breaks in any way rejects the callers that wait, logs the reason once, and comes back. Method: a
 * member dials a fake peer that breaks each rule in turn, in virtual time.
 */

import test from "ava";
import { AcceptorHandshake } from "../../cluster/handshake.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import type { Wire } from "../../cluster/world.ts";
import { encodeFrame } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { acceptByHand, FakePeer } from "./fake-peer.ts";
import { askPeer, Members, machineOf } from "./members.ts";

const key = Buffer.from("k");
const framed = (frame: carrot.Frame.$Properties) => encodeFrame(carrot.Frame, frame);
const unreachable = { instanceOf: PeerUnreachable };

/** A member that knows "b:1". */
async function dialer(members: Members, options: Parameters<Members["start"]>[1] = {}) {
  const a = await members.start("a:1", options);
  a.peers.setMembers(["a:1", "b:1"]);
  return a;
}

/** Listens in place of "b:1" without a handshake. */
function listen(members: Members, accept: (wire: Wire) => void) {
  return members.network.worldOf("b").listen("0.0.0.0", 1, accept, () => {});
}

test("the keys of one tick are one frame on the wire", async (t) => {
  const members = new Members();
  const counts: number[] = [];
  await acceptByHand(members, "b:1", ({ get }, peer) => {
    if (!get) return;
    counts.push(get.keys!.length);
    const ids = get.keys!.map((_, i) => get.firstId! + i);
    peer.say({ got: { ids, entries: ids.map(() => ({ kind: carrot.Kind.ABSENT })) } });
  });
  const a = await dialer(members);
  await members.logged(a, /link is up/);
  await members.done(Promise.all(Array.from({ length: 1000 }, () => askPeer(a.peers, "b:1", key, 5000))));
  t.deepEqual(counts, [1000]);
});

test("a member that dies in the middle of requests rejects all of them, and is back after its restart", async (t) => {
  const members = new Members();
  const port = await acceptByHand(members, "b:1", ({ get }, { wire }) => {
    if (get) wire.destroy();
  });
  const a = await dialer(members);
  await members.logged(a, /link is up/);
  const asked = Array.from({ length: 50 }, () => askPeer(a.peers, "b:1", key, 60_000));
  const closed = port.close();
  for (const promise of asked) await t.throwsAsync(members.done(promise), unreachable);
  t.false(a.peers.isUp("b:1"));
  await members.done(closed);
  const b = await members.start("b:1");
  b.peers.setMembers(["a:1", "b:1"]);
  await members.logged(a, /link is up/, 2);
  t.is((await members.get(a, "b:1", key)).kind, "absent");
  t.is(a.peers.figures("b:1")?.reconnects, 1);
});

test("with different secrets both sides log it, and the link comes up when the secrets agree", async (t) => {
  const members = new Members();
  const a = await members.start("a:1");
  const b = await members.start("b:1", { secret: "other" });
  a.peers.setMembers(["a:1", "b:1"]);
  await members.logged(a, /b:1: link is down: closed .* do both have the same cluster-secret\?/);
  t.is(
    b.lines.filter((line) => /from a closed: did not prove that it knows the cluster-secret/.test(line))
      .length,
    1,
  );
  await members.done(b.peers.close());
  await members.start("b:1");
  await members.logged(a, /b:1: link is up/);
  t.is(a.lines.filter((line) => /link is down/.test(line)).length, 1);
});

test("a member that cannot prove the secret is not believed", async (t) => {
  const members = new Members();
  await listen(members, (wire) => {
    const handshake = new AcceptorHandshake("s3cret", "b:1", members.network.worldOf("b"));
    new FakePeer(wire, (frame) => {
      const { challenge } = carrot.Greeting.decode(handshake.read(frame).reply!.subarray(1));
      wire.write(
        challenge
          ? encodeFrame(carrot.Greeting, { challenge })
          : encodeFrame(carrot.Greeting, { welcome: { mac: Buffer.alloc(32) } }),
      );
    });
  });
  const a = await dialer(members);
  await members.logged(a, /link is down: did not prove that it knows the cluster-secret/);
  t.false(a.peers.isUp("b:1"));
});

test("another version of the protocol is named in the log", async (t) => {
  const members = new Members();
  await listen(members, (wire) => {
    const challenge = { version: 9, refusal: carrot.Refusal.OTHER_VERSION };
    wire.end(encodeFrame(carrot.Greeting, { challenge }));
  });
  const a = await dialer(members);
  await members.logged(a, /b:1: link is down: speaks version 9 of the peer protocol, this node version 4/);
  t.pass();
});

test("a member that accepts and says nothing is given up after a second", async (t) => {
  const members = new Members();
  await listen(members, () => {});
  const a = await dialer(members);
  await members.logged(a, /link is down: did not finish the handshake within 1000 ms/);
  t.true(members.time.now >= 1000 && members.time.now < 1010);
});

test("a host that never answers is given up after a second", async (t) => {
  const members = new Members();
  members.network.cut("a", "b");
  const a = await dialer(members);
  await members.logged(a, /link is down: did not answer within 1000 ms/);
  t.is(members.time.now, 1000);
});

test("a member that falls silent is noticed, and the callers that wait are rejected", async (t) => {
  const members = new Members();
  await acceptByHand(members, "b:1", ({ ping }, peer) => {
    if (ping?.id === 1) peer.say({ pong: { id: 1 } });
  });
  const a = await dialer(members);
  await members.logged(a, /link is up/);
  await t.throwsAsync(members.get(a, "b:1", key, 60_000), { ...unreachable, message: /was silent/ });
  t.false(a.peers.isUp("b:1"));
});

test("a GET that the member does not answer is an error at its deadline, the link stays", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  let release = (_late: Outcome) => {};
  b.store.get = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  t.deepEqual(await members.get(a, "b:1", key, 30), { kind: "error", text: "peer timeout after 30 ms" });
  release({ kind: "absent", ttlMs: undefined });
  await members.time.advance(100);
  t.true(a.peers.isUp("b:1"));
});

const wrong: Record<string, Buffer> = {
  "a frame of no bytes": Buffer.from([0]),
  "a frame of 4 GiB": Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
  "an unknown body": Buffer.from([3, 0xf8, 0x07, 1]),
  "a request": framed({ tell: { after: 1 } }),
  "ids without entries": framed({ got: { ids: [1, 2, 3], entries: [] } }),
  "a truncated value": Buffer.from([7, 0x12, 5, 0x12, 3, 0x12, 9, 1]),
  "nested groups": Buffer.concat([Buffer.from([0xa0, 0x9c, 0x01]), Buffer.alloc(20_000, 0xfb)]),
};

for (const [name, bytes] of Object.entries(wrong)) {
  test(`a member that answers with ${name} has its link closed and dialed again`, async (t) => {
    const members = new Members();
    let first: FakePeer | undefined;
    await acceptByHand(members, "b:1", ({ get, ping }, peer) => {
      first ??= peer;
      if (ping) peer.say({ pong: { id: ping.id } });
      if (get && peer === first) peer.wire.write(bytes);
      if (get && peer !== first) peer.say({ got: { ids: [get.firstId!], entries: [{ kind: 2 }] } });
    });
    const a = await dialer(members);
    await members.logged(a, /link is up/);
    await t.throwsAsync(members.get(a, "b:1", key, 60_000), unreachable);
    await members.logged(a, /link is up/, 2);
    t.is((await members.get(a, "b:1", key, 60_000)).kind, "absent");
  });
}

test("a member that dials this node is dialed back without waiting", async (t) => {
  const members = new Members();
  // This chance makes the next attempt wait for an hour.
  const world = { ...members.network.worldOf(machineOf("a:1")), random: () => 72_000 };
  const a = await dialer(members, { world });
  await members.logged(a, /link is down/);
  const b = await members.start("b:1");
  b.peers.setMembers(["a:1", "b:1"]);
  await members.time.until("both links", () => a.peers.isUp("b:1") && b.peers.isUp("a:1"));
  t.is(a.peers.figures("b:1")?.state, "up");
});

test("the wait before the next dial doubles up to five seconds, and begins anew after a good link", async (t) => {
  const members = new Members();
  const world = { ...members.network.worldOf("a"), random: () => 1 - 2 ** -53 };
  members.network.refuse("a", "b");
  let lastMs = 0;
  const waits: number[] = [];
  const connect: typeof world.connect = (host, port) => {
    waits.push(Math.round((members.time.now - lastMs) / 10) * 10);
    lastMs = members.time.now;
    return world.connect(host, port);
  };
  await members.start("b:1");
  const a = await dialer(members, { world: { ...world, connect } });
  await members.time.until("nine dials", () => waits.length === 9);
  t.deepEqual(waits, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  members.network.heal("a", "b");
  await members.time.until("the link", () => a.peers.isUp("b:1"));
  await members.time.advance(5000);
  waits.length = 0;
  members.network.cut("a", "b");
  await members.logged(a, /was silent/);
  lastMs = members.time.now;
  await members.time.until("a dial", () => waits.length === 1);
  t.deepEqual(waits, [100]);
});
