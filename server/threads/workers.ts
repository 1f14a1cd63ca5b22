/**
 * The worker threads of a node: starts them, replaces those that die, adds their figures up.
 *
 * Invariant: when a worker dies, its own clients lose their connections, and no other client notices. The locks that it
 * held are freed, its clients are no longer counted, its figures stay counted, and another worker takes its number,
 * at most one a second for each number.
 */
import { Worker } from "node:worker_threads";
import type { World } from "../../cluster/world.ts";
import type { Answer } from "../../proto/reply.ts";
import type { Clients } from "../clients/clients.ts";
import { sumWorkerFigures, type WorkerFigures } from "../counters/worker-figures.ts";
import type { Waiter } from "../groups/flights.ts";
import type { Log } from "../machine/log.ts";
import type { Denial } from "../sessions/acl-log.ts";
import type { AnyClient } from "../sessions/any-client.ts";
import type { AnswerTo, Question } from "../sessions/thread-questions.ts";
import type { ToWorker, WorkerStart } from "./messages.ts";
import { logForWorker } from "./worker-log.ts";
import { WorkerProxy, type WorkerThread } from "./worker-proxy.ts";

export interface WorkersOptions {
  /** Workers beside the main thread. */
  readonly count: number;
  /** What the worker with this number (2 and up) is started with. */
  startOf(thread: number): WorkerStart;
  /** Starts a thread; may throw when the system has none left. */
  createWorker(start: WorkerStart): WorkerThread;
  /** Runs the command at this place of NODE_COMMANDS. */
  execute(number: number, args: Buffer[], client: AnyClient, database: number): Answer;
  /** As in WorkerProxyOptions. */
  missed(key: Buffer, waiter: Waiter): void;
  /** Hears a line of MONITOR. */
  seen(line: string): void;
  /** Hears of a wrong password or a refused command. */
  denied(denial: Denial): void;
  /** Hears that a client of a worker is no longer connected. */
  gone(client: number): void;
  /** Frees the locks that a dead thread held. */
  recover(thread: number): void;
  readonly log: Log;
  readonly world: Pick<World, "clock" | "after" | "quietlyAfter">;
  /** How long the workers may take to end; read when they close. */
  readonly closeTimeoutMs: () => number;
}

const ENTRY = new URL("./worker.js", import.meta.url);
/** A worker that dies whenever it starts must not keep the machine busy with starts. */
const RESTART_MS = 1000;

export class Workers {
  readonly #options: WorkersOptions;
  readonly #proxies = new Map<number, WorkerProxy>();
  /** The last figures of the workers that have died. */
  #ofDead: WorkerFigures = sumWorkerFigures([]);
  #closing = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** Starts all; resolves when all listen. */
  async start(): Promise<void> {
    const started = Array.from({ length: this.#options.count }, (_, i) => this.#spawn(i + 2));
    await Promise.all(started.map((proxy) => proxy.ready));
  }

  /** Numbers of the threads that live. */
  get threads(): number[] {
    return [...this.#proxies.keys()];
  }

  /**
   * What all workers have counted. A worker that has died counts with the figures that it gave last. `withLines`: with the
   * lines of CLIENT LIST.
   */
  async figures(withLines: boolean): Promise<WorkerFigures> {
    await this.#each((proxy) => proxy.askFigures(withLines));
    const told = [...this.#proxies.values()].flatMap((proxy) => proxy.figures ?? []);
    return sumWorkerFigures([this.#ofDead, ...told]);
  }

  /** Asks every worker. One that dies, or is too busy to answer, has no answer in the list. */
  async ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>[]> {
    const answers = await this.#each((proxy) => proxy.ask(question));
    return answers.filter((answer): answer is Exclude<typeof answer, undefined> => answer !== undefined);
  }

  /** Sets the counters of all workers back to zero. A worker obeys in order, so the next `figures` are from after that. */
  reset(): void {
    this.#ofDead = sumWorkerFigures([]);
    this.tell({ kind: "reset" });
  }

  tell(message: ToWorker): void {
    for (const proxy of this.#proxies.values()) proxy.post(message);
  }

  /** Ends a thread at once, whatever it is doing. */
  async terminate(thread: number): Promise<void> {
    await this.#proxies.get(thread)?.worker.terminate();
  }

  /** Resolves when no worker accepts clients any more. Does not wait for one that is too busy to answer. */
  async stopListening(): Promise<void> {
    this.#closing = true;
    await this.#each((proxy) => proxy.stopListening());
  }

  /** Has every worker answer what it has read, then end. Resolves when all have ended. */
  async close(): Promise<void> {
    this.#closing = true;
    const workers = [...this.#proxies.values()].map((proxy) => proxy.worker);
    const ended = Promise.all(
      workers.map((worker) => new Promise<void>((resolve) => worker.once("exit", () => resolve()))),
    );
    this.tell({ kind: "close" });
    const tooLong = this.#sleep(this.#options.closeTimeoutMs());
    await Promise.race([ended, tooLong.then(() => Promise.all(workers.map((worker) => worker.terminate())))]);
  }

  #each<T>(ask: (proxy: WorkerProxy) => Promise<T>): Promise<T[]> {
    return Promise.all([...this.#proxies.values()].map(ask));
  }

  #spawn(thread: number): WorkerProxy {
    const { startOf, createWorker, execute, missed, gone, seen, denied, log, world } = this.#options;
    const startedMs = world.clock();
    const worker = createWorker(startOf(thread));
    const proxy = new WorkerProxy({
      world,
      worker,
      execute,
      missed,
      gone,
      seen,
      denied,
      failed: (error) => log.error({ err: error, thread }, "a command of a worker broke an invariant"),
      logged: (line) => logForWorker(log, thread, line),
    });
    this.#proxies.set(thread, proxy);
    worker.on("error", (error) => log.error({ err: error, thread }, "a worker thread failed"));
    worker.once("exit", (code) => this.#ended(thread, code, startedMs));
    proxy.ready.catch((error) => log.error({ err: error, thread }, "a worker thread does not listen"));
    return proxy;
  }

  /** Does not keep the process alive. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.world.quietlyAfter(ms, resolve));
  }

  #ended(thread: number, code: number, startedMs: number): void {
    const { log, world, recover } = this.#options;
    const last = this.#proxies.get(thread)?.figures;
    if (last !== undefined)
      this.#ofDead = sumWorkerFigures([this.#ofDead, { ...last, heapBytes: 0, lines: [] }]);
    this.#proxies.delete(thread);
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
 * Answers what the clients of all threads have sent, then closes their connections. All threads stop listening before any
 * of them closes a connection: that client would come back at once to a thread that still listens, and be reset when
 * that thread stops as well.
 */
export async function closeClients(
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
