/**
 * Goal: strangers get nothing and cost little; a malformed frame of a member ends only that member's link. Method: fake
 * peers dial a listening member, in virtual time; after each attack a good member sends a request on its own link.
 */

import test from "ava";
import fc from "fast-check";
import { Writer } from "protobufjs/minimal.js";
import { DialerHandshake } from "../../cluster/handshake.ts";
import { decodeFrame, encodeFrame } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { dialByHand, type FakePeer, stranger } from "./fake-peer.ts";
import { Members, type TestMember } from "./members.ts";

async function setUp() {
  const members = new Members();
  const b = await members.start("b:1");
  b.store.entries.set("k", Buffer.from("v"));
  return { members, b, world: members.network.worldOf("stranger") };
}

function closed({ time }: Members, peer: FakePeer): Promise<void> {
  return time.until("the end of a connection", () => peer.isClosed);
}

/** What the member says next. */
async function answerTo({ time }: Members, peer: FakePeer, ask: () => void): Promise<carrot.Frame> {
  const before = peer.heard.length;
  ask();
  await time.until("an answer", () => peer.heard.length > before);
  return decodeFrame(carrot.Frame, peer.heard[before]!);
}

/** Asks on a new link; the answer's value. */
async function askAnew(members: Members): Promise<string> {
  const peer = await dialByHand(members, "b:1");
  const get = { get: { firstId: 1, keys: [Buffer.from("k")] } };
  const { got } = await answerTo(members, peer, () => peer.say(get));
  peer.wire.destroy();
  return Buffer.from(got!.entries![0]!.value!).toString();
}

function linesOf({ lines }: TestMember, pattern: RegExp): number {
  return lines.filter((line) => pattern.test(line)).length;
}

test("a wrong secret is refused without a MAC, and logged once for a hundred attempts", async (t) => {
  const { members, b } = await setUp();
  for (let i = 0; i < 100; i++) {
    await t.throwsAsync(dialByHand(members, "b:1", { secret: "wrong" }), {
      message: "closed in the handshake",
    });
  }
  t.is(linesOf(b, /from raw closed: did not prove that it knows the cluster-secret/), 1);
  t.is(await askAnew(members), "v");
});

test("a handshake that was overheard is of no use", async (t) => {
  const { members, world } = await setUp();
  const handshake = new DialerHandshake("s3cret", "b:1", world);
  const first = stranger(members, "b:1");
  const hello = handshake.hello();
  first.wire.write(hello);
  await members.time.until("a challenge", () => first.heard.length === 1);
  const proof = handshake.read(first.heard[0]!).reply!;
  first.wire.write(proof);
  await members.time.until("a welcome", () => first.heard.length > 1);
  t.true(handshake.read(first.heard[1]!).proved);
  const again = stranger(members, "b:1");
  again.wire.write(hello);
  await members.time.until("a challenge", () => again.heard.length === 1);
  t.is(decodeFrame(carrot.Greeting, again.heard[0]!).body, "challenge");
  again.wire.write(proof);
  await closed(members, again);
  t.is(again.heard.length, 1);
});

test("a frame of 65 bytes before the proof closes the connection", async (t) => {
  const { members, b } = await setUp();
  const peer = stranger(members, "b:1");
  peer.wire.write(Buffer.alloc(66, 65));
  await closed(members, peer);
  t.is(linesOf(b, /frame of 65 bytes or more \(max 64\)/), 1);
  t.is(await askAnew(members), "v");
});

test("requests before the proof are not read", async (t) => {
  const { members, b, world } = await setUp();
  const peer = stranger(members, "b:1");
  peer.wire.write(new DialerHandshake("s3cret", "b:1", world).hello());
  peer.say({ get: { firstId: 1, keys: [Buffer.from("k")] } });
  await closed(members, peer);
  t.deepEqual(b.store.calls, []);
});

test("a stranger that sends nothing, or nothing more after its hello, is closed after a second", async (t) => {
  const { members, b, world } = await setUp();
  const [silent, halfway] = [stranger(members, "b:1"), stranger(members, "b:1")];
  halfway.wire.write(new DialerHandshake("s3cret", "b:1", world).hello());
  await members.time.advance(1000);
  t.false(silent.isClosed || halfway.isClosed);
  await members.time.advance(10);
  t.true(silent.isClosed && halfway.isClosed);
  t.is(linesOf(b, /did not finish the handshake in time/), 1);
});

test("of a hundred half-open connections the newest 64 stay, and a member still gets in", async (t) => {
  const { members, b } = await setUp();
  const peers: FakePeer[] = [];
  for (let i = 0; i < 100; i++) {
    peers.push(stranger(members, "b:1"));
    await members.time.advance(5);
  }
  t.deepEqual(
    peers.map(({ isClosed }) => isClosed),
    peers.map((_, i) => i < 36),
  );
  t.is(await askAnew(members), "v");
  t.is(linesOf(b, /gave way to newer connections/), 1);
});

