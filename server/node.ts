/**
 * A node: puts the cache, the clients of all threads, their sessions and the report together, and starts and ends them in
 * order.
 *
 * Invariants: `start` leaves a node that answers on all of its ports, or nothing. `close` answers what clients have sent,
 * then ends. The parts know each other only through what is handed to them here.
 */

import type { Publication } from "../cluster/publications.ts";
import { type Hash32, loadHash32 } from "../cluster/ring.ts";
import type { World } from "../cluster/world.ts";
import { xxh32 } from "../proto/xxh32.ts";
import { Cache } from "./cache/cache.ts";
import type { CacheOptions } from "./cache/cache-options.ts";
import type { Clients } from "./clients/clients.ts";
import { SharedCounts } from "./clients/shared-counts.ts";
import { executeForThread, runHere } from "./commands/execute.ts";
import type { NodeFace } from "./commands/node-face.ts";
import { RedisParameters } from "./commands/redis-parameters.ts";
import { SCRIPT_PROCEDURES } from "./commands/script-commands.ts";
import { COMMANDS } from "./commands/table.ts";
import { procedureFinder } from "./commands/whole-commands.ts";
import type { DirectiveChange } from "./conf/change-directive.ts";
import { clientHosts } from "./conf/client-hosts.ts";
import type { NodeConf } from "./conf/conf.ts";
import { concernsMemory } from "./conf/memory-plan.ts";
import { type ClientCounters, zeroClientCounters } from "./counters/client-counters.ts";
import { Latency } from "./counters/latency.ts";
import type { LoadFailures } from "./loaders/load-failures.ts";
import type { Loader } from "./loaders/loader.ts";
import { type Log, pinoLevel } from "./machine/log.ts";
import { RegularWork } from "./machine/regular-work.ts";
import { microsecondClock, wallClock } from "./machine/wall-clock.ts";
import { NodeReport } from "./observe/node-report.ts";
import { Scripts } from "./scripts/scripts.ts";
import { Sessions } from "./sessions/sessions.ts";
import { ThreadSessions } from "./sessions/thread-sessions.ts";
import { FreeWrites } from "./store/free-writes.ts";
import type { WorkerGroup } from "./threads/messages.ts";
import { createThreadClients } from "./threads/thread-clients.ts";
import { closeClients, createWorker, Workers } from "./threads/workers.ts";
import type { Redirect } from "./tracking/tracking-client.ts";

/** What a node is given from outside. */
export interface NodeOptions {
  readonly conf: NodeConf;
  /** The loaders by group name. Every group of the conf has one. */
  readonly loaders: ReadonlyMap<string, Loader>;
  /** Where the failures of loaders go, by group name. By default each group gets a place of its own. */
  readonly failures?: ReadonlyMap<string, LoadFailures>;
  readonly log: Log;
  readonly world: World;
  /** Threads that serve clients, the main thread included. More than one needs `reusePort`. */
  readonly threads: number;
  /** Called when a client says SHUTDOWN. */
  readonly onShutdown: () => void;
}

const MAIN_THREAD = 1;
/** A worker ends by itself after `shutdown-timeout`. One that is still there so much later hangs. */
const CLOSE_GRACE_MS = 500;
/** INFO's instantaneous_ops_per_sec is that of the last second. Redis takes 16 samples of 100 ms. */
const RATE_MS = 1000;

export class Node implements NodeFace {
  readonly conf: NodeConf;
  readonly log: Log;
  readonly cache: Cache;
  readonly sessions: Sessions;
  readonly report: NodeReport;
  readonly scripts: Scripts;
  readonly clients: Clients;
  readonly wallMs: () => number;
  readonly timeOfDayMs = Date.now;
  readonly timeOfDayUs: () => number;
  readonly parameters = new RedisParameters();
  readonly randomBytes: (count: number) => Uint8Array;
  port = 0;
  readonly #options: NodeOptions;
  readonly #regularWork: RegularWork;
  readonly #counts: SharedCounts;
  /** Undefined with one thread, and on a member of a cluster. */
  readonly #freeWrites: FreeWrites | undefined;
  /** Undefined with one thread. */
  readonly #workers: Workers | undefined;
  #closing: Promise<void> | undefined;

