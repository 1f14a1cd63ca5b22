/**
 * The requests under way on one open link, of many callers at once.
 *
 * Owns their ids and the callers that wait. Keeps: every caller gets exactly one end (an answer, an error at its own
 * deadline, or PeerUnreachable when the link closes). What is in flight is bounded. An answer that no caller waits for is
 * ignored; an answer of the wrong kind ends the link. Does not know wires. Links share no ids, so a late answer cannot
 * reach a request of another link.
 *
 * GETs of one tick wait for its end and leave in one frame; all other requests leave at once, after the GETs before them. A
 * deadline fails its own request and no other; whether the peer is still there is for the heartbeat to say.
 */

import { decodeFrame, encodeFrame } from "../proto/frame.ts";
import { carrot } from "../proto/generated/carrot.js";
import { InFlight } from "./in-flight.ts";
import type { Outcome } from "./outcome.ts";
import { outcomeOf } from "./outcome-message.ts";
import { PeerUnreachable } from "./peer-unreachable.ts";
import { RequestDeadlines } from "./request-deadlines.ts";
import type { World } from "./world.ts";

/** A batch of keys that has reached this length leaves before the tick ends. */
export const BATCH_BYTES = 256 * 1024;
/** The longest key that can be asked for; far above what a node accepts from its clients. */
export const MAX_KEY_BYTES = 64 * 1024;
/** The longest request: a batch that was just short of full when the longest key came, with framing. */
export const MAX_REQUEST_BYTES = BATCH_BYTES + MAX_KEY_BYTES + 4096;
/** The most requests of one link that may wait for an answer, on either side. */
export const MAX_IN_FLIGHT = 65_536;
/** While more bytes of requests than this wait for the peer to take them, a GET or an edit is refused. */
export const MAX_OUTGOING_BYTES = 16 << 20;
/** Room for framing and for the key and lifetimes beside one value of the largest size. */
const FRAME_ROOM_BYTES = 128 * 1024;
/** What a key costs in a frame beyond its bytes. */
export const KEY_OVERHEAD_BYTES = 4;

const KEY_TOO_LONG: Outcome = {
  kind: "error",
  text: `key is too long for the peer link (max ${MAX_KEY_BYTES} bytes)`,
};
export const PEER_BUSY: Outcome = { kind: "error", text: "peer busy" };

type FrameProperties = NonNullable<ConstructorParameters<typeof carrot.Frame>[0]>;
/** The answers that belong to one request each. */
export type AnswerName = "looked" | "counted" | "ringTaken" | "pong" | "edited" | "scanned" | "ran";
export type Answer<Name extends AnswerName> = NonNullable<carrot.Frame[Name]>;

/** A caller that waits for a key. One of its functions is called, once, perhaps before `get` returns. Neither may throw. */
export interface GetWaiter {
  /** How long the caller waits; then it gets an error outcome. */
  readonly timeoutMs: number;
  /** The value is a view that dies when this returns: copy what is kept. */
  settle(outcome: Outcome): void;
  /** The peer is not up, goes down before it has answered, or shuts down. */
  unreachable(error: PeerUnreachable): void;
}

interface WaitingRequest {
  readonly answer: AnswerName;
  readonly resolve: (answer: Answer<AnswerName>) => void;
  readonly reject: (error: Error) => void;
}

export interface RequestsOptions {
  /** The id of the member at the other end. */
  readonly peer: string;
  readonly world: Pick<World, "clock" | "every" | "soon">;
  readonly send: (frame: Uint8Array) => void;
  readonly outgoingBytes: () => number;
  /** How long everything but a GET may take; read at each use. */
  readonly requestTimeoutMs: () => number;
  /** Sends what a request must not overtake: the changes that were announced before it. */
  readonly sendFirst: () => void;
  /** The member has done what this node told it. */
  readonly told: (told: carrot.Told.$Properties) => void;
  /** What a GET of a key that has changed lately asks for: see Get.after. */
  readonly positions: () => carrot.Position.$Properties[];
  /** The member says that what it answered for these keys is no longer valid; undefined: for all. */
  readonly invalidated: (keys: readonly Uint8Array[] | undefined) => void;
  /** Ids begin behind this one. Default 0. */
  readonly lastId?: number;
}

