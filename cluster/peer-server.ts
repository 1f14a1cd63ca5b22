/**
 * The peer port: links that other members dial.
 *
 * Owns the port and every accepted wire until it ends. Keeps: a stranger that has not proved the cluster secret makes this
 * node hold at most 64 bytes for one second, on each of at most 64 wires. One wire more closes the oldest, since a member
 * needs only two round trips. Before the proof only greetings are decoded. Does not know keys or the ring.
 *
 * A member is served only when the node has judged its introduction and has nothing against it. Only then does this node
 * introduce itself, so a dialer's link is up when both sides agree.
 *
 *     accepted --greetings, 1 s--> proved --introduction--> judged --> served until it ends, is silent or this node closes
 *                                                              +----> refused, with the reason
 */

import { decodeFrame } from "../proto/frame.ts";
import { carrot } from "../proto/generated/carrot.js";
import { isLongRequest, isUsedUp } from "./frame-kinds.ts";
import { FrameStream } from "./frame-stream.ts";
import { AcceptorHandshake, HandshakeError, MAX_GREETING_BYTES } from "./handshake.ts";
import type { Hearing } from "./hearing.ts";
import { type Heard, heardIn, Refused } from "./introduction.ts";
import type { PeerHandlers } from "./peer-handlers.ts";
import type { QuietLog } from "./quiet-log.ts";
import { MAX_REQUEST_BYTES } from "./requests.ts";
import type { RingAgreement } from "./ring-agreement.ts";
import { ServedLink } from "./served-link.ts";
import type { Port, Wire, World } from "./world.ts";

const HANDSHAKE_TIMEOUT_MS = 1000;
const MAX_HALF_OPEN = 64;
/** A member pings every half second; a link on which nothing moved for this long has nobody at the other end. */
const IDLE_TIMEOUT_MS = 10_000;
/** While more bytes of answers than this wait for the other side to take them, none of its requests is read. */
const PAUSE_BYTES = 4 << 20;
/** How long answers under way may take once this node closes. */
const LEAVE_TIMEOUT_MS = 5000;

interface PeerServerOptions {
  /** This node's id. */
  readonly id: string;
  readonly secret: string;
  readonly handlers: PeerHandlers;
  readonly ring: RingAgreement;
  readonly log: QuietLog;
  readonly world: World;
  /** The longest edit or run that is read; other requests are shorter. */
  readonly maxFrameBytes: number;
  readonly hearing: Hearing;
  /** The frame that introduces this node; with a refusal, the last one. `heard`: as in Heard. */
  readonly introduction: (refusal?: string, heard?: number) => Buffer;
  /** Why a member that has proved itself is not served; undefined: it is. Never rejects. */
  readonly judge: (member: Heard) => string | undefined | Promise<string | undefined>;
  /** A member has dialed this node and is served. */
  readonly introduced: (id: string) => void;
  /** A member has asked for this many keys. */
  readonly counted: (id: string, requests: number) => void;
}

interface Accepted {
  readonly stream: FrameStream;
  readonly handshake: AcceptorHandshake;
  proved: boolean;
  /** What the member said of itself. */
  heard: Heard | undefined;
  served: ServedLink | undefined;
}

export class PeerServer {
  readonly #options: PeerServerOptions;
  /** One for each address to listen on. */
  #ports: Port[] = [];
  readonly #links = new Set<Accepted>();
  /** The links that are not served yet, the oldest first. */
  readonly #halfOpen = new Set<Accepted>();

  constructor(options: PeerServerOptions) {
    this.#options = options;
  }

  /** Resolves when the port is open; rejects when it cannot be opened. Call it once for each address. */
  async listen(host: string, port: number): Promise<void> {
    // EMFILE on accept, for example: that one wire is lost, the port stays open.
    const failed = (error: Error) => this.#options.log.warn("accept", `peer port: ${error.message}`);
    this.#ports.push(await this.#options.world.listen(host, port, (wire) => this.#accept(wire), failed));
  }

  /** The port in use; 0 while not listening. */
  get port(): number {
    return this.#ports[0]?.port ?? 0;
  }

