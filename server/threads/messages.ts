/**
 * What the main thread and its workers say to each other.
 *
 * Commands travel as the RESP bytes a client would send and replies as those it would get, all of a tick in one
 * message: one buffer that changes hands is cheaper than any number of small objects that are copied.
 */
import type { NodeConf } from "../conf/conf.ts";
import type { GroupCounters } from "../groups.ts";
import type { StoreHandle } from "../store/store.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly conf: NodeConf;
  /** 2 and up; the main thread is 1. */
  readonly thread: number;
  readonly port: number;
  readonly counts: SharedArrayBuffer;
  readonly groups: readonly WorkerGroup[];
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

/** Replies of one tick, in any order; a length of -1 says that there is none. */
export interface ReplyBatch {
  readonly kind: "replies";
  readonly ids: readonly number[];
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array;
}

/** What a worker has counted. */
export interface WorkerFigures {
  readonly groups: Readonly<Record<string, GroupCounters>>;
  readonly commands: number;
  readonly outputLimitCloses: number;
  readonly protocolErrors: number;
  readonly connectionsReceived: number;
  readonly connectionsRejected: number;
  /** Lines of CLIENT LIST. */
  readonly clients: readonly string[];
}

export type ToWorker =
  | ReplyBatch
  | { readonly kind: "conf"; readonly changes: readonly (readonly [string, string | Uint8Array])[] }
  | { readonly kind: "figures"; readonly question: number }
  | { readonly kind: "reset" }
  | { readonly kind: "close" };

export type ToMain =
  | CommandBatch
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly text: string }
  | { readonly kind: "figures"; readonly question: number; readonly figures: WorkerFigures };
