/**
 * One worker as the main thread sees it: runs the commands it hands over and asks it for its figures.
 *
 * Invariant: replies go to the worker that asked, those of one tick in one message; what it asked for before it died
 * is done and its replies are thrown away.
 */
import type { Worker } from "node:worker_threads";
import { COMMAND, CommandReader } from "../../proto/command-reader.ts";
import { encodeReply, type Reply } from "../../proto/reply.ts";
import { joined } from "./forwarder.ts";
import type { CommandBatch, ReplyBatch, ToMain, ToWorker, WorkerFigures } from "./messages.ts";

/** A client of a worker, as far as commands that run on the main thread may know it. */
export interface RemoteClient {
  readonly id: number;
  readonly protocol: 2 | 3;
}

export interface WorkerLinkOptions {
  readonly worker: Worker;
  execute(args: Buffer[], client: RemoteClient): Reply | Promise<Reply> | undefined;
  failed(error: unknown): void;
}

/** A worker that is too busy to tell its figures is counted as it was when last asked. */
const FIGURES_TIMEOUT_MS = 1000;
/** What a worker hands over has passed the limits of its own reader. */
const NO_LIMITS = {
  maxArgs: 1 << 30,
  maxBulkBytes: 2 ** 31,
  maxCommandBytes: 2 ** 32,
  maxInlineBytes: 2 ** 31,
};

export class WorkerLink {
  /** Resolves when the worker listens; rejects when it cannot. */
  readonly ready: Promise<void>;
  readonly worker: Worker;
  readonly #options: WorkerLinkOptions;
  readonly #questions = new Map<number, (figures: WorkerFigures) => void>();
  #nextQuestion = 1;
  #figures: WorkerFigures | undefined;
  #replies: { ids: number[]; lengths: number[]; parts: Buffer[] } | undefined;

  constructor(options: WorkerLinkOptions) {
    this.#options = options;
    this.worker = options.worker;
    this.ready = new Promise((resolve, reject) => {
      this.worker.on("message", (message: ToMain) => {
        if (message.kind === "commands") this.#run(message);
        else if (message.kind === "figures") this.#told(message.question, message.figures);
        else if (message.kind === "ready") resolve();
        else reject(new Error(message.text));
      });
      this.worker.once("exit", () => reject(new Error("the worker ended before it listened")));
    });
    this.ready.catch(() => {});
  }

  post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  /** What the worker has counted; undefined when it has never told. */
  figures(): Promise<WorkerFigures | undefined> {
    const question = this.#nextQuestion++;
    this.post({ kind: "figures", question });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#questions.delete(question);
        resolve(this.#figures);
      }, FIGURES_TIMEOUT_MS);
      this.#questions.set(question, (figures) => {
        clearTimeout(timer);
        resolve(figures);
      });
    });
  }

  #told(question: number, figures: WorkerFigures): void {
    this.#figures = figures;
    this.#questions.get(question)?.(figures);
    this.#questions.delete(question);
  }

  #run({ ids, clients, protocols, bytes }: CommandBatch): void {
    const reader = new CommandReader(NO_LIMITS);
    reader.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    for (let i = 0; i < ids.length && reader.next() === COMMAND; i++) {
      const protocol = protocols[i]!;
      const reply = this.#options.execute(reader.args(), { id: clients[i]!, protocol });
      if (reply instanceof Promise) {
        reply.then((value) => this.#reply(ids[i]!, value, protocol), this.#options.failed);
      } else this.#reply(ids[i]!, reply, protocol);
    }
  }

  #reply(id: number, reply: Reply | undefined, protocol: 2 | 3): void {
    if (this.#replies === undefined) {
      this.#replies = { ids: [], lengths: [], parts: [] };
      process.nextTick(() => this.#flush());
    }
    const part = reply === undefined ? Buffer.alloc(0) : encodeReply(reply, protocol);
    this.#replies.ids.push(id);
    this.#replies.lengths.push(reply === undefined ? -1 : part.length);
    this.#replies.parts.push(part);
  }

  #flush(): void {
    const { ids, lengths, parts } = this.#replies!;
    this.#replies = undefined;
    const bytes = joined(parts);
    const batch: ReplyBatch = { kind: "replies", ids, lengths, bytes };
    this.worker.postMessage(batch, [bytes.buffer]);
  }
}