  /** Accepts no more wires, sends the answers to the requests that it has read, and closes every link. */
  async close(): Promise<void> {
    for (const link of this.#halfOpen) link.stream.destroy();
    for (const link of this.#links) link.served?.leave(() => link.stream.end());
    const destroyAll = () => {
      for (const link of this.#links) link.stream.destroy();
    };
    const timer = this.#options.world.after(LEAVE_TIMEOUT_MS, destroyAll);
    const ports = this.#ports;
    this.#ports = [];
    await Promise.all(ports.map((port) => port.close()));
    timer.cancel();
  }

  /** Ends the links of processes that have this id but are not the one that is reached at it, such as one that has died. */
  endOthers(id: string, instance: string): void {
    for (const { stream, served, heard } of this.#links) {
      if (served !== undefined && heard?.id === id && heard.instance !== instance) stream.destroy();
    }
  }

  #accept(wire: Wire): void {
    const { world, secret, id } = this.#options;
    const from = `${wire.remoteAddress}`;
    const link: Accepted = {
      stream: new FrameStream({
        wire,
        world,
        maxFrameBytes: MAX_GREETING_BYTES,
        onFrame: (frame) => this.#take(link, frame),
        onEnd: (reason) => this.#ended(link, reason, from),
      }),
      handshake: new AcceptorHandshake(secret, id, world),
      proved: false,
      heard: undefined,
      served: undefined,
    };
    this.#links.add(link);
    this.#halfOpen.add(link);
    const timer = world.after(HANDSHAKE_TIMEOUT_MS, () => {
      if (link.served === undefined) link.stream.destroy(new Error("did not finish the handshake in time"));
    });
    wire.on("close", () => timer.cancel());
    if (this.#halfOpen.size > MAX_HALF_OPEN) {
      const [oldest] = this.#halfOpen;
      oldest!.stream.destroy(new Error("gave way to newer connections before its handshake was done"));
    }
  }

  #take(link: Accepted, frame: Buffer): void {
    // A long frame of another kind could decode to millions of objects.
    if (frame.length > MAX_REQUEST_BYTES && !isLongRequest(frame)) throw new Error("sent too long a request");
    const kept = link.served !== undefined && isUsedUp(frame) ? frame : link.stream.own(frame);
    if (link.served !== undefined) {
      link.served.take(kept);
      if (link.stream.outgoingBytes > PAUSE_BYTES) link.stream.pauseUntilDrained();
    } else if (link.proved) {
      this.#introduce(link, decodeFrame(carrot.Frame, kept));
    } else {
      this.#shake(link, kept);
    }
  }

  #shake(link: Accepted, frame: Buffer): void {
    try {
      const step = link.handshake.read(frame);
      if (step.reply !== undefined) link.stream.send(step.reply);
      if (step.proved) this.#prove(link);
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error;
      link.stream.endWith(error, error.farewell);
    }
  }

  #prove(link: Accepted): void {
    link.proved = true;
    link.stream.maxFrameBytes = MAX_REQUEST_BYTES;
  }

  #introduce(link: Accepted, frame: carrot.Frame): void {
    if (link.heard !== undefined) throw new Error("sent a request before this node had introduced itself");
    const heard = heardIn(frame);
    link.heard = heard;
    const settle = (refusal: string | undefined) => {
      if (!this.#links.has(link)) return;
      if (refusal === undefined) this.#serve(link, heard);
      else {
        const farewell = this.#options.introduction(refusal);
        link.stream.endWith(new Refused(`refused ${heard.id}: ${refusal}`), farewell);
      }
    };
    const judged = this.#options.judge(heard);
    if (judged instanceof Promise) judged.then(settle);
    else settle(judged);
  }

  #serve(link: Accepted, { id, instance, maxFrameBytes }: Heard): void {
    const { handlers, ring, world, counted, hearing } = this.#options;
    hearing.met({ id, instance });
    link.stream.send(this.#options.introduction("", hearing.position({ id, instance })));
    link.served = new ServedLink({
      handlers,
      hearing,
      author: { id, instance },
      end: (error) => link.stream.destroy(error),
      ring,
      world,
      maxAnswerBytes: maxFrameBytes,
      send: (frame) => link.stream.send(frame),
      sendLent: (parts) => link.stream.sendLent(parts),
      outgoingBytes: () => link.stream.outgoingBytes,
      counted: (requests) => counted(id, requests),
    });
    this.#halfOpen.delete(link);
    link.stream.maxFrameBytes = this.#options.maxFrameBytes;
    link.stream.closeWhenIdle(IDLE_TIMEOUT_MS);
    this.#options.introduced(id);
  }

  #ended(link: Accepted, reason: Error | undefined, from: string): void {
    this.#links.delete(link);
    this.#halfOpen.delete(link);
    link.served?.ended();
    if (reason === undefined || (reason as NodeJS.ErrnoException).code === "ECONNRESET") return;
    const stage = link.proved ? "link" : "handshake";
    // The error's name keeps the kinds few, and keeps a stranger that merely connects from silencing the line of a wrong secret.
    this.#options.log.warn(`${stage} ${reason.name}`, `peer ${stage} from ${from} closed: ${reason.message}`);
  }
}
