/**
 * The worker threads of a node: starts them, replaces those that die, adds their figures up.
 *
 * Invariant: a worker's death costs its own clients their connections and nobody else anything: what it held of the
 * shared memory is freed, its clients are no longer counted, what it had counted stays counted, and another one takes
 * its place, at most one a second for each place. Everything but answering from the stores happens on the main thread,
 * so there is one flight a key in the process and only one thread that writes.
 */
import { Worker } from "node:worker_threads";
import type { World } from "../../cluster/world.ts";
import type { Answer } from "../../proto/reply.ts";
import type { Clients } from "../clients/clients.ts";
import type { WorkerFigures } from "../counters/thread-figures.ts";
import { sumWorkerFigures } from "../counters/thread-figures.ts";
import type { Log } from "../machine/log.ts";
import type { AnyClient } from "../sessions/any-client.ts";
import type { AnswerTo, Question } from "../sessions/questions.ts";
import type { ToWorker, WorkerStart } from "./messages.ts";
import { type LinkedWorker, WorkerLink } from "./worker-link.ts";
import { logForWorker } from "./worker-log.ts";

export interface WorkersOptions {
  /** How many, beside the main thread. */
  readonly count: number;
  /** What the worker with this number (2 and up) is started with. */
  startOf(thread: number): WorkerStart;
  /** Starts a thread; may throw when the system has none left. */
  createWorker(start: WorkerStart): LinkedWorker;
  execute(number: number, args: Buffer[], client: AnyClient): Answer;
  /** Told a line for those who say MONITOR. */
  seen(line: string): void;
  /** Told that a client of a worker is no longer connected. */
  gone(client: number): void;
  /** Frees what a dead thread held. */
  recover(thread: number): void;
  readonly log: Log;
  readonly world: Pick<World, "clock" | "after" | "quietlyAfter">;
  /** How long workers may take to let their clients go; read when they close. */
  readonly closeTimeoutMs: () => number;
}

const ENTRY = new URL("./worker.js", import.meta.url);
/** A worker that dies at once is not to keep the machine busy with starting others. */
const RESTART_MS = 1000;

export class Workers {
  readonly #options: WorkersOptions;
  readonly #links = new Map<number, WorkerLink>();
  /** What those that have died had counted. */
  #gone: WorkerFigures = sumWorkerFigures([]);
  #closing = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** Starts all; resolves when all listen. */
  async start(): Promise<void> {
    const links = Array.from({ length: this.#options.count }, (_, i) => this.#spawn(i + 2));
    await Promise.all(links.map((link) => link.ready));
  }

  /** Numbers of the threads that live. */
  get threads(): number[] {
    return [...this.#links.keys()];
  }

  /**
   * What all workers have counted, the dead ones included as they were last asked. `withLines`: with the lines of
   * CLIENT LIST.
   */
  async figures(withLines: boolean): Promise<WorkerFigures> {
    await Promise.all([...this.#links.values()].map((link) => link.ask(withLines)));
    const told = [...this.#links.values()].flatMap((link) => link.figures ?? []);
    return sumWorkerFigures([this.#gone, ...told]);
  }

  /** Asks all; those that are too busy to answer, or die, do not. */
  async ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>[]> {
    const answers = await Promise.all([...this.#links.values()].map((link) => link.askAbout(question)));
    return answers.filter((answer): answer is Exclude<typeof answer, undefined> => answer !== undefined);
  }

  /** Counting begins anew on all of them; the next `figures` is asked after that. */
  reset(): void {
    this.#gone = sumWorkerFigures([]);
    this.tell({ kind: "reset" });
  }

  tell(message: ToWorker): void {
    for (const link of this.#links.values()) link.post(message);
  }

  /** Ends a thread where it stands. */
  async terminate(thread: number): Promise<void> {
    await this.#links.get(thread)?.worker.terminate();
  }

  /** Resolves when no worker that answers accepts anybody any more. */
  async stopListening(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#links.values()].map((link) => link.stopListening()));
  }

  /** Lets every worker answer what it has read; resolves when all have ended. */
  async close(): Promise<void> {
    this.#closing = true;
    const workers = [...this.#links.values()].map((link) => link.worker);
    const ended = Promise.all(
      workers.map((worker) => new Promise<void>((resolve) => worker.once("exit", () => resolve()))),
    );
    this.tell({ kind: "close" });
    const tooLong = this.#sleep(this.#options.closeTimeoutMs());
    await Promise.race([ended, tooLong.then(() => Promise.all(workers.map((worker) => worker.terminate())))]);
  }

  #spawn(thread: number): WorkerLink {
    const { startOf, createWorker, execute, gone, seen, log, world } = this.#options;
    const startedMs = world.clock();
    const worker = createWorker(startOf(thread));
    const link = new WorkerLink({
      world,
      worker,
      execute,
      gone,
      seen,
      failed: (error) => log.error({ err: error, thread }, "a command of a worker broke an invariant"),
      logged: (line) => logForWorker(log, thread, line),
    });
    this.#links.set(thread, link);
    worker.on("error", (error) => log.error({ err: error, thread }, "a worker thread failed"));
    worker.once("exit", (code) => this.#ended(thread, code, startedMs));
    link.ready.catch((error) => log.error({ err: error, thread }, "a worker thread does not listen"));
    return link;
  }

  /** Does not keep the process alive. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.world.quietlyAfter(ms, resolve));
  }

  #ended(thread: number, code: number, startedMs: number): void {
    const { log, world, recover } = this.#options;
    const last = this.#links.get(thread)?.figures;
    if (last !== undefined) this.#gone = sumWorkerFigures([this.#gone, { ...last, lines: [] }]);
    this.#links.delete(thread);
    recover(thread);
    if (this.#closing) return;
    log.warn({ thread, code }, "a worker thread ended, starting another");
    void this.#replace(thread, RESTART_MS - (world.clock() - startedMs));
  }

  async #replace(thread: number, waitMs: number): Promise<void> {
    const { log } = this.#options;
    for (let ms = Math.max(0, waitMs); ; ms = RESTART_MS) {
      await this.#sleep(ms);
      if (this.#closing) return;
      try {
        this.#spawn(thread);
        return;
      } catch (error) {
        log.error({ err: error, thread }, "a worker thread cannot be started, trying again");
      }
    }
  }
}

/**
 * Answers what the clients of all threads have sent, and lets them go. No thread lets a client go while another listens: it
 * would come back at once, and be reset when that one closes, too.
 */
export async function letGo(
  clients: Pick<Clients, "stopListening" | "close">,
  workers: Pick<Workers, "stopListening" | "close"> | undefined,
): Promise<void> {
  await Promise.all([clients.stopListening(), workers?.stopListening()]);
  await Promise.all([clients.close(), workers?.close()]);
}

/** Starts a real thread. */
export function createWorker(start: WorkerStart): Worker {
  return new Worker(ENTRY, { workerData: start, name: `carrot ${start.thread}` });
}
