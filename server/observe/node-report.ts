/**
 * The figures of a node, of all its threads, for INFO, CARROT.STATS, CLIENT LIST and /metrics.
 *
 * Invariant: the workers' part of a figure is that of the last `gather`, the main thread's part is of now. Adds up only:
 * each figure is counted where the thing happens.
 */
import type { LinkFigures } from "../../cluster/link-figures.ts";
import type { World } from "../../cluster/world.ts";
import type { Cache } from "../cache/cache.ts";
import { byId, describeConnection } from "../clients/client-line.ts";
import type { Clients } from "../clients/clients.ts";
import { addCounters } from "../counters/add-counters.ts";
import { type ClientCounters, zeroClientCounters } from "../counters/client-counters.ts";
import { CommandStats } from "../counters/command-stats.ts";
import { Latency } from "../counters/latency.ts";
import type { ClientFigures, WorkerFigures } from "../counters/worker-figures.ts";
import {
  figuresOf,
  type GroupFigures,
  noteCounted,
  resetCounters,
  sumFigures,
} from "../groups/group-figures.ts";

/** The part of the worker threads that figures need. */
export interface FigureWorkers {
  /** Numbers of the threads that live. */
  readonly threads: readonly number[];
  /** `withLines`: with the lines of CLIENT LIST. */
  figures(withLines: boolean): Promise<WorkerFigures>;
  reset(): void;
}

/** The link to another member. */
export interface PeerFigures extends LinkFigures {
  readonly id: string;
}

/** Bytes of memory. */
export interface MemoryFigures {
  /** What the entries and mirrors of all groups take. */
  readonly used: number;
  /** The most that `used` has been at any second. */
  readonly peak: number;
  /** The heaps of all threads, and what hangs on them; the memory of entries is not in them. */
  readonly own: number;
  /** Of the process. */
  readonly rss: number;
}

/** What one second has seen. */
export interface Rates {
  readonly commands: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

const NO_RATES: Rates = { commands: 0, inputBytes: 0, outputBytes: 0 };

function zeroSample() {
  return { commands: 0, netInputBytes: 0, netOutputBytes: 0 };
}

export interface NodeReportOptions {
  readonly cache: Cache;
  readonly clients: Pick<Clients, "all" | "figures" | "resetFigures" | "max">;
  readonly counters: ClientCounters;
  /** The commands of the main thread's clients, by name. */
  readonly stats: CommandStats;
  /** How long the main thread's clients waited for commands that could not be answered at once, in seconds. */
  readonly waitLatency: Latency;
  /** The number of clients on all threads. */
  readonly clientCount: () => number;
  /** The scripts that are kept. */
  readonly scripts: { readonly figures: { readonly count: number; readonly bytes: number } };
  /** Undefined with one thread. */
  readonly workers: FigureWorkers | undefined;
  readonly world: Pick<World, "clock" | "randomBytes">;
  /** The time of day in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** The port for clients. */
  readonly port: () => number;
}

export class NodeReport {
  readonly cache: Cache;
  /** Forty hex digits, new at each start. */
  readonly runId: string;
  readonly #options: NodeReportOptions;
  /** When the node started, in seconds since 1970. */
  readonly startedSeconds: number;
  readonly #startedMs: number;
  /** The sum over all workers; undefined until the first `gather`, and with one thread. */
  #worker: WorkerFigures | undefined;
  #rates = NO_RATES;
  /** What had been counted at the last second. */
  #before = zeroSample();
  #peakBytes = 0;

  constructor(options: NodeReportOptions) {
    this.#options = options;
    this.cache = options.cache;
    this.runId = Buffer.from(options.world.randomBytes(20)).toString("hex");
    this.#startedMs = options.world.clock();
    this.startedSeconds = Math.floor(options.wallMs() / 1000);
  }

  /** The port for clients. */
  get port(): number {
    return this.#options.port();
  }