  /** Only `Node.start` calls this. */
  private constructor(options: NodeOptions, parts: Pick<CacheOptions, "hash" | "createPeers">) {
    const { conf, loaders, failures, log, world, threads } = options;
    this.#options = options;
    this.conf = conf;
    this.log = log;
    this.wallMs = wallClock(world.clock);
    this.timeOfDayUs = microsecondClock(world.clock);
    this.randomBytes = world.randomBytes;
    this.#regularWork = new RegularWork(log, world);
    this.scripts = new Scripts(world.clock);
    const findProcedure = procedureFinder(COMMANDS, SCRIPT_PROCEDURES, this);
    this.#freeWrites = threads > 1 && conf.peers.length === 0 ? new FreeWrites(threads) : undefined;
    const redirect: Redirect = (client, keys, of) => this.sessions.invalidate(client, keys, of);
    const heard = (publication: Publication) => this.sessions.heard(publication);
    const announce = (channel: Buffer, message: Buffer) =>
      void this.sessions.announce("channels", channel, message);
    this.cache = new Cache({
      ...{ conf, loaders, failures, log, world, ...parts },
      ...{ findProcedure, heard, announce, redirect, freeWrites: this.#freeWrites },
      isOnlyThread: threads === 1,
    });
    this.#counts = new SharedCounts(threads);
    const here = this.#createThreadSessions();
    this.sessions = new Sessions({
      here,
      wallMs: this.wallMs,
      askWorkers: (question) => this.#workers?.ask(question),
      tellMembers: (publication) => this.cache.peers?.publications.publish(publication),
    });
    this.sessions.onGone((client) => this.cache.watches.settle(client));
    this.sessions.onGone((client) => this.cache.tracking.disable(client));
    const counters = zeroClientCounters();
    const waitLatency = new Latency();
    this.clients = this.#createClients(here, counters, waitLatency);
    this.#workers = threads > 1 ? this.#createWorkers() : undefined;
    this.report = new NodeReport({
      cache: this.cache,
      clients: this.clients,
      counters,
      stats: here.stats,
      waitLatency,
      clientCount: () => this.#counts.total(),
      scripts: this.scripts,
      workers: this.#workers,
      world,
      wallMs: this.wallMs,
      port: () => this.port,
    });
  }

  /** Starts a node. Rejects with the operating system's error about a port; after a rejection nothing is left open. */
  static async start(options: NodeOptions): Promise<Node> {
    const hasPeers = options.conf.peers.length > 0;
    const node = new Node(options, {
      hash: hasPeers ? await loadHash32() : hash32,
      createPeers: hasPeers ? await loadPeers() : undefined,
    });
    try {
      await node.#open();
    } catch (error) {
      await node.close();
      throw error;
    }
    return node;
  }

  get workers(): Workers | undefined {
    return this.#workers;
  }

  async confChanged(changes: readonly DirectiveChange[]): Promise<void> {
    this.log.level = pinoLevel(this.conf.loglevel);
    // Copies: a view of a chunk would take the whole chunk along to each worker.
    const copied = changes.map(([name, text]) => [name, Uint8Array.from(Buffer.from(text))] as const);
    this.#workers?.tell({ kind: "conf", changes: copied.filter(([name]) => !concernsMemory(name)) });
    if (changes.some(([name]) => concernsMemory(name))) {
      const memories = this.#freeWrites?.memories ?? 0;
      this.#workers?.tell({ kind: "memory", groups: this.#handles(), memories });
    }
    this.cache.confChanged();
    await this.report.gather();
  }

  requestShutdown(): void {
    this.#options.onShutdown();
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Stops listening, answers what clients have sent, then ends the peer links and the loaders. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#regularWork.stop();
    this.cache.stopWork();
    await closeClients(this.clients, this.#workers);
    await this.cache.close();
  }

  async #open(): Promise<void> {
    await this.cache.open();
    const { conf } = this;
    this.port = await this.clients.listen(clientHosts(conf), conf.port);
    if (conf.unixSocket !== "") await this.clients.listenOnPath(conf.unixSocket, conf.unixSocketPerm);
    await this.#workers?.start();
    this.#regularWork.every(RATE_MS, () => this.report.countSecond());
  }

  #createThreadSessions(): ThreadSessions {
    const { conf, world } = this.#options;
    return new ThreadSessions({
      world,
      wallMs: this.wallMs,
      conf,
      nextSlowId: () => this.#counts.nextSlowId(),
      connections: () => this.clients.all(),
      client: (id) => this.clients.get(id),
      seen: (line) => this.sessions.seen(line),
      denied: (denial) => this.sessions.denied(denial),
    });
  }

