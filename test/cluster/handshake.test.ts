/**
 * Goal: two ends get through only with the same secret, and greetings that a stranger overhears do not help it. Method:
 * the two sides are state machines without sockets; the tests hand over, record, replay, reflect and damage their
 * greetings.
 */

import test from "ava";
import fc from "fast-check";
import {
  AcceptorHandshake,
  DialerHandshake,
  HandshakeError,
  MAX_GREETING_BYTES,
} from "../../cluster/handshake.ts";
import { decodeFrame, encodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { VirtualTime } from "../sim/virtual-time.ts";

const world = new VirtualTime(1);
/** The version of the peer protocol. */
const VERSION = 4;
const ID = "10.0.0.1:16390";

/** A greeting without its length, as a link hands it over. */
function bare(framed: Buffer | undefined): Buffer {
  const reader = new FrameReader(MAX_GREETING_BYTES);
  reader.push(framed!);
  return reader.next()!;
}

function shake(dialer: DialerHandshake, acceptor: AcceptorHandshake) {
  const challenge = acceptor.read(bare(dialer.hello()));
  const proof = dialer.read(bare(challenge.reply));
  const welcome = acceptor.read(bare(proof.reply));
  return { challenge, proof, welcome, end: dialer.read(bare(welcome.reply)) };
}

const proofRefused = { instanceOf: HandshakeError, message: /did not prove/ };
const outOfOrder = { instanceOf: HandshakeError, message: /out of order/ };

test("two sides with one secret prove themselves to each other, the dialer first", (t) => {
  const steps = shake(new DialerHandshake("s", ID, world), new AcceptorHandshake("s", ID, world));
  t.deepEqual(
    [steps.challenge.proved, steps.proof.proved, steps.welcome.proved, steps.end.proved],
    [false, false, true, true],
  );
  t.is(decodeFrame(carrot.Greeting, bare(steps.challenge.reply)).body, "challenge");
});

test("an empty secret works on both sides alike", (t) => {
  t.true(shake(new DialerHandshake("", ID, world), new AcceptorHandshake("", ID, world)).end.proved);
});

test("a dialer with a wrong secret is refused and gets no MAC", (t) => {
  t.throws(
    () => shake(new DialerHandshake("wrong", ID, world), new AcceptorHandshake("s", ID, world)),
    proofRefused,
  );
});

test("an acceptor that does not know the secret is refused", (t) => {
  const dialer = new DialerHandshake("s", ID, world);
  const challenge = { version: VERSION, nonce: Buffer.alloc(16) };
  dialer.read(bare(encodeFrame(carrot.Greeting, { challenge })));
  for (const mac of [Buffer.alloc(32), Buffer.alloc(31), Buffer.alloc(0)]) {
    t.throws(() => dialer.read(bare(encodeFrame(carrot.Greeting, { welcome: { mac } }))), proofRefused);
  }
});

test("a recorded handshake is refused when it is played again", (t) => {
  const dialer = new DialerHandshake("s", ID, world);
  const { proof } = shake(dialer, new AcceptorHandshake("s", ID, world));
  const acceptor = new AcceptorHandshake("s", ID, world);
  acceptor.read(bare(dialer.hello()));
  t.throws(() => acceptor.read(bare(proof.reply)), proofRefused);
});

test("a dialer's own greetings sent back to it prove nothing", (t) => {
  const dialer = new DialerHandshake("s", ID, world);
  const hello = decodeFrame(carrot.Greeting, bare(dialer.hello())).hello;
  const challenge = { version: VERSION, nonce: hello?.nonce };
  const { reply } = dialer.read(bare(encodeFrame(carrot.Greeting, { challenge })));
  const { proof } = decodeFrame(carrot.Greeting, bare(reply));
  const welcome = { mac: proof?.mac };
  t.throws(() => dialer.read(bare(encodeFrame(carrot.Greeting, { welcome }))), proofRefused);
});

test("a proof meant for one member does not open another", (t) => {
  const dialer = new DialerHandshake("s", "10.0.0.9:1", world);
  const acceptor = new AcceptorHandshake("s", ID, world);
  const { hello } = decodeFrame(carrot.Greeting, bare(dialer.hello()));
  const target = decodeFrame(carrot.Greeting, bare(new DialerHandshake("s", ID, world).hello())).hello
    ?.target;
  const relayed = encodeFrame(carrot.Greeting, {
    hello: { version: VERSION, nonce: hello?.nonce, target },
  });
  const proof = dialer.read(bare(acceptor.read(bare(relayed)).reply));
  t.throws(() => acceptor.read(bare(proof.reply)), proofRefused);
});

test("another version is named on both sides", (t) => {
  const acceptor = new AcceptorHandshake("s", ID, world);
  const hello = { version: 9, nonce: Buffer.alloc(16) };
  const error = t.throws(() => acceptor.read(bare(encodeFrame(carrot.Greeting, { hello }))), {
    instanceOf: HandshakeError,
    message: `speaks version 9 of the peer protocol, this node version ${VERSION}`,
  });
  t.is(decodeFrame(carrot.Greeting, bare(error?.farewell)).challenge?.version, VERSION);
  const challenge = { version: VERSION + 1, refusal: carrot.Refusal.OTHER_VERSION };
  const dialer = new DialerHandshake("s", ID, world);
  t.throws(() => dialer.read(bare(encodeFrame(carrot.Greeting, { challenge }))), {
    message: new RegExp(`version ${VERSION + 1}`),
  });
});

test("a node dialed by an alias of its id says so to both sides", (t) => {
  const dialer = new DialerHandshake("s", "localhost:16390", world);
  const acceptor = new AcceptorHandshake("s", ID, world);
  const error = t.throws(() => acceptor.read(bare(dialer.hello())), {
    instanceOf: HandshakeError,
    message: `dialed this node by another id than ${ID}`,
  });
  t.throws(() => dialer.read(bare(error?.farewell)), { message: /knows itself by another id/ });
});

test("greetings out of order, twice, or without a nonce are refused", (t) => {
  const proof = encodeFrame(carrot.Greeting, { proof: { mac: Buffer.alloc(32) } });
  t.throws(() => new AcceptorHandshake("s", ID, world).read(bare(proof)), outOfOrder);
  const dialer = new DialerHandshake("s", ID, world);
  const acceptor = new AcceptorHandshake("s", ID, world);
  acceptor.read(bare(dialer.hello()));
  t.throws(() => acceptor.read(bare(dialer.hello())), outOfOrder);
  t.throws(() => dialer.read(bare(encodeFrame(carrot.Greeting, { welcome: {} }))), outOfOrder);
  const challenge = { version: VERSION, nonce: Buffer.alloc(15) };
  t.throws(() => dialer.read(bare(encodeFrame(carrot.Greeting, { challenge }))), { message: /nonce/ });
});

test("no greeting is longer than the limit", (t) => {
  const steps = shake(new DialerHandshake("s", ID, world), new AcceptorHandshake("s", ID, world));
  for (const { reply } of [steps.challenge, steps.proof, steps.welcome]) {
    t.true(reply!.length <= MAX_GREETING_BYTES);
  }
});

test("random bytes throw an Error and prove nothing", (t) => {
  const property = fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
    for (const side of [new AcceptorHandshake("s", ID, world), new DialerHandshake("s", ID, world)]) {
      try {
        t.false(side.read(Buffer.from(bytes)).proved);
      } catch (error) {
        t.true(error instanceof Error);
      }
    }
  });
  fc.assert(property, { numRuns: 300 });
});