  get threads(): number {
    return 1 + (this.#options.workers?.threads.length ?? 0);
  }

  /** The number of clients on all threads, and their limit. */
  get clients(): { readonly count: number; readonly max: number } {
    return { count: this.#options.clientCount(), max: this.#options.clients.max };
  }

  get scripts(): { readonly count: number; readonly bytes: number } {
    return this.#options.scripts.figures;
  }

  get uptimeMs(): number {
    return this.#options.world.clock() - this.#startedMs;
  }

  /** What the last whole second has seen. */
  get rates(): Rates {
    return this.#rates;
  }

  get memory(): MemoryFigures {
    const used = this.#notePeak();
    const { rss, heapTotal, external } = process.memoryUsage();
    const own = heapTotal + external + (this.#worker?.heapBytes ?? 0);
    return { used, peak: this.#peakBytes, own, rss };
  }

  /** Returns what is used now. */
  #notePeak(): number {
    const { usedBytes, mirrorUsedBytes } = sumFigures(this.cache.groups.all);
    const used = usedBytes + mirrorUsedBytes;
    this.#peakBytes = Math.max(this.#peakBytes, used);
    return used;
  }

  get clientFigures(): ClientFigures {
    const { clients, counters } = this.#options;
    const sum = { ...counters, ...clients.figures };
    if (this.#worker !== undefined) addCounters(sum, this.#worker.clients);
    return sum;
  }

  get commandStats(): CommandStats {
    const sum = new CommandStats();
    sum.addAll(this.#options.stats.counts);
    if (this.#worker !== undefined) sum.addAll(this.#worker.commands);
    return sum;
  }

  /** How long clients waited for commands that could not be answered at once, in seconds. */
  get waitLatency(): Latency {
    const sum = new Latency();
    sum.add(this.#options.waitLatency);
    if (this.#worker !== undefined) sum.add(new Latency(this.#worker.waits));
    return sum;
  }

  /** How long loads took, in seconds. */
  get loadLatency(): Latency {
    return this.cache.loadLatency;
  }

  /** The figures of each group, by its name. */
  get groups(): ReadonlyMap<string, GroupFigures> {
    return new Map(this.cache.groups.all.map((group) => [group.name, figuresOf(group)]));
  }

  get peers(): PeerFigures[] {
    return this.cache.membership.others.flatMap((id) => {
      const figures = this.cache.peers?.figures(id);
      return figures === undefined ? [] : [{ id, ...figures }];
    });
  }

  /** Asks the worker threads what they have counted. Resolves when the figures above are new. */
  async gather(withLines = false): Promise<void> {
    const { workers, cache } = this.#options;
    if (workers === undefined) return;
    const figures = await workers.figures(withLines);
    this.#worker = figures;
    noteCounted(cache.groups.all, figures.groups);
  }

  /** The lines of CLIENT LIST for the clients of all threads, sorted by id. */
  async clientLines(): Promise<string[]> {
    // Before anything is awaited: else the reply to this very CLIENT LIST would count as outstanding.
    const own = Array.from(this.#options.clients.all(), describeConnection);
    await this.gather(true);
    return [...own, ...(this.#worker?.lines ?? [])].sort(byId);
  }

  /** Regular work, once a second: renews `rates` and the peak of the memory. */
  async countSecond(): Promise<void> {
    await this.gather();
    const { commands, netInputBytes, netOutputBytes } = this.clientFigures;
    const before = this.#before;
    this.#rates = {
      commands: Math.max(0, commands - before.commands),
      inputBytes: Math.max(0, netInputBytes - before.netInputBytes),
      outputBytes: Math.max(0, netOutputBytes - before.netOutputBytes),
    };
    this.#before = { commands, netInputBytes, netOutputBytes };
    this.#notePeak();
  }

  /** CONFIG RESETSTAT. Resolves when every thread has done it. */
  async reset(): Promise<void> {
    const { cache, clients, counters, stats, workers } = this.#options;
    for (const group of cache.groups.all) resetCounters(group);
    stats.reset();
    Object.assign(counters, zeroClientCounters());
    clients.resetFigures();
    this.#rates = NO_RATES;
    this.#before = zeroSample();
    workers?.reset();
    await this.gather();
  }
}
