/**
 * Both ends of a link prove that they know the cluster secret, before either reads anything else.
 *
 * Owns the greeting messages and the proofs in them. Keeps: the dialing side proves first, so that a stranger that merely
 * connects gets no MAC from which to guess the secret. Each MAC covers both nonces, the role and the dialed id, so it is
 * of no use a second time, in the other direction, or at another member. Does not know wires, timers or logs. Does not
 * protect the bytes that follow: only a private network or a tunnel helps against an attacker that can change them on the
 * way.
 *
 *     dialer                                        acceptor
 *       Hello     version, nonce, digest of the id ->
 *                                                 <- Challenge  version, nonce (or why not)
 *       Proof     HMAC("dialer", ...)            ->                 checked first
 *                                                 <- Welcome    HMAC("acceptor", ...)
 *       from here on each side reads carrot.Frame
 */

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { decodeFrame, encodeFrame } from "../proto/frame.ts";
import { carrot } from "../proto/generated/carrot.js";
import type { World } from "./world.ts";

/** To be raised when an older node could not read what a newer one says. */
const PROTOCOL_VERSION = 4;
/** The longest greeting accepted; the longest one sent has 38 bytes. */
export const MAX_GREETING_BYTES = 64;
const NONCE_BYTES = 16;
const TARGET_BYTES = 8;

/** Why a link did not come about; the text is for this side's log. */
export class HandshakeError extends Error {
  override name = "HandshakeError";
  /** A last greeting for the other side, so that it can log the reason too. */
  readonly farewell: Buffer | undefined;

  constructor(text: string, farewell?: Buffer) {
    super(text);
    this.farewell = farewell;
  }
}

/** What to do after a greeting was read: send `reply` if there is one, and with `proved` begin to read frames. */
interface HandshakeStep {
  readonly reply: Buffer | undefined;
  readonly proved: boolean;
}

type GreetingProperties = ConstructorParameters<typeof carrot.Greeting>[0];
type Role = "dialer" | "acceptor";

const greet = (greeting: GreetingProperties) => encodeFrame(carrot.Greeting, greeting ?? {});

function digestOf(id: string): Buffer {
  return createHash("sha256").update(id).digest().subarray(0, TARGET_BYTES);
}

/** The nonces come first and have a fixed length, and the id comes last, so no bytes have two meanings. */
function mac(secret: string, role: Role, dialed: Uint8Array, accepted: Uint8Array, target: string): Buffer {
  const hmac = createHmac("sha256", secret).update(`carrot ${PROTOCOL_VERSION} ${role}\0`);
  return hmac.update(dialed).update(accepted).update(target).digest();
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function nonceIn(bytes: Uint8Array | null | undefined): Uint8Array {
  if (bytes?.length !== NONCE_BYTES) throw new HandshakeError("sent a greeting without a nonce");
  return Uint8Array.from(bytes);
}

/** The side that connects, to the member it knows as `target`. */
export class DialerHandshake {
  readonly #secret: string;
  readonly #target: string;
  readonly #nonce: Uint8Array;
  #theirs: Uint8Array | undefined;

  constructor(secret: string, target: string, { randomBytes }: Pick<World, "randomBytes">) {
    this.#secret = secret;
    this.#target = target;
    this.#nonce = randomBytes(NONCE_BYTES);
  }

  /** True: this side has sent its proof. If the other side now closes without an error, it has refused the proof. */
  get proofSent(): boolean {
    return this.#theirs !== undefined;
  }

  /** The first greeting, to be sent on connecting. */
  hello(): Buffer {
    return greet({
      hello: { version: PROTOCOL_VERSION, nonce: this.#nonce, target: digestOf(this.#target) },
    });
  }

  /** Takes one greeting of the other side. Throws HandshakeError, or protobufjs' errors for bytes that are no greeting. */
  read(frame: Buffer): HandshakeStep {
    const { challenge, welcome } = decodeFrame(carrot.Greeting, frame);
    if (challenge && this.#theirs === undefined) return this.#prove(challenge);
    if (welcome && this.#theirs !== undefined) return this.#check(welcome.mac, this.#theirs);
    throw new HandshakeError("sent a greeting out of order");
  }

  #prove(challenge: carrot.Challenge.$Properties): HandshakeStep {
    if (challenge.version !== PROTOCOL_VERSION) {
      throw new HandshakeError(versionText(challenge.version ?? 0));
    }
    if (challenge.refusal === carrot.Refusal.OTHER_ID) {
      throw new HandshakeError(
        `the node at ${this.#target} knows itself by another id: its peer-address and ` +
          "the peers directives have to agree letter by letter",
      );
    }
    this.#theirs = nonceIn(challenge.nonce);
    const proof = mac(this.#secret, "dialer", this.#nonce, this.#theirs, this.#target);
    return { reply: greet({ proof: { mac: proof } }), proved: false };
  }

  #check(proof: Uint8Array | null | undefined, theirs: Uint8Array): HandshakeStep {
    const expected = mac(this.#secret, "acceptor", this.#nonce, theirs, this.#target);
    if (!sameBytes(expected, proof ?? new Uint8Array())) {
      throw new HandshakeError("did not prove that it knows the cluster-secret");
    }
    return { reply: undefined, proved: true };
  }
}

/** The side that was connected to; `id` is this node's own. */
export class AcceptorHandshake {
  readonly #secret: string;
  readonly #id: string;
  readonly #nonce: Uint8Array;
  #theirs: Uint8Array | undefined;

  constructor(secret: string, id: string, { randomBytes }: Pick<World, "randomBytes">) {
    this.#secret = secret;
    this.#id = id;
    this.#nonce = randomBytes(NONCE_BYTES);
  }

  /** As DialerHandshake.read; the last step has both a reply and `proved`. */
  read(frame: Buffer): HandshakeStep {
    const { hello, proof } = decodeFrame(carrot.Greeting, frame);
    if (hello && this.#theirs === undefined) return this.#challenge(hello);
    if (proof && this.#theirs !== undefined) return this.#check(proof.mac, this.#theirs);
    throw new HandshakeError("sent a greeting out of order");
  }

  #challenge(hello: carrot.Hello.$Properties): HandshakeStep {
    const refuse = (refusal: carrot.Refusal) => greet({ challenge: { version: PROTOCOL_VERSION, refusal } });
    if (hello.version !== PROTOCOL_VERSION) {
      throw new HandshakeError(versionText(hello.version ?? 0), refuse(carrot.Refusal.OTHER_VERSION));
    }
    if (!sameBytes(digestOf(this.#id), hello.target ?? new Uint8Array())) {
      throw new HandshakeError(
        `dialed this node by another id than ${this.#id}`,
        refuse(carrot.Refusal.OTHER_ID),
      );
    }
    this.#theirs = nonceIn(hello.nonce);
    const challenge = { version: PROTOCOL_VERSION, nonce: this.#nonce };
    return { reply: greet({ challenge }), proved: false };
  }

  #check(proof: Uint8Array | null | undefined, theirs: Uint8Array): HandshakeStep {
    const expected = mac(this.#secret, "dialer", theirs, this.#nonce, this.#id);
    if (!sameBytes(expected, proof ?? new Uint8Array())) {
      throw new HandshakeError("did not prove that it knows the cluster-secret");
    }
    const welcome = { mac: mac(this.#secret, "acceptor", theirs, this.#nonce, this.#id) };
    return { reply: greet({ welcome }), proved: true };
  }
}

function versionText(theirs: number): string {
  return `speaks version ${theirs} of the peer protocol, this node version ${PROTOCOL_VERSION}`;
}
