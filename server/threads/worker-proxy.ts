/**
 * One worker, as the main thread sees it: runs the commands that the worker hands over, and asks it questions.
 *
 * Invariants: each command that was handed over gets one reply, whatever goes wrong. A question is settled when the
 * worker answers, dies, or is silent for too long. When a worker dies, the commands that it has handed over are still
 * run, and their replies are thrown away.
 */
import type { Worker } from "node:worker_threads";
import type { World } from "../../cluster/world.ts";
import { COMMAND, CommandReader } from "../../proto/command-reader.ts";
import { type Answer, Encoded, type Reply } from "../../proto/reply.ts";
import { outcomeBytes } from "../clients/outcome-reply.ts";
import type { WorkerFigures } from "../counters/worker-figures.ts";
import type { Waiter } from "../groups/flights.ts";
import type { Denial } from "../sessions/acl-log.ts";
import type { AnyClient } from "../sessions/any-client.ts";
import type { AnswerTo, Question } from "../sessions/thread-questions.ts";
import { MISSED } from "./commands-to-main.ts";
import type { CommandBatch, ToMain, ToWorker } from "./messages.ts";
import { RepliesToWorker } from "./replies-to-worker.ts";

/** The part of Node's `Worker` that is used; tests hand in one without a thread. */
export type WorkerThread = Pick<Worker, "on" | "once" | "postMessage" | "terminate">;

export interface WorkerProxyOptions {
  readonly worker: WorkerThread;
  readonly world: Pick<World, "after">;
  /** Runs the command at this place of NODE_COMMANDS. */
  execute(number: number, args: Buffer[], client: AnyClient, database: number): Answer;
  /** Answers a GET that missed. The key is the caller's own copy. */
  missed(key: Buffer, waiter: Waiter): void;
  /** Hears that a client is no longer connected; only of clients whose commands have been run here. */
  gone(client: number): void;
  /** Hears a line of MONITOR. */
  seen(line: string): void;
  /** Hears of a wrong password or a refused command. */
  denied(denial: Denial): void;
  /** Hears of a broken invariant; the client gets an error reply. */
  failed(error: unknown): void;
  /** Hears a line of the worker's log. */
  logged(line: string): void;
}

/** A worker that is too busy to answer within a second is left out; its last figures count. */
const ANSWER_TIMEOUT_MS = 1000;
/** What a worker hands over has passed the limits of the worker's own reader. */
const NO_LIMITS = {
  maxArgs: 1 << 30,
  maxBulkBytes: 2 ** 31,
  maxCommandBytes: 2 ** 32,
  maxInlineBytes: 2 ** 31,
};

export class WorkerProxy {
  /** Resolves when the worker listens; rejects when it cannot. */
  readonly ready: Promise<void>;
  readonly worker: WorkerThread;
  readonly #options: WorkerProxyOptions;
  readonly #replies: RepliesToWorker;
  /** What settles each open question, by the question's number. */
  readonly #questions = new Map<number, (answer?: AnswerTo<Question>) => void>();
  #nextQuestion = 1;
  #figures: WorkerFigures | undefined;
  /** Clients for which commands have been run here. */
  readonly #clients = new Set<number>();
  /** The client whose command is being run; 0: none is. */
  #running = 0;
  /** What that command has pushed to this client. */
  #pushed: Reply[] | undefined;

