/**
 * The worker threads of a node: starts them, replaces those that die, adds their figures up.
 *
 * Invariant: a worker's death costs its own clients their connections and nobody else anything: what it held of the
 * shared memory is freed, its clients are no longer counted, and another one takes its place, at most one a second
 * for each place. Everything but answering from the stores happens on the main thread, so there is one flight a key
 * in the process and only one thread that writes.
 */
import { Worker } from "node:worker_threads";
import type { Reply } from "../../proto/reply.ts";
import type { Log } from "../log.ts";
import type { ToWorker, WorkerFigures, WorkerStart } from "./messages.ts";
import { type RemoteClient, WorkerLink } from "./worker-link.ts";

export interface WorkersOptions {
  /** How many, beside the main thread. */
  readonly count: number;
  /** What the worker with this number (2 and up) is started with. */
  startOf(thread: number): WorkerStart;
  execute(args: Buffer[], client: RemoteClient): Reply | Promise<Reply> | undefined;
  /** Frees what a dead thread held. */
  recover(thread: number): void;
  readonly log: Log;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
}

const ENTRY = new URL("./worker.js", import.meta.url);
/** A worker that dies at once is not to keep the machine busy with starting others. */
const RESTART_MS = 1000;

export class Workers {
  readonly #options: WorkersOptions;
  readonly #links = new Map<number, WorkerLink>();
  #closing = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** Starts all; resolves when all listen. */
  async start(): Promise<void> {
    for (let i = 0; i < this.#options.count; i++) this.#spawn(i + 2);
    await Promise.all([...this.#links.values()].map((link) => link.ready));
  }

  /** Numbers of the threads that live. */
  get threads(): number[] {
    return [...this.#links.keys()];
  }

  /** What all workers have counted. */
  async figures(): Promise<WorkerFigures[]> {
    const told = await Promise.all([...this.#links.values()].map((link) => link.figures()));
    return told.filter((figures) => figures !== undefined);
  }

  tell(message: ToWorker): void {
    for (const link of this.#links.values()) link.post(message);
  }

  /** Ends a thread where it stands. */
  async terminate(thread: number): Promise<void> {
    await this.#links.get(thread)?.worker.terminate();
  }

  /** Lets every worker answer what it has read; resolves when all have ended. */
  async close(): Promise<void> {
    this.#closing = true;
    const ended = [...this.#links.values()].map(
      ({ worker }) => new Promise((resolve) => worker.once("exit", resolve)),
    );
    this.tell({ kind: "close" });
    await Promise.all(ended);
  }

  #spawn(thread: number): void {
    const { startOf, execute, log, clock } = this.#options;
    const startedMs = clock();
    const worker = new Worker(ENTRY, { workerData: startOf(thread), name: `carrot ${thread}` });
    const link = new WorkerLink({
      worker,
      execute,
      failed: (error) => log.error({ err: error, thread }, "a command of a worker broke an invariant"),
    });
    this.#links.set(thread, link);
    worker.on("error", (error) => log.error({ err: error, thread }, "a worker thread failed"));
    worker.once("exit", (code) => this.#ended(thread, code, startedMs));
  }

  #ended(thread: number, code: number, startedMs: number): void {
    const { log, clock, recover } = this.#options;
    this.#links.delete(thread);
    recover(thread);
    if (this.#closing) return;
    const waitMs = Math.max(0, RESTART_MS - (clock() - startedMs));
    log.warn({ thread, code }, "a worker thread ended, starting another");
    setTimeout(() => {
      if (!this.#closing) this.#spawn(thread);
    }, waitMs).unref();
  }
}