  #createClients(sessions: ThreadSessions, counters: ClientCounters, waitLatency: Latency): Clients {
    const { conf, world, log, threads } = this.#options;
    return createThreadClients({
      sessions,
      conf,
      log,
      world,
      groups: this.cache.groups,
      counters,
      waitLatency,
      thread: MAIN_THREAD,
      counts: this.#counts,
      sharesPort: threads > 1,
      missed: (key, waiter) => this.cache.missed(key, waiter),
      sets: this.cache.peers === undefined ? this.cache.local.plainSets : undefined,
      changes: this.cache.peers === undefined ? this.cache.local.plainChanges : undefined,
      run: (command, args, client) => {
        return runHere(command, args, { node: this, client, database: client.session.database });
      },
      gone: (client) => this.sessions.forget(client),
    });
  }

  /** What a worker needs to read the stores. */
  #handles(): WorkerGroup[] {
    return this.cache.groups.all.map(({ name, store, mirrors }) => {
      return { name, store: store.handle, mirrors: mirrors?.handle };
    });
  }

  #createWorkers(): Workers {
    const { conf, world, log, threads } = this.#options;
    return new Workers({
      count: threads - 1,
      world,
      closeTimeoutMs: () => conf.shutdownTimeoutMs + CLOSE_GRACE_MS,
      log,
      createWorker,
      startOf: (thread) => ({
        conf: { ...conf, places: new Map() },
        thread,
        port: this.port,
        counts: this.#counts.memory,
        standing: this.sessions.standing,
        groups: this.#handles(),
        freeWrites: this.#freeWrites && {
          memory: this.#freeWrites.memory,
          memories: this.#freeWrites.memories,
        },
      }),
      missed: (key, waiter) => this.cache.missedElsewhere(key, waiter),
      execute: (number, args, client, database) =>
        executeForThread(number, args, { node: this, client, database }),
      gone: (client) => this.sessions.forget(client),
      seen: (line) => this.sessions.seen(line),
      denied: (denial) => this.sessions.denied(denial),
      recover: (thread) => {
        this.#counts.forget(thread);
        this.#freeWrites?.forget(thread);
        this.cache.recoverThread(thread);
      },
    });
  }
}

/** The same hash, for a node that is alone: WebAssembly takes memory. */
const hash32: Hash32 = (bytes, seed) => xxh32(bytes, 0, bytes.length, seed) >>> 0;

/**
 * Imports the links to other members, and protobufjs with them: a node that is alone starts without. Counters begin at the time of
 * day: no cluster makes a change a microsecond, so that is later than what it changed before.
 */
async function loadPeers(): Promise<CacheOptions["createPeers"]> {
  const { Peers } = await import("../cluster/peers.ts");
  return (options) => new Peers({ ...options, firstCounter: microsecondClock(options.world.clock)() });
}
