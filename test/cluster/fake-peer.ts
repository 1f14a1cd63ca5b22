/**
 * The other end of a wire, played by a test: a stranger that sends any bytes, or a member that does the handshake and
 * then sends any frames. The fake peer keeps what it hears; a test runs the virtual time until it is there.
 */

import { AcceptorHandshake, DialerHandshake } from "../../cluster/handshake.ts";
import type { Port, Wire } from "../../cluster/world.ts";
import { decodeFrame, encodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { type Members, machineOf } from "./members.ts";

const MAX_FRAME_BYTES = 16 << 20;

export class FakePeer {
  readonly wire: Wire;
  /** The frames that came; without those of the handshake, if there was one. */
  readonly heard: Buffer[] = [];
  isClosed = false;
  error: unknown;

  constructor(wire: Wire, onFrame: (frame: Buffer) => void) {
    this.wire = wire;
    const reader = new FrameReader(MAX_FRAME_BYTES, wire.lendsChunks);
    wire.on("error", () => {});
    wire.on("close", () => {
      this.isClosed = true;
    });
    wire.on("data", (chunk) => {
      reader.push(chunk);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) onFrame(reader.own(frame));
    });
  }

  say(frame: carrot.Frame.$Properties): void {
    this.wire.write(encodeFrame(carrot.Frame, frame));
  }

  /** What it heard, from the frame of this number on. */
  frames(from = 0): carrot.Frame[] {
    return this.heard.slice(from).map((frame) => decodeFrame(carrot.Frame, frame));
  }
}

/** Dials a member and sends nothing. */
export function stranger(members: Members, id: string): FakePeer {
  const [host, port] = id.split(":");
  const peer: FakePeer = new FakePeer(
    members.network.worldOf("stranger").connect(host!, Number(port)),
    (frame) => peer.heard.push(frame),
  );
  return peer;
}

/** Has a wire's end do the handshake and introduce itself before it hears frames. */
function shake(
  wire: Wire,
  handshake: DialerHandshake | AcceptorHandshake,
  introduction: carrot.Introduction.$Properties,
  onFrame: (frame: Buffer, peer: FakePeer) => void,
): FakePeer {
  let isProved = false;
  const peer: FakePeer = new FakePeer(wire, (frame) => {
    if (isProved) return onFrame(frame, peer);
    try {
      const step = handshake.read(frame);
      if (step.reply !== undefined) wire.write(step.reply);
      isProved = step.proved;
    } catch (error) {
      peer.error = error;
      wire.destroy();
    }
    if (isProved) peer.say({ introduction });
  });
  return peer;
}

interface DialOptions {
  readonly secret?: string;
  readonly maxFrameBytes?: number;
  /** The id by which the fake peer knows the member. */
  readonly knownAs?: string;
  /** What the fake peer says of itself otherwise. */
  readonly introduction?: carrot.Introduction.$Properties;
}

/** Dials a member as "raw:1"; resolves when the member has introduced itself. */
export async function dialByHand(members: Members, id: string, options: DialOptions = {}): Promise<FakePeer> {
  const { secret = "s3cret", maxFrameBytes = MAX_FRAME_BYTES, knownAs = id, introduction } = options;
  const [host, port] = id.split(":");
  const world = members.network.worldOf("raw");
  const wire = world.connect(host!, Number(port));
  const handshake = new DialerHandshake(secret, knownAs, world);
  let isIntroduced = false;
  const peer = shake(wire, handshake, { id: "raw:1", maxFrameBytes, ...introduction }, (frame, { heard }) => {
    if (isIntroduced) heard.push(frame);
    isIntroduced = true;
  });
  wire.write(handshake.hello());
  await members.time.until("the end of the handshake", () => isIntroduced || peer.isClosed);
  if (!isIntroduced) throw peer.error ?? new Error("closed in the handshake");
  return peer;
}

/** Listens in place of the member `id`; `answer` gets each frame of each link behind the proof. */
export async function acceptByHand(
  members: Members,
  id: string,
  answer: (frame: carrot.Frame, peer: FakePeer) => void,
): Promise<Port> {
  const world = members.network.worldOf(machineOf(id));
  const accept = (wire: Wire) => {
    const handshake = new AcceptorHandshake("s3cret", id, world);
    const introduction = { id, maxFrameBytes: 1 << 20 };
    shake(wire, handshake, introduction, (frame, peer) => answer(decodeFrame(carrot.Frame, frame), peer));
  };
  return world.listen("0.0.0.0", Number(id.split(":")[1]), accept, () => {});
}
