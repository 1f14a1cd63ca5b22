/**
 * One link that another member dialed: its requests in, this node's answers out.
 *
 * Owns the requests under way. Keeps: an answer belongs to the id that was asked; a handler that throws or rejects becomes
 * an error outcome; requests under way and bytes waiting are bounded. Answers leave in whatever order they are ready
 * (answers.ts). A served link never asks a third member.
 */

import { decodeFrame, encodeFrame } from "../proto/frame.ts";
import { carrot } from "../proto/generated/carrot.js";
import { Answers, LARGE_BYTES } from "./answers.ts";
import type { Edited } from "./edit.ts";
import { editedMessageOf, editOf } from "./edit-bytes.ts";
import { EDIT_OVERHEAD_BYTES, refusedEdit } from "./edit-message.ts";
import type { Outcome } from "./outcome.ts";
import { ENTRY_OVERHEAD_BYTES, lookedOf } from "./outcome-message.ts";
import type { PeerHandlers, ValueLoan } from "./peer-handlers.ts";
import { publicationOf } from "./publications.ts";
import { KEY_OVERHEAD_BYTES, MAX_IN_FLIGHT, PEER_BUSY } from "./requests.ts";
import type { RingAgreement } from "./ring-agreement.ts";
import type { Ran } from "./run.ts";
import { fittingRan, ranMessageOf, refusedRun, unpackWords } from "./run-message.ts";
import type { Tracker } from "./tracker.ts";
import type { World } from "./world.ts";

interface ServedLinkOptions {
  readonly handlers: PeerHandlers;
  readonly ring: RingAgreement;
  readonly world: Pick<World, "soon">;
  /** The longest frame that the other side reads. */
  readonly maxAnswerBytes: number;
  readonly send: (frame: Uint8Array) => void;
  /** As FrameStream.sendLent. */
  readonly sendLent: (parts: readonly Uint8Array[]) => void;
  /** Bytes of answers that the other side has not taken. */
  readonly outgoingBytes: () => number;
  /** Called with the number of keys that a request asks for. */
  readonly counted: (requests: number) => void;
}

/** While more bytes of answers than this wait for the other side to take them, GETs get an error outcome. */
const MAX_OUTGOING_BYTES = 64 << 20;
/** Entries looked at for one piece of a scan: about a millisecond. */
const MAX_SCAN_COUNT = 500;
const LEAVING: carrot.Entry.$Properties = { kind: carrot.Kind.LEAVING };

