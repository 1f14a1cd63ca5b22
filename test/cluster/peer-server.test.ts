/**
 * Goal: strangers get nothing and cost little; what members send wrong ends their own link only. Method: raw sockets
 * against a listening member; each attack is followed by a request of a good member on its own link.
 */

import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { Writer } from "protobufjs/minimal.js";
import { DialerHandshake } from "../../cluster/handshake.ts";
import { decodeFrame, encodeFrame } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { closed, dialByHand, framesOf, Rig, type TestMember, world } from "./rig.ts";

async function member(t: ExecutionContext): Promise<[Rig, TestMember]> {
  const rig = new Rig(t);
  const b = await rig.start("b:1");
  b.store.entries.set("k", Buffer.from("v"));
  return [rig, b];
}

/** Asks on a new link; the answer's value. */
async function askAnew(rig: Rig): Promise<string> {
  const { socket, frames } = await dialByHand(rig, "b:1");
  socket.write(encodeFrame(carrot.Frame, { get: { firstId: 1, keys: [Buffer.from("k")] } }));
  const { value } = await frames.next();
  socket.destroy();
  return Buffer.from(decodeFrame(carrot.Frame, value!).got!.entries![0]!.value!).toString();
}

test("a wrong secret is refused without a MAC, and logged once for a hundred attempts", async (t) => {
  const [rig, b] = await member(t);
  for (let i = 0; i < 100; i++) {
    await t.throwsAsync(dialByHand(rig, "b:1", "wrong"), { message: "closed in the handshake" });
  }
  t.is(b.log.matching(/from 127\.0\.0\.1 closed: did not prove that it knows the cluster-secret/).length, 1);
  t.is(await askAnew(rig), "v");
});

test("a handshake that was overheard is of no use", async (t) => {
  const [rig] = await member(t);
  const recorded: Buffer[] = [];
  const handshake = new DialerHandshake("s3cret", "b:1", world);
  const first = rig.connect("b:1");
  const frames = framesOf(first);
  recorded.push(handshake.hello());
  first.write(recorded[0]!);
  recorded.push(handshake.read((await frames.next()).value!).reply!);
  first.write(recorded[1]!);
  t.true(handshake.read((await frames.next()).value!).proved);
  const again = rig.connect("b:1");
  const answers = framesOf(again);
  again.write(recorded[0]!);
  t.is(decodeFrame(carrot.Greeting, (await answers.next()).value!).body, "challenge");
  again.write(recorded[1]!);
  t.is((await answers.next()).value, undefined);
});

test("a frame of 65 bytes before the proof closes the connection", async (t) => {
  const [rig, b] = await member(t);
  const socket = rig.connect("b:1");
  socket.write(Buffer.alloc(66, 65));
  await closed(socket);
  t.is(b.log.matching(/frame of 65 bytes or more \(max 64\)/).length, 1);
  t.is(await askAnew(rig), "v");
});

test("requests before the proof are not read", async (t) => {
  const [rig, b] = await member(t);
  const socket = rig.connect("b:1");
  socket.write(new DialerHandshake("s3cret", "b:1", world).hello());
  socket.write(encodeFrame(carrot.Frame, { get: { firstId: 1, keys: [Buffer.from("k")] } }));
  await closed(socket);
  t.deepEqual(b.store.calls, []);
});

test("whoever says nothing, or nothing more, is closed after a second", async (t) => {
  const [rig, b] = await member(t);
  const silent = rig.connect("b:1");
  const halfway = rig.connect("b:1");
  halfway.write(new DialerHandshake("s3cret", "b:1", world).hello());
  await Promise.all([closed(silent), closed(halfway)]);
  t.is(b.log.matching(/did not finish the handshake in time/).length, 1);
});

// Serial: among the other tests these connections might take longer than the second that they are given.
test.serial(
  "of a hundred half-open connections the newest 64 stay, and a member still gets in",
  async (t) => {
    const [rig, b] = await member(t);
    const sockets = Array.from({ length: 100 }, () => rig.connect("b:1"));
    let open = sockets.length;
    const gone = sockets.map((socket) => closed(socket).then(() => open--));
    await Promise.race([Promise.all(gone.slice(0, 36)), Promise.all(gone.slice(36))]);
    t.true(open >= 64);
    t.is(await askAnew(rig), "v");
    t.is(b.log.matching(/gave way to newer connections/).length, 1);
  },
);

test("a dialer that uses another id for this node is told so", async (t) => {
  const [rig, b] = await member(t);
  rig.ports.set("alias:1", b.peers.port);
  await t.throwsAsync(dialByHand(rig, "alias:1"), { message: /knows itself by another id/ });
  t.is(b.log.matching(/dialed this node by another id than b:1/).length, 1);
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
  // 8 MiB, the largest value of a rig, 128 KiB, and one byte.
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
    const [rig] = await member(t);
    const good = await dialByHand(rig, "b:1");
    const { socket } = await dialByHand(rig, "b:1");
    socket.write(frame);
    await closed(socket);
    good.socket.write(encodeFrame(carrot.Frame, { ping: { id: 5 } }));
    t.is(decodeFrame(carrot.Frame, (await good.frames.next()).value!).pong?.id, 5);
  });
}

test("an edit may be as long as a value", async (t) => {
  const [rig, b] = await member(t);
  const { socket, frames } = await dialByHand(rig, "b:1");
  socket.write(framed(LONG_EDIT));
  t.like(decodeFrame(carrot.Frame, (await frames.next()).value!).edited, { id: 7, changed: true });
  t.is(b.store.entries.get("long")?.length, 400_000);
});

test("unknown fields are ignored", async (t) => {
  const [rig] = await member(t);
  const { socket, frames } = await dialByHand(rig, "b:1");
  socket.write(Buffer.from([9, 0x22, 0x02, 0x08, 0x05, 0xfa, 0x07, 2, 1, 2]));
  t.is(decodeFrame(carrot.Frame, (await frames.next()).value!).pong?.id, 5);
});

test("random bytes after the proof harm nobody else", async (t) => {
  const [rig, b] = await member(t);
  const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
    const { socket } = await dialByHand(rig, "b:1");
    socket.end(bytes);
    await closed(socket);
  });
  await fc.assert(property, { numRuns: 60 });
  t.is(await askAnew(rig), "v");
  t.true(b.store.calls.length > 0);
});

test("random bytes before the proof harm nobody else", async (t) => {
  const [rig] = await member(t);
  const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), async (bytes) => {
    const socket = rig.connect("b:1");
    socket.end(bytes);
    await closed(socket);
  });
  await fc.assert(property, { numRuns: 60 });
  t.is(await askAnew(rig), "v");
});

test("requests are not read while their answers are not taken", async (t) => {
  const [rig, b] = await member(t);
  b.store.entries.set("large", Buffer.alloc(1 << 20));
  const { socket, frames } = await dialByHand(rig, "b:1");
  const get = encodeFrame(carrot.Frame, { get: { firstId: 1, keys: [Buffer.from("large")] } });
  for (let i = 0; i < 100; i++) {
    socket.write(get);
    await new Promise(setImmediate);
  }
  const asked = b.store.calls.length;
  t.true(asked < 100, `${asked} were read`);
  for (let i = 0; i < 100; i++) await frames.next();
  t.is(b.store.calls.length, 100);
});
