/**
 * Goal: a link that breaks in any way rejects who waits, says why once, and comes back. Method: a member that dials
 * a hand-made one, which breaks each rule in turn; log lines are awaited.
 */

import { Socket } from "node:net";
import test from "ava";
import { AcceptorHandshake } from "../../cluster/handshake.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import { encodeFrame } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { acceptByHand, askPeer, framesOf, Rig, world } from "./rig.ts";

const key = Buffer.from("k");
const framed = (frame: carrot.Frame.$Properties) => encodeFrame(carrot.Frame, frame);

test("the keys of one tick are one frame on the wire", async (t) => {
  const rig = new Rig(t);
  const counts: number[] = [];
  await rig.stub("b:1", async (socket) => {
    for await (const { get } of acceptByHand(socket, "b:1")) {
      if (!get) continue;
      counts.push(get.keys!.length);
      const ids = get.keys!.map((_, i) => get.firstId! + i);
      socket.write(framed({ got: { ids, entries: ids.map(() => ({ kind: carrot.Kind.ABSENT })) } }));
    }
  });
  const a = await rig.start("a:1");
  a.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/link is up/);
  await Promise.all(Array.from({ length: 1000 }, () => askPeer(a.peers, "b:1", key, 5000)));
  t.deepEqual(counts, [1000]);
});

test("a member that dies in the middle of requests rejects all of them, and is back after its restart", async (t) => {
  const rig = new Rig(t);
  const server = await rig.stub("b:1", async (socket) => {
    for await (const { get } of acceptByHand(socket, "b:1")) if (get) socket.destroy();
  });
  const a = await rig.start("a:1");
  a.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/link is up/);
  const asked = Array.from({ length: 50 }, () => askPeer(a.peers, "b:1", key, 60_000));
  server.close();
  for (const promise of asked) await t.throwsAsync(promise, { instanceOf: PeerUnreachable });
  t.false(a.peers.isUp("b:1"));
  const b = await rig.start("b:1");
  b.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/link is up/, 2);
  t.is((await askPeer(a.peers, "b:1", key, 5000)).kind, "absent");
  t.is(a.peers.figures("b:1")?.reconnects, 1);
});

test("with wrong secrets both sides say so, and the link comes up when they agree", async (t) => {
  const rig = new Rig(t);
  const a = await rig.start("a:1");
  const b = await rig.start("b:1", { secret: "other" });
  a.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/b:1: link is down: closed .* do both have the same cluster-secret\?/);
  t.is(b.log.matching(/from 127\.0\.0\.1 closed: did not prove that it knows the cluster-secret/).length, 1);
  await b.peers.close();
  await rig.start("b:1");
  await a.log.until(/b:1: link is up/);
  t.is(a.log.matching(/link is down/).length, 1);
});

test("a member that cannot prove the secret is not believed", async (t) => {
  const rig = new Rig(t);
  await rig.stub("b:1", async (socket) => {
    const handshake = new AcceptorHandshake("s3cret", "b:1", world);
    for await (const frame of framesOf(socket)) {
      const { challenge } = carrot.Greeting.decode(handshake.read(frame).reply!.subarray(1));
      socket.write(
        challenge
          ? encodeFrame(carrot.Greeting, { challenge })
          : encodeFrame(carrot.Greeting, { welcome: { mac: Buffer.alloc(32) } }),
      );
    }
  });
  const a = await rig.start("a:1");
  a.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/link is down: did not prove that it knows the cluster-secret/);
  t.false(a.peers.isUp("b:1"));
});

test("another version of the protocol is named in the log", async (t) => {
  const rig = new Rig(t);
  await rig.stub("b:1", (socket) => {
    const challenge = { version: 9, refusal: carrot.Refusal.OTHER_VERSION };
    socket.end(encodeFrame(carrot.Greeting, { challenge }));
  });
  const a = await rig.start("a:1");
  a.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/b:1: link is down: speaks version 9 of the peer protocol, this node version 2/);
  t.pass();
});