export class ServedLink implements Tracker {
  isGone = false;
  readonly #options: ServedLinkOptions;
  #inFlight = 0;
  #leaving: (() => void) | undefined;
  readonly #answers: Answers;
  /** The request whose value is lent. */
  #lentTo = 0;
  readonly #loan: ValueLoan = {
    leastBytes: LARGE_BYTES,
    use: (value, ttlMs) => this.#answer(this.#lentTo, { kind: "value", value, ttlMs }),
  };

  constructor(options: ServedLinkOptions) {
    this.#options = options;
    this.#answers = new Answers({ ...options, sent: () => this.#settle() });
  }

  /**
   * Answers one frame of requests. Throws when it is no such frame: the link has to be closed then. Only a frame that is a Get
   * and nothing else may be lent (isGet).
   */
  take(bytes: Buffer): void {
    const frame = decodeFrame(carrot.Frame, bytes);
    if (frame.body === "get") this.#takeGet(frame.get!);
    else if (frame.body === "track") this.#takeTrack(frame.track!);
    else if (frame.body === "publish") this.#options.handlers.heard(publicationOf(frame.publish!));
    else if (frame.body === "run") this.#takeRun(frame.run!);
    else if (frame.body === "edit") this.#takeEdit(frame.edit!);
    else if (frame.body === "flush") this.#takeFlush(frame.flush!);
    else this.#send(this.#answerTo(frame));
  }

  /** From now on no GET is served; `done` is called when those under way have been answered. */
  leave(done: () => void): void {
    this.#leaving = done;
    this.#settle();
  }

  /** The link has ended: nothing is sent over it any more. */
  ended(): void {
    this.isGone = true;
    this.#options.handlers.untrack(this);
  }

  invalidate(key: Buffer): void {
    if (!this.isGone) this.#answers.invalidate(key);
  }

  invalidateAll(): void {
    if (!this.isGone) this.#answers.invalidateAll();
  }

  #takeTrack({ read, lookedAt }: carrot.Track.$Properties): void {
    this.#options.handlers.track(read ?? [], lookedAt ?? [], this);
  }

  #takeGet(get: carrot.Get.$Properties): void {
    const keys = get.keys ?? [];
    const firstId = get.firstId ?? 0;
    this.#options.counted(keys.length);
    for (let i = 0; i < keys.length; i++) this.#serve((firstId + i) >>> 0, keys[i]!, get.timeoutMs ?? 0);
  }

  #serve(id: number, key: Uint8Array, timeoutMs: number): void {
    if (this.#leaving !== undefined) this.#answers.addEntry(id, LEAVING);
    else if (this.#inFlight >= MAX_IN_FLIGHT || this.#isCongested()) this.#answers.add(id, PEER_BUSY);
    else this.#handle(id, key, timeoutMs);
  }

  #handle(id: number, key: Uint8Array, timeoutMs: number): void {
    try {
      this.#lentTo = id;
      const outcome = this.#options.handlers.get(key, timeoutMs, this.#loan);
      if (outcome instanceof Promise) this.#await(id, outcome);
      else if (outcome !== undefined) this.#answer(id, outcome);
    } catch (error) {
      this.#answer(id, failed(error));
    }
  }

  #await(id: number, promise: Promise<Outcome>): void {
    this.#inFlight++;
    const settle = (outcome: Outcome) => {
      this.#inFlight--;
      this.#answer(id, outcome);
      this.#settle();
    };
    promise.then(settle, (error) => settle(failed(error)));
  }

  #answer(id: number, outcome: Outcome): void {
    const bytes = outcome.kind === "value" ? outcome.value.length : 0;
    const room = this.#options.maxAnswerBytes - 2 * ENTRY_OVERHEAD_BYTES;
    if (bytes > room) {
      outcome = { kind: "error", text: `value is too large for the member that asked (max ${room} bytes)` };
    }
    this.#answers.add(id, bytes > 0 && this.#isCongested() ? PEER_BUSY : outcome);
  }

  #isCongested(): boolean {
    return this.#options.outgoingBytes() > MAX_OUTGOING_BYTES;
  }

  #settle(): void {
    if (this.#inFlight === 0 && !this.#answers.areWaiting) this.#leaving?.();
  }

  #send(frame: carrot.Frame.$Properties): void {
    this.#options.send(encodeFrame(carrot.Frame, frame));
  }

  #answerTo(frame: carrot.Frame): carrot.Frame.$Properties {
    const { handlers } = this.#options;
    const { look, remove, count, ring, ping, scan } = frame;
    if (ping) return { pong: { id: ping.id, ring: this.#options.ring.fingerprint } };
    if (remove) {
      return {
        removed: { id: remove.id, count: handlers.remove(remove.keys ?? [], remove.copiesOnly ?? false) },
      };
    }
    if (look) return { looked: lookedOf(look.id ?? 0, handlers.look(look.key ?? new Uint8Array())) };
    if (count) return { counted: { id: count.id, count: handlers.count(count.database ?? 0) } };
    if (ring) return this.#answerRing(ring);
    if (scan) return { scanned: this.#answerScan(scan) };
    throw new Error(`asked with ${frame.body ?? "an unknown frame"}`);
  }

  /** An edit that loads first is answered when it is made; all others are made and answered at once. */
  #takeEdit(message: carrot.Edit.$Properties): void {
    const id = message.id ?? 0;
    if (this.#leaving !== undefined) {
      this.#send({ edited: { id, leaving: true } });
      return;
    }
    const edited = this.#edit(message);
    if (!(edited instanceof Promise)) {
      this.#send({ edited: editedMessageOf(id, edited) });
      return;
    }
    this.#inFlight++;
    const settle = (outcome: Edited) => {
      this.#inFlight--;
      this.#send({ edited: editedMessageOf(id, outcome) });
      this.#settle();
    };
    edited.then(settle, (error) => settle(refusedEdit(failureOf(error))));
  }

  /** Refuses an edit whose answer would be too long, before it changes anything: else GETDEL would lose the value. */
  #edit(message: carrot.Edit.$Properties): Edited | Promise<Edited> {
    const { handlers, maxAnswerBytes } = this.#options;
    const edit = editOf(message);
    const key = message.key ?? new Uint8Array();
    if (edit === undefined) return refusedEdit("peer does not know this edit");
    if (this.#isCongested() || this.#inFlight >= MAX_IN_FLIGHT) return refusedEdit("peer busy");
    if (edit.wanted !== undefined && handlers.look(key).bytes > maxAnswerBytes - EDIT_OVERHEAD_BYTES)
      return refusedEdit("value is too large for the member that asked");
    return handlers.edit(key, edit);
  }

  /** Unlike a GET it is not refused by a member that leaves: it may have what the others may not keep. */
  #takeFlush({ id, copiesOnly, database, isSlow }: carrot.Flush.$Properties): void {
    const answer = () => this.#send({ flushed: { id } });
    const done = this.#options.handlers.flush(copiesOnly ?? false, database ?? undefined, isSlow ?? false);
    if (done === undefined) answer();
    else {
      this.#inFlight++;
      // One that fails is answered by nobody, and remembered by who has asked.
      const settle = () => {
        this.#inFlight--;
        this.#settle();
      };
      done.then(answer, () => {}).finally(settle);
    }
  }

  #takeRun({ id, words }: carrot.Run.$Properties): void {
    if (this.#leaving !== undefined) {
      this.#send({ ran: { id, leaving: true } });
      return;
    }
    const answer = (ran: Ran) =>
      this.#send({ ran: ranMessageOf(id ?? 0, fittingRan(ran, this.#options.maxAnswerBytes)) });
    const ran = this.#run(unpackWords(words ?? new Uint8Array()));
    if (!(ran instanceof Promise)) answer(ran);
    else {
      this.#inFlight++;
      void ran.then((done) => {
        this.#inFlight--;
        answer(done);
        this.#settle();
      });
    }
  }

  #run(words: Buffer[] | undefined): Ran | Promise<Ran> {
    if (words === undefined || words.length === 0) return refusedRun("peer does not know this command");
    const isBusy = this.#isCongested() || this.#inFlight >= MAX_IN_FLIGHT;
    return isBusy ? refusedRun("peer busy") : this.#options.handlers.run(words);
  }

  /** Leaves out keys beyond what the other side reads in a frame. That takes hundreds of keys whose hashes collide. */
  #answerScan({ id, cursor, count, ...message }: carrot.Scan.$Properties): carrot.Scanned.$Properties {
    const most = Math.min(count ?? 0, MAX_SCAN_COUNT);
    const wanted = { database: message.database ?? 0, pattern: message.pattern ?? undefined };
    const piece = this.#options.handlers.scan(cursor ?? 0, most, wanted);
    let room = this.#options.maxAnswerBytes - ENTRY_OVERHEAD_BYTES;
    const keys = piece.keys.filter((key) => (room -= key.length + KEY_OVERHEAD_BYTES) >= 0);
    return { id, cursor: piece.cursor, keys, seen: piece.seen };
  }

  #answerRing({ id, epoch, members }: carrot.Ring.$Properties): carrot.Frame.$Properties {
    const taken = this.#options.ring.consider({ epoch: epoch ?? 0, members: members ?? [] });
    const { view } = this.#options.ring;
    return { ringTaken: { id, taken, epoch: view.epoch, members: [...view.members] } };
  }
}

function failed(error: unknown): Outcome {
  return { kind: "error", text: failureOf(error) };
}

function failureOf(error: unknown): string {
  return `peer failed: ${error instanceof Error ? error.message : String(error)}`;
}
