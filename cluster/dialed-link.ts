/**
 * The link that this node dials to one other member, and dials again whenever it ends. Requests go out on it.
 *
 * Owns the wire, its handshake, its heartbeat and the wait before the next attempt. Keeps: requests are sent only while
 * the link is up. When it ends, each of them is rejected with PeerUnreachable at once, so that callers can turn to the
 * successor. Does not know keys, outcomes or the ring.
 *
 *     down --wait over, or the member dialed us--> connecting --proved, introduced--> up
 *       ^                                               |                              |
 *       +--------- 100 ms, doubled up to 5 s -----------+--- closed, silent, garbage --+
 */

import { decodeFrame } from "../proto/frame.ts";
import { carrot } from "../proto/generated/carrot.js";
import { MEMBER_EXPECTED, parseAddress, plainHost } from "./address.ts";
import { Backoff } from "./backoff.ts";
import { isUsedUp } from "./frame-kinds.ts";
import { FrameStream } from "./frame-stream.ts";
import { DialerHandshake, MAX_GREETING_BYTES } from "./handshake.ts";
import { Heartbeat } from "./heartbeat.ts";
import { type Heard, heardIn, Refused } from "./introduction.ts";
import type { LinkFigures, LinkState } from "./link-figures.ts";
import { PeerUnreachable } from "./peer-unreachable.ts";
import type { QuietLog } from "./quiet-log.ts";
import {
  type Answer,
  type AnswerName,
  type GetWaiter,
  MAX_REQUEST_BYTES,
  Requests,
  type RequestsOptions,
} from "./requests.ts";
import type { Timer, Wire, World } from "./world.ts";

/** For connecting, and again for the handshake. */
const DIAL_TIMEOUT_MS = 1000;
/** A link that was up this long has worked: the wait before the next attempt is a short one again. */
const PROVEN_MS = 5000;

interface DialedLinkOptions
  extends Pick<
    RequestsOptions,
    "peer" | "requestTimeoutMs" | "invalidated" | "sendFirst" | "told" | "positions"
  > {
  readonly secret: string;
  /** The longest answer that is read. */
  readonly maxFrameBytes: number;
  readonly world: World;
  readonly log: QuietLog;
  /** The frame that introduces this node. */
  readonly introduction: () => Buffer;
  /** Why this node does not want the link to a member that has introduced itself; undefined: it does. */
  readonly judge: (member: Heard) => string | undefined;
  /** The link is up. Requests made in this callback go before all others. */
  readonly opened: (member: Heard) => void;
  /** The link was up and has ended, by itself or because it was closed. */
  readonly ended: () => void;
  /** The fingerprint of the other side's ring, on opening and with every pong. */
  readonly sawRing: (fingerprint: number) => void;
  readonly ponged: (pong: Answer<"pong">) => void;
}

export class DialedLink {
  readonly #options: DialedLinkOptions;
  #state: LinkState = "down";
  #stateSince: number;
  #stream: FrameStream | undefined;
  #handshake: DialerHandshake | undefined;
  #proved = false;
  #maxRequestBytes = MAX_REQUEST_BYTES;
  #requests: Requests | undefined;
  #heartbeat: Heartbeat | undefined;
  #timer: Timer | undefined;
  readonly #backoff: Backoff;
  #closed = false;
  #sent = 0;
  #ups = 0;
  #pastBytesSent = 0;
  #pastBytesReceived = 0;
  #rttUs: number | undefined;
  #lastError: string | undefined;