test("a member that accepts and says nothing is given up after a second", async (t) => {
  const rig = new Rig(t);
  await rig.stub("b:1", () => {});
  const a = await rig.start("a:1");
  a.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/link is down: did not finish the handshake within 1000 ms/);
  t.pass();
});

test("a host that never answers is given up after a second", async (t) => {
  // A packet filter that drops everything leaves a socket like this.
  const connectNowhere = () => Object.assign(new Socket(), { connecting: true });
  const a = await new Rig(t).start("a:1", { world: { ...world, connect: connectNowhere } });
  a.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/link is down: did not answer within 1000 ms/);
  t.pass();
});

test("a member that falls silent is noticed, and who waits is rejected", async (t) => {
  const rig = new Rig(t);
  await rig.stub("b:1", async (socket) => {
    for await (const { ping } of acceptByHand(socket, "b:1")) {
      if (ping?.id === 1) socket.write(framed({ pong: { id: 1 } }));
    }
  });
  const a = await rig.start("a:1");
  a.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/link is up/);
  await t.throwsAsync(askPeer(a.peers, "b:1", key, 60_000), {
    instanceOf: PeerUnreachable,
    message: /was silent/,
  });
  t.false(a.peers.isUp("b:1"));
});

test("a GET that the member does not answer is an error at its deadline, the link stays", async (t) => {
  const rig = new Rig(t);
  const [a, b] = await rig.pair();
  let release = (_late: Outcome) => {};
  b.store.get = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  t.deepEqual(await askPeer(a.peers, "b:1", key, 30), { kind: "error", text: "peer timeout after 30 ms" });
  release({ kind: "absent", ttlMs: undefined });
  t.true(a.peers.isUp("b:1"));
});

const wrong: Record<string, Buffer> = {
  "a frame of no bytes": Buffer.from([0]),
  "a frame of 4 GiB": Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
  "an unknown body": Buffer.from([3, 0xf8, 0x07, 1]),
  "a request": framed({ flush: { id: 1 } }),
  "ids without entries": framed({ got: { ids: [1, 2, 3], entries: [] } }),
  "a truncated value": Buffer.from([7, 0x12, 5, 0x12, 3, 0x12, 9, 1]),
  "nested groups": Buffer.concat([Buffer.from([0xa0, 0x9c, 0x01]), Buffer.alloc(20_000, 0xfb)]),
};

for (const [name, bytes] of Object.entries(wrong)) {
  test(`a member that answers with ${name} has its link closed and dialed again`, async (t) => {
    const rig = new Rig(t);
    let links = 0;
    await rig.stub("b:1", async (socket) => {
      const first = links++ === 0;
      for await (const { get, ping } of acceptByHand(socket, "b:1")) {
        if (ping) socket.write(framed({ pong: { id: ping.id } }));
        if (get && first) socket.write(bytes);
        if (get && !first) socket.write(framed({ got: { ids: [get.firstId!], entries: [{ kind: 2 }] } }));
      }
    });
    const a = await rig.start("a:1");
    a.peers.setMembers(["a:1", "b:1"]);
    await a.log.until(/link is up/);
    await t.throwsAsync(askPeer(a.peers, "b:1", key, 60_000), { instanceOf: PeerUnreachable });
    await a.log.until(/link is up/, 2);
    t.is((await askPeer(a.peers, "b:1", key, 60_000)).kind, "absent");
  });
}

test("a member that dials this node is dialed back without waiting", async (t) => {
  const rig = new Rig(t);
  // Loaded dice: an hour until the next attempt.
  const connect = (host: string, port: number) => rig.connect(`${host}:${port}`);
  const a = await rig.start("a:1", { world: { ...world, connect, random: () => 72_000 } });
  a.peers.setMembers(["a:1", "b:1"]);
  await a.log.until(/link is down/);
  const b = await rig.start("b:1");
  b.peers.setMembers(["a:1", "b:1"]);
  await Promise.all([a.log.until(/b:1: link is up/), b.log.until(/a:1: link is up/)]);
  t.is(a.peers.figures("b:1")?.state, "up");
});
