/**
 * One worker as the main thread sees it: runs the commands it hands over and asks it for its figures.
 *
 * Invariants: every command that is handed over gets one reply, whatever goes wrong, and those of one tick travel in
 * one message. What a worker asked for before it died is done and the replies are thrown away; who waits for its
 * figures is not kept waiting.
 */
import type { Worker } from "node:worker_threads";
import type { World } from "../../cluster/world.ts";
import { COMMAND, CommandReader } from "../../proto/command-reader.ts";
import { errors } from "../../proto/error-texts.ts";
import type { Answer } from "../../proto/reply.ts";
import { ErrorReply, encodeReply, type Reply } from "../../proto/reply.ts";
import type { WorkerFigures } from "../counters/thread-figures.ts";
import type { AnyClient } from "../sessions/any-client.ts";
import type { AnswerTo, Question } from "../sessions/questions.ts";
import { joined } from "./forwarder.ts";
import type { ClientPush, CommandBatch, ReplyBatch, ToMain, ToWorker } from "./messages.ts";

/** The part of a `Worker` that is needed here. */
export type LinkedWorker = Pick<Worker, "on" | "once" | "postMessage" | "terminate">;

export interface WorkerLinkOptions {
  readonly worker: LinkedWorker;
  readonly world: Pick<World, "after">;
  execute(number: number, args: Buffer[], client: AnyClient): Answer;
  /** Told that a client which has had commands run here is no longer connected. */
  gone(client: number): void;
  /** Told a line for those who say MONITOR. */
  seen(line: string): void;
  /** Told of a broken invariant; the client gets an error reply. */
  failed(error: unknown): void;
  /** Told a line of the worker's log. */
  logged(line: string): void;
}

/** A worker that is too busy to answer is done without; its figures are those that it has told last. */
const ANSWER_TIMEOUT_MS = 1000;
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
  readonly worker: LinkedWorker;
  readonly #options: WorkerLinkOptions;
  /** Who waits for an answer, and what ends the waiting. */
  readonly #questions = new Map<number, (answer?: AnswerTo<Question>) => void>();
  #nextQuestion = 1;
  #figures: WorkerFigures | undefined;
  /** Clients that have had commands run here. */
  readonly #clients = new Set<number>();
  #pushes: ClientPush[] = [];
  #flushPlanned = false;
  #replies: { ids: number[]; lengths: number[]; parts: Buffer[] } = { ids: [], lengths: [], parts: [] };

  constructor(options: WorkerLinkOptions) {
    this.#options = options;
    this.worker = options.worker;
    this.ready = new Promise((resolve, reject) => {
      this.worker.on("message", (message: ToMain) => {
        if (message.kind === "commands") this.#run(message);
        else if (message.kind === "figures") this.#told(message.question, message.figures);
        else if (message.kind === "answer") this.#questions.get(message.question)?.(message.answer);
        else if (message.kind === "seen") options.seen(message.line);
        else if (message.kind === "log") options.logged(message.line);
        else if (message.kind === "gone") this.#gone(message.client);
        else if (message.kind === "ready") resolve();
        else reject(new Error(message.text));
      });
      this.worker.once("exit", () => {
        reject(new Error("the worker ended before it listened"));
        for (const settle of this.#questions.values()) settle();
        for (const client of this.#clients) this.#gone(client);
      });
    });
  }

  /** To a worker that has died, this does nothing. */
  post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  /** What the worker has last told; undefined when it never has. */
  get figures(): WorkerFigures | undefined {
    return this.#figures;
  }

  /** Asks for new figures; resolves when they are there, or when it is vain to wait any longer. */
  async ask(withLines: boolean): Promise<void> {
    await this.#answered((question) => this.post({ kind: "figures", question, withLines }));
  }

  /** Resolves when the worker accepts nobody any more, or when it is vain to wait any longer. */
  async stopListening(): Promise<void> {
    await this.#answered((question) => this.post({ kind: "stopListening", question }));
  }

  /** Resolves to undefined when it is vain to wait any longer. */
  async askAbout<Asked extends Question>(about: Asked): Promise<AnswerTo<Asked> | undefined> {
    const answer = await this.#answered((question) => this.post({ kind: "ask", question, about }));
    return answer as AnswerTo<Asked> | undefined;
  }

  #answered(ask: (question: number) => void): Promise<AnswerTo<Question> | undefined> {
    const question = this.#nextQuestion++;
    return new Promise((resolve) => {
      const settle = (answer?: AnswerTo<Question>) => {
        timer.cancel();
        this.#questions.delete(question);
        resolve(answer);
      };
      const timer = this.#options.world.after(ANSWER_TIMEOUT_MS, settle);
      this.#questions.set(question, settle);
      ask(question);
    });
  }

  #told(question: number, figures: WorkerFigures): void {
    this.#figures = figures;
    this.#questions.get(question)?.();
  }

  #run({ ids, numbers, clients, protocols, bytes }: CommandBatch): void {
    const reader = new CommandReader(NO_LIMITS);
    reader.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    for (const [i, id] of ids.entries()) {
      const protocol = protocols[i]!;
      const client = this.#client(clients[i]!);
      const reply =
        reader.next() === COMMAND ? this.#options.execute(numbers[i]!, reader.args(), client) : unread();
      if (reply instanceof Promise) {
        reply.then(
          (value) => this.#reply(id, value, protocol),
          (error: unknown) => this.#reply(id, this.#internalError(error), protocol),
        );
      } else this.#reply(id, reply, protocol);
    }
  }

  #client(id: number): AnyClient {
    this.#clients.add(id);
    return { id, leave: () => {}, push: (message, atOnce) => this.#push(id, message, atOnce) };
  }

  #gone(client: number): void {
    if (this.#clients.delete(client)) this.#options.gone(client);
  }

  /** Travels behind the replies of this tick. */
  #push(client: number, message: Reply, atOnce = false): void {
    this.#planFlush();
    this.#pushes.push({ client, atOnce, bytes2: this.#encode(message, 2), bytes3: this.#encode(message, 3) });
  }

  #reply(id: number, reply: Reply | undefined, protocol: 2 | 3): void {
    this.#planFlush();
    const part = reply === undefined ? Buffer.alloc(0) : this.#encode(reply, protocol);
    this.#replies.ids.push(id);
    this.#replies.lengths.push(part.length);
    this.#replies.parts.push(part);
  }

  /** What cannot be encoded is a broken invariant, and no reason to end the process with all its clients. */
  #encode(reply: Reply, protocol: 2 | 3): Buffer {
    try {
      return encodeReply(reply, protocol);
    } catch (error) {
      return encodeReply(this.#internalError(error), protocol);
    }
  }

  #internalError(error: unknown): ErrorReply {
    this.#options.failed(error);
    return new ErrorReply(errors.internal);
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#flushPlanned = false;
    const { ids, lengths, parts } = this.#replies;
    if (ids.length > 0) {
      this.#replies = { ids: [], lengths: [], parts: [] };
      const bytes = joined(parts);
      const batch: ReplyBatch = { kind: "replies", ids, lengths, bytes };
      this.worker.postMessage(batch, [bytes.buffer]);
    }
    if (this.#pushes.length > 0) this.post({ kind: "pushes", pushes: this.#pushes.splice(0) });
  }
}

/** A worker writes whole commands only. */
function unread(): Promise<never> {
  return Promise.reject(new Error("a worker handed over what is no command"));
}
