/**
 * A node: everything that one member of the cluster is made of, put together and started in order.
 *
 * Invariant: `start` either leaves a node that answers on every port it was asked for, or nothing at all; `close`
 * answers what has been read, then ends. The parts know each other only through what is handed to them here.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep, setImmediate as yieldTurn } from "node:timers/promises";
import { HotKeys } from "../cluster/hot-keys.ts";
import type { Outcome } from "../cluster/outcome.ts";
import { Peers } from "../cluster/peers.ts";
import { loadHash32 } from "../cluster/ring.ts";
import type { Tracker } from "../cluster/tracker.ts";
import { peerHandlers } from "./cache/peer-handlers.ts";
import { Coherence } from "./changes/coherence.ts";
import { ClientCounts } from "./clients/client-counts.ts";
import { byId, describeConnection } from "./clients/client-line.ts";
import type { Clients } from "./clients/clients.ts";
import { executeForThread, runHere } from "./commands/table.ts";
import type { NodeConf } from "./conf/conf.ts";
import { peerHosts } from "./conf/peer-hosts.ts";
import { zeroClientCounters } from "./counters/client-counters.ts";
import { CommandStats } from "./counters/command-stats.ts";
import { Latency } from "./counters/latency.ts";
import { addCounters } from "./counters/thread-figures.ts";
import { createGroup } from "./groups/create-group.ts";
import { resetCounters } from "./groups/group-figures.ts";
import { Groups, zeroCounters } from "./groups/groups.ts";
import type { Loader } from "./loaders/loader.ts";
import { type Log, pinoLevel } from "./machine/log.ts";
import { RegularWork } from "./machine/regular-work.ts";
import { wallClock } from "./machine/wall-clock.ts";
import { realWorld } from "./machine/world.ts";
import { linked } from "./members/links-up.ts";
import { Membership } from "./members/membership.ts";
import { ClusterScan } from "./reads/cluster-scan.ts";
import { ReadThrough } from "./reads/read-through.ts";
import { Sessions } from "./sessions/sessions.ts";
import { ThreadSessions } from "./sessions/thread-sessions.ts";
import type { ClientFigures, DirectiveChange, WorkerFigures } from "./threads/messages.ts";
import { createThreadClients } from "./threads/thread-clients.ts";
import { createWorker, letGo, Workers } from "./threads/workers.ts";
import { Tracking } from "./tracking/tracking.ts";

/** What the outside world is to a node. */
export interface NodeOptions {
  readonly conf: NodeConf;
  /** By group name; every group of the conf has one. */
  readonly loaders: ReadonlyMap<string, Loader>;
  readonly log: Log;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Threads that serve clients, this one included; more than one needs `reusePort`. */
  readonly threads: number;
  /** Called when a client says SHUTDOWN. */
  readonly onShutdown: () => void;
}

const MAIN_THREAD = 1;
/** A worker ends by itself when `shutdown-timeout` is over; one that does not hangs. */
const CLOSE_GRACE_MS = 500;
/** How often due entries are looked for, and how many are looked at. */
const SWEEP_MS = 100;
const SWEEP_ENTRIES = 200;
/** Redis measures operations a second over 16 samples of 100 ms; one second does as well. */
const RATE_MS = 1000;

export class Node {
  readonly conf: NodeConf;
  readonly log: Log;
  readonly groups: Groups;
  readonly membership: Membership;
  readonly coherence: Coherence;
  readonly tracking: Tracking;
  readonly scan: ClusterScan;
  /** The time of day, in milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly clients: Clients;
  /** Undefined on a node that is alone. */
  readonly peers: Peers | undefined;
  readonly sessions: Sessions;
  readonly runId = randomBytes(20).toString("hex");
  readonly counters = zeroClientCounters();
  readonly loadLatency = new Latency();
  /** Of commands of this thread's clients that could not be answered at once. */
  readonly #waitLatency = new Latency();
  port = 0;
  readonly #options: NodeOptions;
  readonly #readThrough: ReadThrough;
  readonly #startedMs: number;
  readonly #regularWork: RegularWork;
  readonly #counts: ClientCounts;
  /** Undefined with one thread. */
  readonly #workers: Workers | undefined;
  #workerFigures: WorkerFigures | undefined;
  #opsPerSecond = 0;
  #closing: Promise<void> | undefined;

