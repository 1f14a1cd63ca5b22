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
import type { Version } from "./change.ts";
import type { Edited } from "./edit.ts";
import { editedMessageOf, editOf } from "./edit-bytes.ts";
import { EDIT_OVERHEAD_BYTES, refusedEdit } from "./edit-message.ts";
import type { Author, Hearing } from "./hearing.ts";
import type { Outcome } from "./outcome.ts";
import { ENTRY_OVERHEAD_BYTES } from "./outcome-message.ts";
import type { ValueLoan } from "./peer-handlers.ts";
import { publicationOf } from "./publications.ts";
import { answerTo, type QuestionOptions } from "./questions.ts";
import { MAX_IN_FLIGHT, PEER_BUSY } from "./requests.ts";
import type { Ran } from "./run.ts";
import { fittingRan, ranMessageOf, refusedRun, unpackWords } from "./run-message.ts";
import { tellOf } from "./tell-message.ts";
import type { Tracker } from "./tracker.ts";
import type { World } from "./world.ts";

interface ServedLinkOptions extends QuestionOptions {
  readonly hearing: Pick<Hearing, "hear" | "hearCounter" | "covers" | "positions" | "counter">;
  /** The process at the other end. */
  readonly author: Author;
  /** Ends the link. */
  readonly end: (error: Error) => void;
  readonly world: Pick<World, "soon">;
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
   * and nothing else may be lent (frame-kinds.ts).
   */
  take(bytes: Buffer): void {
    const frame = decodeFrame(carrot.Frame, bytes);
    if (frame.body === "get") this.#takeGet(frame.get!);
    else if (frame.body === "track") this.#takeTrack(frame.track!);
    else if (frame.body === "publish") this.#options.handlers.heard(publicationOf(frame.publish!));
    else if (frame.body === "run") this.#takeRun(frame.run!);
    else if (frame.body === "edit") this.#takeEdit(frame.edit!);
    else if (frame.body === "tell") this.#takeTell(frame.tell!);
    else this.#send(answerTo(frame, this.#options));
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
    // What is answered to a request that comes now has heard what this node has heard by now: a change voids older loads.
    const isBehind = Boolean(get.after?.length) && !this.#options.hearing.covers(get.after!);
    for (let i = 0; i < keys.length; i++)
      this.#serve((firstId + i) >>> 0, keys[i]!, isBehind, get.timeoutMs ?? 0);
  }

  #serve(id: number, key: Uint8Array, isBehind: boolean, timeoutMs: number): void {
    if (this.#leaving !== undefined) this.#answers.addEntry(id, LEAVING);
    else if (this.#inFlight >= MAX_IN_FLIGHT || this.#isCongested()) this.#answers.add(id, PEER_BUSY);
    else this.#handle(id, key, isBehind, timeoutMs);
  }

  #handle(id: number, key: Uint8Array, isBehind: boolean, timeoutMs: number): void {
    try {
      this.#lentTo = id;
      const outcome = this.#options.handlers.get(key, timeoutMs, isBehind ? undefined : this.#loan);
      if (outcome instanceof Promise) this.#await(id, outcome, isBehind);
      else if (outcome !== undefined) this.#answer(id, outcome, isBehind);
    } catch (error) {
      this.#answer(id, failed(error));
    }
  }

  #await(id: number, promise: Promise<Outcome>, isBehind: boolean): void {
    this.#inFlight++;
    const settle = (outcome: Outcome) => {
      this.#inFlight--;
      this.#answer(id, outcome, isBehind);
      this.#settle();
    };
    promise.then(settle, (error) => settle(failed(error)));
  }

  #answer(id: number, outcome: Outcome, isBehind = false): void {
    const bytes = outcome.kind === "value" ? outcome.value.length : 0;
    const room = this.#options.maxAnswerBytes - 2 * ENTRY_OVERHEAD_BYTES;
    if (bytes > room) {
      outcome = { kind: "error", text: `value is too large for the member that asked (max ${room} bytes)` };
    }
    this.#answers.add(id, bytes > 0 && this.#isCongested() ? PEER_BUSY : outcome, isBehind);
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
    const version = { counter: message.counter ?? 0, author: this.#options.author.id };
    this.#options.hearing.hearCounter(version.counter);
    if (this.#isCongested() || this.#inFlight >= MAX_IN_FLIGHT) return refusedEdit("peer busy");
    if (edit.wanted !== undefined && handlers.look(key).bytes > maxAnswerBytes - EDIT_OVERHEAD_BYTES)
      return refusedEdit("value is too large for the member that asked");
    return handlers.edit(key, { ...edit, version });
  }

  /** Unlike a GET it is not refused by a member that leaves: it may have what the others may not keep. */
  #takeTell(message: carrot.Tell.$Properties): void {
    const { hearing, author, end } = this.#options;
    const told = hearing.hear(author, tellOf(message));
    if (!(told instanceof Promise)) {
      this.#send({ told });
      return;
    }
    this.#inFlight++;
    const settle = () => {
      this.#inFlight--;
      this.#settle();
    };
    told
      .then(
        (done) => this.#send({ told: done }),
        (error) => end(asError(error)),
      )
      .finally(settle);
  }

  #takeRun({ id, words, counter }: carrot.Run.$Properties): void {
    if (this.#leaving !== undefined) {
      this.#send({ ran: { id, leaving: true } });
      return;
    }
    const answer = (ran: Ran) =>
      this.#send({ ran: ranMessageOf(id ?? 0, fittingRan(ran, this.#options.maxAnswerBytes)) });
    const version = { counter: counter ?? 0, author: this.#options.author.id };
    this.#options.hearing.hearCounter(version.counter);
    const ran = this.#run(unpackWords(words ?? new Uint8Array()), version);
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

  #run(words: Buffer[] | undefined, version: Version): Ran | Promise<Ran> {
    if (words === undefined || words.length === 0) return refusedRun("peer does not know this command");
    const isBusy = this.#isCongested() || this.#inFlight >= MAX_IN_FLIGHT;
    return isBusy ? refusedRun("peer busy") : this.#options.handlers.run(words, version);
  }
}

function failed(error: unknown): Outcome {
  return { kind: "error", text: failureOf(error) };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function failureOf(error: unknown): string {
  return `peer failed: ${error instanceof Error ? error.message : String(error)}`;
}