export class Requests {
  readonly #options: RequestsOptions;
  readonly #waiting: InFlight<GetWaiter | WaitingRequest>;
  readonly #deadlines: RequestDeadlines;
  #batch: Uint8Array[] = [];
  /** Keys that the member has to note before it reads the next request. */
  #tracked: { read: Uint8Array[]; lookedAt: Uint8Array[] } | undefined;
  #trackedBytes = 0;
  #batchBytes = 0;
  #batchFirstId = 0;
  #batchTimeoutMs = 0;
  #batchIsRecent = false;
  #closed: PeerUnreachable | undefined;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#waiting = new InFlight(options.lastId);
    this.#deadlines = new RequestDeadlines(options.world, (id) => this.#expire(id));
  }

  get inFlight(): number {
    return this.#waiting.size;
  }

  /**
   * Tells the member, before the next request, that this node reads `key`: the member then says when its answer no longer
   * holds. The key's bytes must not change until the tick ends.
   */
  track(key: Uint8Array, kind: "read" | "lookedAt"): void {
    if (this.#closed !== undefined || key.length > MAX_KEY_BYTES) return;
    this.#tracked ??= { read: [], lookedAt: [] };
    this.#tracked[kind].push(key);
    this.#trackedBytes += key.length + KEY_OVERHEAD_BYTES;
    if (this.#trackedBytes >= BATCH_BYTES) this.sendBatch();
  }

  /**
   * Asks for `key`, whose bytes must not change until the tick ends. `isRecent`: the member may not have heard a change of
   * it, and has to say.
   */
  get(key: Uint8Array, waiter: GetWaiter, isRecent = false): void {
    if (this.#closed !== undefined) waiter.unreachable(this.#closed);
    else if (key.length > MAX_KEY_BYTES) waiter.settle(KEY_TOO_LONG);
    else if (this.isBusy) waiter.settle(PEER_BUSY);
    else {
      const id = this.#waiting.add(waiter);
      this.#deadlines.add(id, waiter.timeoutMs);
      this.#enqueue(id, key, waiter.timeoutMs, isRecent);
    }
  }

  /**
   * For everything but a GET: sends the request that `build` makes for an id, and resolves with its answer. Rejects with
   * PeerUnreachable when none comes in time, or `extraMs` later. Refuses no request, because a delete must not get lost;
   * the peer's deadline bounds how many can wait.
   */
  request<Name extends AnswerName>(
    answer: Name,
    build: (id: number) => FrameProperties,
    extraMs = 0,
  ): Promise<Answer<Name>> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#options.sendFirst();
      this.sendBatch();
      const id = this.#waiting.add({ answer, resolve: resolve as WaitingRequest["resolve"], reject });
      this.#deadlines.add(id, this.#options.requestTimeoutMs() + extraMs);
      this.#options.send(encodeFrame(carrot.Frame, build(id)));
    });
  }

  /** Takes a frame of answers, which may be lent if it is a Got and nothing else. Throws on others: the link has to be closed. */
  take(bytes: Buffer): void {
    const frame = decodeFrame(carrot.Frame, bytes);
    const name = frame.body;
    switch (name) {
      case "got":
        this.#takeGot(frame.got!);
        break;
      case "invalidate":
        this.#options.invalidated(frame.invalidate!.all ? undefined : (frame.invalidate!.keys ?? []));
        break;
      case "told":
        this.#options.told(frame.told!);
        break;
      case "looked":
      case "counted":
      case "ringTaken":
      case "pong":
      case "edited":
      case "scanned":
      case "ran":
        this.#takeAnswer(name, frame[name]!);
        break;
      default:
        throw new Error(`answered with ${name ?? "an unknown frame"}`);
    }
  }

  /** Ends every request with PeerUnreachable. */
  close(reason: string): void {
    this.#closed = new PeerUnreachable(this.#options.peer, reason);
    this.#deadlines.close();
    this.#batch = [];
    this.#tracked = undefined;
    const lost = new PeerUnreachable(this.#options.peer, reason, true);
    for (const waiting of this.#waiting.clear()) {
      if (awaitsAnswer(waiting)) waiting.reject(lost);
      else waiting.unreachable(this.#closed);
    }
  }

  /** Sends the GETs that were asked for: before a change is announced, which must not overtake them. */
  sendBatch(): void {
    this.#sendTracked();
    const keys = this.#batch;
    if (keys.length === 0) return;
    this.#options.sendFirst();
    this.#batch = [];
    this.#batchBytes = 0;
    const timeoutMs = Math.ceil(this.#batchTimeoutMs);
    const get: carrot.Get.$Properties = { firstId: this.#batchFirstId, timeoutMs, keys };
    if (this.#batchIsRecent) get.after = this.#options.positions();
    this.#batchIsRecent = false;
    this.#options.send(encodeFrame(carrot.Frame, { get }));
  }

  /** Whether a GET or an edit is refused now. */
  get isBusy(): boolean {
    return this.inFlight >= MAX_IN_FLIGHT || this.#options.outgoingBytes() > MAX_OUTGOING_BYTES;
  }

  #enqueue(id: number, key: Uint8Array, timeoutMs: number, isRecent: boolean): void {
    // A frame names only its first id; the other ids follow that one.
    if (this.#batch.length > 0 && id !== (this.#batchFirstId + this.#batch.length) >>> 0) this.sendBatch();
    if (this.#batch.length === 0) {
      this.#batchFirstId = id;
      this.#batchTimeoutMs = 0;
      this.#options.world.soon(() => this.sendBatch());
    }
    this.#batch.push(key);
    this.#batchIsRecent ||= isRecent;
    this.#batchBytes += key.length + KEY_OVERHEAD_BYTES;
    if (timeoutMs > this.#batchTimeoutMs) this.#batchTimeoutMs = timeoutMs;
    if (this.#batchBytes >= BATCH_BYTES) this.sendBatch();
  }

  #sendTracked(): void {
    if (this.#tracked === undefined) return;
    this.#options.send(encodeFrame(carrot.Frame, { track: this.#tracked }));
    this.#tracked = undefined;
    this.#trackedBytes = 0;
  }

  #takeGot(got: carrot.Got.$Properties): void {
    const ids = got.ids ?? [];
    const entries = got.entries ?? [];
    if (ids.length !== entries.length) throw new Error("answered with ids and entries that do not match");
    for (let i = 0; i < ids.length; i++) this.#takeEntry(ids[i]!, entries[i]!);
  }

  #takeEntry(id: number, entry: carrot.Entry.$Properties): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    if (awaitsAnswer(waiting)) throw new Error(`answered with got where ${waiting.answer} belongs`);
    this.#waiting.delete(id);
    const outcome = outcomeOf(entry);
    if (outcome === undefined) waiting.unreachable(new PeerUnreachable(this.#options.peer, "shutting down"));
    else waiting.settle(outcome);
  }

  #takeAnswer(name: AnswerName, answer: Answer<AnswerName>): void {
    const id = answer.id ?? 0;
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    const expected = awaitsAnswer(waiting) ? waiting.answer : "got";
    if (!awaitsAnswer(waiting) || expected !== name)
      throw new Error(`answered with ${name} where ${expected} belongs`);
    this.#waiting.delete(id);
    waiting.resolve(answer);
  }

  #expire(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (awaitsAnswer(waiting))
      waiting.reject(new PeerUnreachable(this.#options.peer, "did not answer in time", true));
    else waiting.settle({ kind: "error", text: `peer timeout after ${Math.round(waiting.timeoutMs)} ms` });
  }
}

function awaitsAnswer(waiting: GetWaiter | WaitingRequest): waiting is WaitingRequest {
  return "answer" in waiting;
}

/** The longest frame that a member with values of this length reads. */
export function frameBytesFor(maxValueBytes: number): number {
  return Math.max(maxValueBytes + FRAME_ROOM_BYTES, MAX_REQUEST_BYTES);
}