  /** Use `Node.start`. */
  private constructor(options: NodeOptions, hash: Awaited<ReturnType<typeof loadHash32>>) {
    const { conf, clock, random, log } = options;
    this.#options = options;
    this.conf = conf;
    this.log = log;
    this.#startedMs = clock();
    this.wallMs = wallClock(clock);
    this.#regularWork = new RegularWork(log);
    this.groups = new Groups(
      conf.groups.map((group) =>
        createGroup(group, {
          loader: options.loaders.get(group.name)!,
          eviction: conf.eviction,
          hasPeers: conf.peers.length > 0,
          clock,
        }),
      ),
    );
    const members = conf.peers.length > 0 ? conf.peers : [conf.peerAddress];
    this.membership = new Membership(members, {
      self: conf.peerAddress,
      ring: { virtualNodes: conf.virtualNodes, seed: conf.ringSeed },
      hash,
      onChange: (members) => this.#ringChanged(members),
      onReturn: () => this.coherence.flushHere(),
    });
    this.peers = conf.peers.length > 0 ? this.#createPeers() : undefined;
    this.tracking = new Tracking({ groups: this.groups, clock, maxKeys: () => conf.trackingMaxKeys });
    this.coherence = new Coherence({
      groups: this.groups,
      membership: this.membership,
      peers: this.peers,
      tracking: this.tracking,
      sleep: (ms) => sleep(ms),
      removed: (key) => this.sessions.watches.touch(key),
      flushed: () => this.sessions.watches.touchAll(),
    });
    this.scan = new ClusterScan({
      groups: this.groups,
      membership: this.membership,
      peers: this.peers,
      ownerOf: (key) => this.coherence.ownerNow(key),
      random,
      yield: () => yieldTurn(),
    });
    this.#readThrough = new ReadThrough({
      membership: this.membership,
      peers: this.peers,
      hotKeys: new HotKeys({ hash, seed: random() * 2 ** 32, clock }),
      clock,
      random,
      loadLatency: this.loadLatency,
      tracking: this.tracking,
      peerTimeoutMs: () => conf.peerTimeoutMs,
    });
    this.#counts = new ClientCounts(options.threads);
    const here = new ThreadSessions({
      clock,
      conf,
      nextSlowId: () => this.#counts.nextSlowId(),
      connections: () => this.clients.all(),
      seen: (line) => this.sessions.seen(line),
    });
    this.sessions = new Sessions({ here, askWorkers: (question) => this.#workers?.ask(question) });
    this.sessions.onGone((client) => this.tracking.disable(client));
    this.clients = this.#createClients(here);
    this.#workers = options.threads > 1 ? this.#createWorkers() : undefined;
  }

  /** Starts a node on its conf. Rejects with what the operating system said of a port; then nothing is left open. */
  static async start(options: NodeOptions): Promise<Node> {
    const node = new Node(options, await loadHash32());
    try {
      await node.#listen();
    } catch (error) {
      await node.close();
      throw error;
    }
    return node;
  }

  /**
   * The value of a key, wherever it is; loads it if nobody has it. Never rejects. The key's bytes are copied. `reader`: is
   * told when it no longer holds.
   */
  get(key: Uint8Array, reader?: Tracker): Outcome | Promise<Outcome> {
    const group = this.groups.of(key, 0, key.length);
    if (group === undefined) return { kind: "absent", ttlMs: undefined };
    return this.#readThrough.get(group, key, reader);
  }

  get threads(): number {
    return 1 + (this.#workers?.threads.length ?? 0);
  }

  get workers(): Workers | undefined {
    return this.#workers;
  }

  /** Clients of all threads. */
  get clientCount(): number {
    return this.#counts.total();
  }

  /** Asks the worker threads what they have counted; figures that are shown from now on include it. */
  async gatherFigures(withLines = false): Promise<void> {
    if (this.#workers === undefined) return;
    const figures = await this.#workers.figures(withLines);
    this.#workerFigures = figures;
    for (const group of this.groups.all) {
      group.counted = [figures.groups[group.name] ?? zeroCounters()];
    }
  }

  /** What the threads have counted of their clients, as of the last `gatherFigures`. */
  get clientFigures(): ClientFigures {
    const { received, rejected } = this.clients.counters;
    const sum = { ...this.counters, connectionsReceived: received, connectionsRejected: rejected };
    if (this.#workerFigures !== undefined) addCounters(sum, this.#workerFigures.clients);
    return sum;
  }

  /** Of all threads, as of the last `gatherFigures`. */
  get commandStats(): CommandStats {
    const sum = new CommandStats();
    sum.addAll(this.sessions.stats);
    if (this.#workerFigures !== undefined) sum.addAll(this.#workerFigures.commands);
    return sum;
  }

  /** Of commands that could not be answered at once; as of the last `gatherFigures`. */
  get waitLatency(): Latency {
    const sum = new Latency();
    sum.add(this.#waitLatency);
    if (this.#workerFigures !== undefined) sum.add(new Latency(this.#workerFigures.waits));
    return sum;
  }

  /** The lines of CLIENT LIST, of all threads, by id. */
  async describeClients(): Promise<string[]> {
    // First, so that the reply to this very question does not count as outstanding.
    const own = Array.from(this.clients.all(), describeConnection);
    await this.gatherFigures(true);
    return [...own, ...(this.#workerFigures?.lines ?? [])].sort(byId);
  }

  uptimeMs(): number {
    return this.#options.clock() - this.#startedMs;
  }

  /** Commands in the last whole second. */
  opsPerSecond(): number {
    return this.#opsPerSecond;
  }

  /** CONFIG RESETSTAT; resolves when every thread has done it. */
  async resetCounters(): Promise<void> {
    for (const group of this.groups.all) resetCounters(group);
    this.sessions.stats.reset();
    Object.assign(this.counters, zeroClientCounters());
    Object.assign(this.clients.counters, { received: 0, rejected: 0 });
    this.#workers?.reset();
    await this.gatherFigures();
  }

  /** Puts directives that have been changed into force; resolves when they are in force on every thread. */
  async confChanged(changes: readonly DirectiveChange[]): Promise<void> {
    this.log.level = pinoLevel(this.conf.loglevel);
    // A copy of the words: a view would take all the bytes along that it is a view of.
    const copied = changes.map(([name, text]) => [name, Uint8Array.from(Buffer.from(text))] as const);
    this.#workers?.tell({ kind: "conf", changes: copied });
    await this.gatherFigures();
  }

  /** A client said SHUTDOWN. */
  requestShutdown(): void {
    this.#options.onShutdown();
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Accepts nobody any more, answers what has been read, then ends the links and the loaders. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#regularWork.stop();
    await letGo(this.clients, this.#workers);
    await this.peers?.close();
    await Promise.all([...this.#options.loaders.values()].map((loader) => loader.close?.()));
  }

  async #listen(): Promise<void> {
    const { conf } = this;
    if (this.peers !== undefined) {
      for (const host of peerHosts(conf)) await this.peers.listen(host, conf.peerPort);
      this.peers.setMembers(this.membership.members);
      const { peers, membership } = this;
      await linked(() => membership.others.some((id) => !peers.isUp(id)), sleep);
    }
    this.port = await this.clients.listen(conf.bind, conf.port);
    await this.#workers?.start();
    this.#regularWork.every(SWEEP_MS, () => this.#sweep());
    let before = 0;
    this.#regularWork.every(RATE_MS, async () => {
      for (const { store } of this.groups.all) store.noteUseTimes();
      await this.gatherFigures();
      const { commands } = this.clientFigures;
      this.#opsPerSecond = Math.max(0, commands - before);
      before = commands;
    });
  }

  #sweep(): void {
    for (const { store, mirrors } of this.groups.all) {
      store.sweep(SWEEP_ENTRIES);
      mirrors?.sweep(SWEEP_ENTRIES);
    }
    this.tracking.expire();
  }

  #ringChanged(members: readonly string[]): void {
    this.peers?.setMembers(members);
    this.tracking.vouchesNoMore();
  }

  #createPeers(): Peers {
    const { conf, clock, random, log } = this.#options;
    return new Peers({
      id: conf.peerAddress,
      secret: conf.clusterSecret,
      maxValueBytes: Math.max(...conf.groups.map((group) => group.maxValueBytes)),
      requestTimeoutMs: () => conf.peerTimeoutMs,
      world: realWorld(clock, random),
      log: { info: (text) => log.info(text), warn: (text) => log.warn(text) },
      epoch: () => this.membership.epoch,
      linkChanged: () => this.tracking.vouchesNoMore(),
      invalidated: (keys) => this.coherence.invalidatedByOwner(keys),
      handlers: peerHandlers(this, (group, key) => this.#readThrough.requested(group, key)),
    });
  }

  #createClients(sessions: ThreadSessions): Clients {
    const { conf, clock, log, threads } = this.#options;
    return createThreadClients({
      sessions,
      conf,
      log,
      clock,
      groups: this.groups,
      counters: this.counters,
      waitLatency: this.#waitLatency,
      thread: MAIN_THREAD,
      counts: this.#counts,
      sharesPort: threads > 1,
      ask: (key, waiter) => this.#readThrough.clientMissed(this.groups.of(key, 0, key.length)!, key, waiter),
      run: (command, args, client) => runHere(command, args, { node: this, client }),
      gone: (client) => this.sessions.forget(client),
    });
  }

  #createWorkers(): Workers {
    const { conf, clock, log, threads } = this.#options;
    return new Workers({
      count: threads - 1,
      clock,
      sleep: (ms) => sleep(ms, undefined, { ref: false }),
      closeTimeoutMs: () => conf.shutdownTimeoutMs + CLOSE_GRACE_MS,
      log,
      createWorker,
      startOf: (thread) => ({
        conf: { ...conf, places: new Map() },
        thread,
        port: this.port,
        counts: this.#counts.memory,
        standing: this.sessions.standing,
        groups: this.groups.all.map(({ name, store, mirrors }) => {
          return { name, store: store.handle, mirrors: mirrors?.handle };
        }),
      }),
      execute: (args, { id, push }) =>
        executeForThread(args, { node: this, client: { id, push, leave: () => {} } }),
      gone: (client) => this.sessions.forget(client),
      seen: (line) => this.sessions.seen(line),
      recover: (thread) => {
        this.#counts.forget(thread);
        for (const { store, mirrors } of this.groups.all) {
          if (store.recoverThread(thread) > 0) this.tracking.flushed();
          mirrors?.recoverThread(thread);
        }
      },
    });
  }
}