test("a dialer that uses another id for this node is told so", async (t) => {
  const { members, b } = await setUp();
  await t.throwsAsync(dialByHand(members, "b:1", { knownAs: "alias:1" }), {
    message: /knows itself by another id/,
  });
  t.is(linesOf(b, /dialed this node by another id than b:1/), 1);
});

test("a member that dials and then says nothing for ten seconds is closed", async (t) => {
  const { members, b } = await setUp();
  const peer = await dialByHand(members, "b:1");
  await members.time.advance(9990);
  t.false(peer.isClosed);
  await members.time.advance(2520);
  t.true(peer.isClosed);
  t.is(linesOf(b, /peer link from raw closed: nothing moved for 10000 ms/), 1);
});

/** A frame of these bytes. */
function framed(...parts: Buffer[]): Buffer {
  const writer = new Writer().uint32(parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat([writer.finish(), ...parts]);
}

const LONG_EDIT = Buffer.from(
  carrot.Frame.encode({ edit: { id: 7, key: Buffer.from("long"), value: Buffer.alloc(400_000) } }).finish(),
);

const wrong: Record<string, Buffer> = {
  "of no bytes": Buffer.from([0]),
  "of 2^31 - 1 bytes": Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]),
  "of 2^32 - 1 bytes": Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
  // 8 MiB (the largest value of these members), 128 KiB, and one byte.
  "longer than any edit": Buffer.from([0x81, 0x80, 0x88, 0x04]),
  "as long as an edit that is none": encodeFrame(carrot.Frame, { get: { keys: [Buffer.alloc(400_000)] } }),
  "with something behind a long edit": framed(LONG_EDIT, Buffer.from([0x0a, 0])),
  "with an unknown body": Buffer.from([3, 0xf8, 0x07, 1]),
  "with field 0": Buffer.from([2, 0x02, 0x00]),
  "with a truncated key": Buffer.from([4, 0x0a, 0x02, 0x1a, 0x05]),
  "with a varint without an end": Buffer.from([12, 0x0a, 10, 0x08, ...Array(9).fill(0xff)]),
  "with wire type 7": Buffer.from([2, 0x0f, 0x00]),
  "with wire type 6": Buffer.from([2, 0x0e, 0x00]),
  "with groups nested 20,000 deep": Buffer.concat([
    Buffer.from([0xa0, 0x9c, 0x01]),
    Buffer.alloc(20_000, 0xfb),
  ]),
  "with an answer": encodeFrame(carrot.Frame, { pong: { id: 1 } }),
  "that introduces again": encodeFrame(carrot.Frame, { introduction: { id: "x:1" } }),
};

for (const [name, frame] of Object.entries(wrong)) {
  test(`a frame ${name} closes its own link only`, async (t) => {
    const { members } = await setUp();
    const good = await dialByHand(members, "b:1");
    const bad = await dialByHand(members, "b:1");
    bad.wire.write(frame);
    await closed(members, bad);
    t.is((await answerTo(members, good, () => good.say({ ping: { id: 5 } }))).pong?.id, 5);
  });
}

test("an edit may be as long as a value", async (t) => {
  const { members, b } = await setUp();
  const peer = await dialByHand(members, "b:1");
  const { edited } = await answerTo(members, peer, () => void peer.wire.write(framed(LONG_EDIT)));
  t.like(edited, { id: 7, changed: true });
  t.is(b.store.entries.get("long")?.length, 400_000);
});

test("unknown fields are ignored", async (t) => {
  const { members } = await setUp();
  const peer = await dialByHand(members, "b:1");
  const ping = Buffer.from([9, 0x22, 0x02, 0x08, 0x05, 0xfa, 0x07, 2, 1, 2]);
  t.is((await answerTo(members, peer, () => void peer.wire.write(ping))).pong?.id, 5);
});

test("random bytes after the proof harm nobody else", async (t) => {
  const { members, b } = await setUp();
  const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
    const peer = await dialByHand(members, "b:1");
    peer.wire.end(bytes);
    await closed(members, peer);
  });
  await fc.assert(property, { numRuns: 60 });
  t.is(await askAnew(members), "v");
  t.true(b.store.calls.length > 0);
});

test("random bytes before the proof harm nobody else", async (t) => {
  const { members } = await setUp();
  const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), async (bytes) => {
    const peer = stranger(members, "b:1");
    peer.wire.end(bytes);
    await closed(members, peer);
  });
  await fc.assert(property, { numRuns: 60 });
  t.is(await askAnew(members), "v");
});

test("requests are not read while their answers are not taken", async (t) => {
  const { members, b } = await setUp();
  b.store.entries.set("large", Buffer.alloc(1 << 20));
  const peer = await dialByHand(members, "b:1");
  peer.wire.pause();
  for (let i = 0; i < 100; i++) {
    peer.say({ get: { firstId: 1, keys: [Buffer.from("large")] } });
    await members.time.advance(5);
  }
  const asked = b.store.calls.length;
  t.true(asked < 10, `${asked} were read`);
  peer.wire.resume();
  await members.time.until("all answers", () => peer.heard.length === 100);
  t.is(b.store.calls.length, 100);
});