  constructor(options: DialedLinkOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.world.random);
    this.#stateSince = options.world.clock();
  }

  get isUp(): boolean {
    return this.#state === "up";
  }

  get isBusy(): boolean {
    return this.#requests?.isBusy ?? false;
  }

  /** The longest frame that the member reads. */
  get maxRequestBytes(): number {
    return this.#maxRequestBytes;
  }

  /** Unless the link is up or being dialed. Call it on starting, and when the member is known to be back. */
  dial(): void {
    if (this.#closed || this.#state !== "down") return;
    this.#enter("connecting");
    const address = parseAddress(this.#options.peer);
    if (address?.port === undefined) this.#ended(new Error(`its id is no address: ${MEMBER_EXPECTED}`));
    else this.#greet(this.#options.world.connect(plainHost(address.host), address.port));
  }

  /** Whether the process at the other end is alive. */
  async answers(): Promise<boolean> {
    try {
      await this.request("pong", (id) => ({ ping: { id } }));
      return true;
    } catch {
      return false;
    }
  }

  /** As Requests.track. Does nothing while the link is not up: the request that would follow is rejected. */
  track(key: Uint8Array, kind: "read" | "lookedAt"): void {
    this.#requests?.track(key, kind);
  }

  /** As Requests.get; the member is unreachable at once while the link is not up. */
  get(key: Uint8Array, waiter: GetWaiter, isRecent = false): void {
    if (this.#requests === undefined) {
      waiter.unreachable(this.#unreachable());
      return;
    }
    this.#sent++;
    this.#requests.get(key, waiter, isRecent);
  }

  sendBatch(): void {
    this.#requests?.sendBatch();
  }

  /** As Requests.request; rejects with PeerUnreachable at once while the link is not up. */
  request<Name extends AnswerName>(
    answer: Name,
    build: (id: number) => carrot.Frame.$Properties,
    extraMs = 0,
  ): Promise<Answer<Name>> {
    return this.#requests?.request(answer, build, extraMs) ?? Promise.reject(this.#unreachable());
  }

  /**
   * Sends a frame that has no answer. False, and nothing is sent: the link is not up, the member reads no frame so long, or
   * more than `maxWaitingBytes` wait for it already.
   */
  post(frame: Uint8Array, maxWaitingBytes: number): boolean {
    const stream = this.#requests && this.#stream;
    const takes = frame.length <= this.#maxRequestBytes && (stream?.outgoingBytes ?? 0) <= maxWaitingBytes;
    if (takes) stream?.send(frame);
    return takes && stream !== undefined;
  }

  figures(): Omit<LinkFigures, "received" | "version" | "refused"> {
    return {
      state: this.#state,
      sinceMs: Math.floor(this.#options.world.clock() - this.#stateSince),
      sent: this.#sent,
      bytesSent: this.#pastBytesSent + (this.#stream?.bytesSent ?? 0),
      bytesReceived: this.#pastBytesReceived + (this.#stream?.bytesReceived ?? 0),
      inFlight: this.#requests?.inFlight ?? 0,
      rttUs: this.#rttUs,
      reconnects: Math.max(0, this.#ups - 1),
      lastError: this.#lastError,
    };
  }

  /** Ends the link for good; its requests are rejected. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    if (this.#stream !== undefined) this.#stream.destroy();
  }

  #enter(state: LinkState): void {
    this.#state = state;
    this.#stateSince = this.#options.world.clock();
  }

  #greet(wire: Wire): void {
    this.#proved = false;
    this.#handshake = new DialerHandshake(this.#options.secret, this.#options.peer, this.#options.world);
    const stream = new FrameStream({
      wire,
      world: this.#options.world,
      maxFrameBytes: MAX_GREETING_BYTES,
      onFrame: (frame) => this.#take(stream, frame),
      onEnd: (reason) => this.#ended(reason),
    });
    this.#stream = stream;
    stream.send(this.#handshake.hello());
    this.#limit("did not answer");
    wire.on("connect", () => this.#limit("did not finish the handshake"));
  }

  #limit(text: string): void {
    this.#timer?.cancel();
    const late = () => this.#stream?.destroy(new Error(`${text} within ${DIAL_TIMEOUT_MS} ms`));
    this.#timer = this.#options.world.after(DIAL_TIMEOUT_MS, late);
  }

  #take(stream: FrameStream, frame: Buffer): void {
    const kept = this.#requests !== undefined && isUsedUp(frame) ? frame : stream.own(frame);
    if (this.#requests !== undefined) this.#requests.take(kept);
    else if (this.#proved) this.#open(stream, decodeFrame(carrot.Frame, kept));
    else this.#shake(stream, kept);
  }

  #shake(stream: FrameStream, frame: Buffer): void {
    const step = this.#handshake!.read(frame);
    if (step.reply !== undefined) stream.send(step.reply);
    if (!step.proved) return;
    this.#proved = true;
    stream.maxFrameBytes = this.#options.maxFrameBytes;
    stream.send(this.#options.introduction());
  }

  #open(stream: FrameStream, frame: carrot.Frame): void {
    const heard = heardIn(frame);
    const refusal = this.#options.judge(heard);
    if (refusal !== undefined) throw new Refused(refusal);
    this.#timer?.cancel();
    this.#maxRequestBytes = heard.maxFrameBytes;
    this.#requests = new Requests({
      ...this.#options,
      send: (frame) => stream.send(frame),
      outgoingBytes: () => stream.outgoingBytes,
    });
    this.#heartbeat = new Heartbeat({
      world: this.#options.world,
      received: () => stream.bytesReceived,
      ping: () => this.#ping(),
      silent: () => stream.destroy(new Error("was silent")),
    });
    this.#ups++;
    this.#enter("up");
    for (const kind of [this.#logKind, this.#refusedKind]) this.#options.log.forget(kind);
    this.#options.log.info(`peer ${this.#options.peer}: link is up`);
    this.#options.opened(heard);
    this.#heartbeat.start();
    this.#options.sawRing(heard.ring);
  }

  #ping(): void {
    const start = this.#options.world.clock();
    this.request("pong", (id) => ({ ping: { id } })).then(
      (pong) => {
        this.#rttUs = Math.round((this.#options.world.clock() - start) * 1000);
        this.#options.sawRing(pong.ring ?? 0);
        this.#options.ponged(pong);
      },
      () => {}, // The pong is late, and the heartbeat judges that, or the link has ended.
    );
  }

  #ended(reason: Error | undefined): void {
    this.#timer?.cancel();
    this.#heartbeat?.stop();
    this.#pastBytesSent += this.#stream?.bytesSent ?? 0;
    this.#pastBytesReceived += this.#stream?.bytesReceived ?? 0;
    const text = reason?.message ?? this.#whyClosed();
    const requests = this.#requests;
    if (requests !== undefined && this.#options.world.clock() - this.#stateSince >= PROVEN_MS)
      this.#backoff.reset();
    this.#stream = undefined;
    this.#requests = undefined;
    this.#enter("down");
    requests?.close(this.#closed ? "link closed" : text);
    if (requests !== undefined) this.#options.ended();
    if (this.#closed) return;
    this.#lastError = text;
    const kind = reason instanceof Refused ? this.#refusedKind : this.#logKind;
    this.#options.log.warn(kind, `peer ${this.#options.peer}: link is down: ${text}`);
    this.#timer = this.#options.world.after(this.#backoff.nextMs(), () => this.dial());
  }

  #whyClosed(): string {
    if (this.#proved || !this.#handshake?.proofSent) return "closed by the other side";
    return "closed by the other side on this node's proof: do both have the same cluster-secret?";
  }

  get #logKind(): string {
    return `link ${this.#options.peer}`;
  }

  get #refusedKind(): string {
    return `refused ${this.#options.peer}`;
  }

  #unreachable(): PeerUnreachable {
    return new PeerUnreachable(this.#options.peer, this.#lastError ?? this.#state);
  }
}
