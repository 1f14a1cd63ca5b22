/**
 * The messages between the main thread and its workers.
 *
 * Owns the types only. Commands travel as the RESP bytes that a client would send, replies as the bytes that a client
 * would get. All commands of one tick share one message and one buffer, and so do all replies, because a buffer that
 * changes threads is cheaper than many small objects that are copied.
 */

import type { DirectiveChange } from "../conf/change-directive.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { WorkerFigures } from "../counters/worker-figures.ts";
import type { Denial } from "../sessions/acl-log.ts";
import type { AnswerTo, Question } from "../sessions/thread-questions.ts";
import type { StoreHandle } from "../store/store.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly conf: NodeConf;
  /** 2 and up; the main thread is 1. */
  readonly thread: number;
  /** The port for clients. */
  readonly port: number;
  /** The memory of SharedCounts. */
  readonly counts: SharedArrayBuffer;
  readonly groups: WorkerGroup[];
  /** Undefined: this thread must not write. */
  readonly freeWrites: { readonly memory: SharedArrayBuffer; readonly memories: number } | undefined;
  /** What is in force now, such as a pause. The worker obeys it before it listens. */
  readonly standing: readonly Question[];
}

export interface WorkerGroup {
  readonly name: string;
  readonly store: StoreHandle;
  readonly mirrors: StoreHandle | undefined;
}

/** The commands of one tick. The elements at place i of each array belong to the i-th of them. */
export interface CommandBatch {
  readonly kind: "commands";
  /** The worker's ids, by which the replies are told apart. */
  readonly ids: readonly number[];
  /** Places in NODE_COMMANDS, or MISSED (commands-to-main.ts). */
  readonly numbers: readonly number[];
  readonly clients: readonly number[];
  /** The RESP version of each reply. */
  readonly protocols: readonly (2 | 3)[];
  /** The database of each client. */
  readonly databases: readonly number[];
  /** The words of the commands in RESP, one command behind the other. */
  readonly bytes: Uint8Array;
}

/** The replies of one tick, in any order. A command without a reply has one of length 0. */
export interface ReplyBatch {
  readonly kind: "replies";
  readonly ids: readonly number[];
  readonly lengths: readonly number[];
  /**
   * Bytes of what a command has pushed to its own client, by the command's place in `ids`; they follow its reply. Undefined:
   * none has pushed anything.
   */
  readonly behind: ReadonlyMap<number, number> | undefined;
  readonly bytes: Uint8Array;
  /** Other messages to clients of these commands, which must not come later than the replies. */
  readonly pushes: readonly ClientPush[];
}

/** What a client gets unasked, in both RESP versions: only the worker knows which one its client speaks on arrival. */
export interface ClientPush {
  readonly client: number;
  /** As in Outbox.push. */
  readonly atOnce?: boolean;
  readonly bytes2: Uint8Array;
  readonly bytes3: Uint8Array;
}

/** A worker obeys in order: when it answers a question, all messages before that question have been obeyed. */
export type ToWorker =
  | ReplyBatch
  | { readonly kind: "pushes"; readonly pushes: readonly ClientPush[] }
  | { readonly kind: "conf"; readonly changes: readonly DirectiveChange[] }
  | { readonly kind: "figures"; readonly question: number; readonly withLines: boolean }
  | { readonly kind: "ask"; readonly question: number; readonly about: Question }
  /** The stores have moved to other memory. */
  | { readonly kind: "memory"; readonly groups: readonly WorkerGroup[]; readonly memories: number }
  | { readonly kind: "reset" }
  | { readonly kind: "stopListening"; readonly question: number }
  | { readonly kind: "close" };

export type ToMain =
  | CommandBatch
  /** The worker listens. */
  | { readonly kind: "ready" }
  /** The worker cannot listen. */
  | { readonly kind: "failed"; readonly text: string }
  | { readonly kind: "log"; readonly line: string }
  /** A client is no longer connected. */
  | { readonly kind: "gone"; readonly client: number }
  /** A line of MONITOR. */
  | { readonly kind: "seen"; readonly line: string }
  /** For ACL LOG. */
  | { readonly kind: "denied"; readonly denial: Denial }
  /** The answer to `ask`. */
  | { readonly kind: "answer"; readonly question: number; readonly answer: AnswerTo<Question> }
  /** The answer to `figures` and to `stopListening`. */
  | { readonly kind: "figures"; readonly question: number; readonly figures: WorkerFigures };
