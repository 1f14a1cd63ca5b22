/**
 * What the main thread and its workers say to each other.
 *
 * Commands travel as the RESP bytes a client would send and replies as those it would get, all of a tick in one
 * message: one buffer that changes hands is cheaper than any number of small objects that are copied.
 */

import type { NodeConf } from "../conf/conf.ts";
import type { WorkerFigures } from "../counters/thread-figures.ts";
import type { AnswerTo, Question } from "../sessions/questions.ts";
import type { StoreHandle } from "../store/store.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly conf: NodeConf;
  /** 2 and up; the main thread is 1. */
  readonly thread: number;
  readonly port: number;
  readonly counts: SharedArrayBuffer;
  readonly groups: readonly WorkerGroup[];
  /** What is to be answered before anything else. */
  readonly standing: readonly Question[];
}

export interface WorkerGroup {
  readonly name: string;
  readonly store: StoreHandle;
  readonly mirrors: StoreHandle | undefined;
}

/** Commands of one tick. At each place: the worker's number for it, its client, and the dialect of the reply. */
export interface CommandBatch {
  readonly kind: "commands";
  readonly ids: readonly number[];
  readonly clients: readonly number[];
  readonly protocols: readonly (2 | 3)[];
  /** The commands one after the other, in RESP. */
  readonly bytes: Uint8Array;
}

/** Replies of one tick, in any order. A command that has no reply gets one of no bytes. */
export interface ReplyBatch {
  readonly kind: "replies";
  readonly ids: readonly number[];
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array;
}

/** What a client gets unasked, in either dialect: only its own thread knows which one it speaks now. */
export interface ClientPush {
  readonly client: number;
  /** As in Connection.push. */
  readonly atOnce?: boolean;
  readonly bytes2: Uint8Array;
  readonly bytes3: Uint8Array;
}

/** A worker obeys in order: the answer to a question says that it has done what it was told before. */
export type ToWorker =
  | ReplyBatch
  | { readonly kind: "pushes"; readonly pushes: readonly ClientPush[] }
  | { readonly kind: "conf"; readonly changes: readonly DirectiveChange[] }
  | { readonly kind: "figures"; readonly question: number; readonly withLines: boolean }
  | { readonly kind: "ask"; readonly question: number; readonly about: Question }
  | { readonly kind: "reset" }
  | { readonly kind: "stopListening"; readonly question: number }
  | { readonly kind: "close" };

/** A directive's full name and its new value, as CONFIG SET got it. */
export type DirectiveChange = readonly [name: string, text: string | Uint8Array];

export type ToMain =
  | CommandBatch
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly text: string }
  | { readonly kind: "log"; readonly line: string }
  | { readonly kind: "gone"; readonly client: number }
  /** For those who say MONITOR. */
  | { readonly kind: "seen"; readonly line: string }
  | { readonly kind: "answer"; readonly question: number; readonly answer: AnswerTo<Question> }
  | { readonly kind: "figures"; readonly question: number; readonly figures: WorkerFigures };