  constructor(options: WorkerProxyOptions) {
    this.#options = options;
    this.worker = options.worker;
    this.#replies = new RepliesToWorker({
      post: (message, moved) => this.worker.postMessage(message, moved),
      failed: (error) => options.failed(error),
    });
    this.ready = new Promise((resolve, reject) => {
      this.worker.on("message", (message: ToMain) => {
        if (message.kind === "commands") this.#run(message);
        else if (message.kind === "figures") this.#keepFigures(message.question, message.figures);
        else if (message.kind === "answer") this.#questions.get(message.question)?.(message.answer);
        else if (message.kind === "seen") options.seen(message.line);
        else if (message.kind === "denied") options.denied(message.denial);
        else if (message.kind === "log") options.logged(message.line);
        else if (message.kind === "gone") this.#forget(message.client);
        else if (message.kind === "ready") resolve();
        else reject(new Error(message.text));
      });
      this.worker.once("exit", () => {
        reject(new Error("the worker ended before it listened"));
        for (const settle of this.#questions.values()) settle();
        for (const client of this.#clients) this.#forget(client);
      });
    });
  }

  /** Does nothing when the worker has died. */
  post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  /** The figures that the worker told last; undefined until it has told any. */
  get figures(): WorkerFigures | undefined {
    return this.#figures;
  }

  /** Renews `figures`. Resolves when the question is settled. */
  async askFigures(withLines: boolean): Promise<void> {
    await this.#settled((question) => this.post({ kind: "figures", question, withLines }));
  }

  /** Has the worker accept no more clients. Resolves when the question is settled. */
  async stopListening(): Promise<void> {
    await this.#settled((question) => this.post({ kind: "stopListening", question }));
  }

  /** Resolves to the answer; to undefined when the worker has died or is silent for too long. */
  async ask<Asked extends Question>(about: Asked): Promise<AnswerTo<Asked> | undefined> {
    const answer = await this.#settled((question) => this.post({ kind: "ask", question, about }));
    return answer as AnswerTo<Asked> | undefined;
  }

  #settled(ask: (question: number) => void): Promise<AnswerTo<Question> | undefined> {
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

  #keepFigures(question: number, figures: WorkerFigures): void {
    this.#figures = figures;
    this.#questions.get(question)?.();
  }

  #run({ ids, numbers, clients, protocols, databases, bytes }: CommandBatch): void {
    const reader = new CommandReader(NO_LIMITS);
    reader.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    for (const [i, id] of ids.entries()) {
      if (numbers[i] === MISSED) {
        this.#miss(id, reader);
        continue;
      }
      const protocol = protocols[i]!;
      const client = this.#client(clients[i]!);
      this.#running = client.id;
      const reply =
        reader.next() === COMMAND
          ? this.#options.execute(numbers[i]!, reader.args(), client, databases[i]!)
          : noCommand();
      this.#running = 0;
      const pushed = this.#pushed;
      this.#pushed = undefined;
      if (reply instanceof Promise) {
        reply.then(
          (value) => this.#replies.reply(id, value, protocol, pushed),
          (error: unknown) => this.#replies.fail(id, error, protocol, pushed),
        );
      } else this.#replies.reply(id, reply, protocol, pushed);
    }
  }

  /** The reader copies each command, so the key may be kept. */
  #miss(id: number, reader: CommandReader): void {
    const key = reader.next() === COMMAND ? reader.args()[0] : undefined;
    if (key === undefined) this.#replies.fail(id, new Error("a worker handed over a miss without a key"), 2);
    else
      this.#options.missed(key, (outcome) =>
        this.#replies.reply(id, new Encoded(outcomeBytes(outcome, 2)), 2),
      );
  }

  /** What a command pushes to its own client stands right behind its reply, as when the client is one of this thread. */
  #push(client: number, message: Reply, atOnce = false): void {
    if (this.#running !== client) this.#replies.push(client, message, atOnce);
    else if (this.#pushed === undefined) this.#pushed = [message];
    else this.#pushed.push(message);
  }

  #client(id: number): AnyClient {
    this.#clients.add(id);
    return {
      id,
      closeAfterReplies: () => {},
      push: (message, atOnce) => this.#push(id, message, atOnce),
    };
  }

  #forget(client: number): void {
    if (this.#clients.delete(client)) this.#options.gone(client);
  }
}

/** The answer to bytes that are no command. A worker writes whole commands only, so they are a broken invariant. */
function noCommand(): Promise<never> {
  return Promise.reject(new Error("a worker handed over bytes that are no command"));
}
