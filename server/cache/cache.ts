/**
 * A member of the cluster without clients: groups and their entries, the ring, the links to the other members, and what
 * reads and changes do with them.
 *
 * Invariants: `open` either leaves a member that other members can reach, or rejects; `close` ends the links. Time,
 * chance and wires come from the world that is handed in, so that a simulator can run whole members over one of its
 * own. Knows no RESP, no client and no thread.
 */
import { HotKeys } from "../../cluster/hot-keys.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import type { Peers } from "../../cluster/peers.ts";
import type { Publication } from "../../cluster/publications.ts";
import type { Tracker } from "../../cluster/tracker.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply } from "../../proto/reply.ts";
import { ClusterChanges } from "../changes/cluster-changes.ts";
import { Given } from "../changes/given.ts";
import { LoadedEdits } from "../changes/loaded-edits.ts";
import { LocalChanges } from "../changes/local-changes.ts";
import { type FindProcedure, Procedures } from "../changes/procedures.ts";
import { RecordedChanges } from "../changes/recorded-changes.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { MemoryPlan } from "../conf/memory-plan.ts";
import { peerHosts } from "../conf/peer-hosts.ts";
import { Latency } from "../counters/latency.ts";
import type { Waiter } from "../groups/flights.ts";
import type { Groups } from "../groups/groups.ts";
import { closeLoaders } from "../loaders/group-loaders.ts";
import { RegularWork } from "../machine/regular-work.ts";
import { version } from "../machine/version.ts";
import { changeRing } from "../members/change-ring.ts";
import { GroupHolders } from "../members/group-holders.ts";
import { untilUp } from "../members/links-up.ts";
import { Membership } from "../members/membership.ts";
import { Owners } from "../members/owners.ts";
import { ClusterScan } from "../reads/cluster-scan.ts";
import { Elsewhere, longestGetMs } from "../reads/elsewhere.ts";
import { Holdings } from "../reads/holdings.ts";
import { LocalLoads } from "../reads/local-loads.ts";
import { MissLog } from "../reads/miss-log.ts";
import { ReadThrough } from "../reads/read-through.ts";
import { EntryEnds } from "../tracking/entry-ends.ts";
import { KeyEvents } from "../tracking/key-events.ts";
import { Tracking } from "../tracking/tracking.ts";
import { Watches } from "../tracking/watches.ts";
import type { CacheOptions } from "./cache-options.ts";
import { createGroups, recoverThread } from "./create-groups.ts";
import { EXPIRY_PAUSE_MS, Expiry } from "./expiry.ts";
import { fitMemory, LOOK_MS, moveSlice } from "./fit-memory.ts";
import { localView } from "./local-view.ts";
import { peerHandlers } from "./peer-handlers.ts";
import { loaderNode } from "./program-keys.ts";

const NO_PROCEDURES: FindProcedure = (words) => new ErrorReply(errors.unknownCommand(words));
/** How often clients that track are told of entries that have expired, whether they are removed yet or not. */
const TELL_EXPIRED_MS = 100;
/** How often stores note how far their clock of uses is, from which OBJECT IDLETIME is computed. */
const NOTE_USES_MS = 1000;
/**
 * How long a member that starts waits for its links. Before they are up, a client's GET would load here what the owner may
 * already hold.
 */
const LINKING_MS = 500;
const LINKING_STEP_MS = 5;

export class Cache {
  /** CONFIG SET changes it in place: read it at each use. */
  readonly conf: NodeConf;
  readonly groups: Groups;
  readonly membership: Membership;
  readonly owners: Owners;
  /** Undefined on a node that is alone. */
  readonly peers: Peers | undefined;
  readonly tracking: Tracking;
  readonly watches: Watches;
  /** False: expired entries that nobody asks for stay. Tests say so. */
  expiresActively = true;
  readonly reads: ReadThrough;
  readonly holdings: Holdings;
  readonly scan: ClusterScan;
  readonly local: LocalChanges;
  readonly loaded: LoadedEdits;
  readonly changes: ClusterChanges;
  readonly procedures: Procedures;
  /** This cache as procedures see it. */
  readonly here: Cache;
  /** How long loads on this node take, in seconds. */
  readonly loadLatency = new Latency();
  readonly #options: CacheOptions;
  readonly #regularWork: RegularWork;
  readonly #expiry: Expiry;
  readonly #holders: GroupHolders;
  readonly #elsewhere: Elsewhere;
  readonly #events: KeyEvents;
  /** The starts of loaders. */
  readonly #starts: (() => Promise<void> | void)[] = [];
  #isClosed = false;

  constructor(options: CacheOptions) {
    const { conf, log, world, freeWrites } = options;
    const { clock, random } = world;
    this.#options = options;
    this.conf = conf;
    this.#regularWork = new RegularWork(log, world);
    const loaderView = loaderNode(() => this.#open());
    this.groups = createGroups(options, loaderView, this.#starts);
    this.#expiry = new Expiry({ groups: this.groups.all, clock });
    this.membership = this.#createMembership();
    this.#holders = this.#createHolders();
    this.peers = conf.peers.length > 0 ? this.#createPeers() : undefined;
    const { groups, membership, peers } = this;
    this.owners = new Owners({ membership, peers, holders: this.#holders });
    const { owners } = this;
    const ends = new EntryEnds(groups);
    const maxKeys = () => conf.trackingMaxKeys;
    this.tracking = new Tracking({
      ...{ groups, ends, clock, maxKeys, soon: world.soon, freeWrites },
      ...(options.redirect && { redirect: options.redirect }),
    });
    const isHeld = (key: Buffer) => groups.of(key, 0, key.length)?.store.look(key).kind === "value";
    this.watches = new Watches({ isHeld, isAlone: peers === undefined, freeWrites });
    const { tracking, watches } = this;
    const events = new KeyEvents({
      ...{ ends, freeWrites },
      classes: () => conf.keyEventClasses,
      answersFor: (key) => owners.of(key) === owners.self,
      announce: (channel, message) => options.announce?.(channel, message),
    });
    this.#events = events;
    const given = peers && new Given(peers);
    this.local = new LocalChanges({ groups, tracking, watches, owners, soon: world.soon, events, given });
    this.holdings = new Holdings({ groups, membership, owners, peers, tracking });
    const { local, loadLatency } = this;
    const loads = new LocalLoads({ clock, random, loadLatency, tracking, events, freeWrites, given });
    this.loaded = new LoadedEdits({ groups, local, loads, freeWrites, given });
    const { loaded } = this;
    this.changes = new ClusterChanges({ groups, owners, peers, local, loaded, tracking, given });
    this.scan = new ClusterScan({ groups, membership, owners, peers, random, soon: world.soon });
    const hotKeys = new HotKeys({ hash: options.hash, seed: random() * 2 ** 32, clock });
    const peerTimeoutMs = () => conf.peerTimeoutMs;
    const missLog = new MissLog(log, clock);
    this.reads = new ReadThrough({ owners, peers, hotKeys, loads, tracking, peerTimeoutMs, missLog });
    this.#elsewhere = new Elsewhere({ owners, peers, tracking, timeoutMs: () => longestGetMs(conf) });
    const recorded = new RecordedChanges(groups, local, events);
    const work = { changes: this.changes, recorded, loads, watches, freeWrites, groups, owners, peers };
    this.procedures = new Procedures({ ...work, find: options.findProcedure ?? NO_PROCEDURES });
    this.here = localView(this, recorded, this.procedures);
  }

  /**
   * The value of a key, wherever it is; loads it if nobody has it. Never rejects. The key's bytes are copied. `reader` is
   * told when the value is no longer valid.
   */
  get(key: Uint8Array, reader?: Tracker): Outcome | Promise<Outcome> {
    const group = this.groups.of(key, 0, key.length);
    if (group === undefined) return this.#elsewhere.get(key, reader);
    return this.reads.get(group, key, reader);
  }

  /** A GET that neither store nor mirrors could answer. A group must take the key; `key` must be the caller's own copy. */
  missed(key: Buffer, waiter: Waiter): void {
    this.reads.missed(this.groups.of(key, 0, key.length)!, key, waiter);
  }

  /** As `missed`, for a client of another thread. */
  missedElsewhere(key: Buffer, waiter: Waiter): void {
    this.reads.missedElsewhere(this.groups.of(key, 0, key.length)!, key, waiter);
  }

  /** Some directive of the node has been changed. */
  confChanged(): void {
    this.tracking.fit();
    this.#events.confChanged();
  }

  /** What a client of another member has published. */
  heard(publication: Publication): void {
    this.#options.heard?.(publication);
  }

  /** Puts a ring of these members into force everywhere; returns those that did not take it, sorted. */
  changeRing(members: readonly string[]): Promise<string[]> {
    const { membership, peers } = this;
    return changeRing(members, { membership, peers, sleep: (ms) => this.#sleep(ms) });
  }

  /**
   * Opens the peer port, waits a moment for links to the other members, and starts the loaders. Rejects when the port cannot
   * be had or a loader does not start.
   */
  async open(): Promise<void> {
    const { conf, peers, membership } = this;
    if (peers !== undefined) {
      for (const host of peerHosts(conf)) await peers.listen(host, conf.peerPort);
      peers.setMembers(membership.members);
      await untilUp(() => membership.others.some((id) => !peers.isUp(id)), {
        maxMs: LINKING_MS,
        stepMs: LINKING_STEP_MS,
        sleep: (ms) => this.#sleep(ms),
      });
    }
    await Promise.all(this.#starts.map((start) => start()));
    this.#regularWork.atItsPace(LOOK_MS, () => moveSlice(this.groups.all, this.#options.freeWrites));
    this.#regularWork.atItsPace(EXPIRY_PAUSE_MS, () =>
      this.expiresActively ? this.#expiry.slice() : EXPIRY_PAUSE_MS,
    );
    this.#regularWork.every(TELL_EXPIRED_MS, () => this.tracking.expire());
    this.#regularWork.every(NOTE_USES_MS, () => {
      for (const { store, failures } of this.groups.all) {
        store.noteUseTimes();
        failures.flush();
      }
    });
  }

  /** Has the stores take other memory, while they are in use; returns why they cannot. */
  fitMemory(plan: MemoryPlan): string | undefined {
    return fitMemory(this.groups.all, plan, this.#options);
  }

  /** Empties and frees the parts of stores that a dead thread holds locked. */
  recoverThread(thread: number): void {
    if (recoverThread(this.groups.all, thread)) this.tracking.flushed();
  }

  /** Answers what other members have asked, then ends the links and the loaders. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.peers?.close();
    for (const { queue } of this.groups.all) queue.stop();
    await closeLoaders(this.#options.loaders);
    for (const { failures } of this.groups.all) failures.flush(true);
  }

  /** Ends the regular work. Reads and changes still work. */
  stopWork(): void {
    this.#regularWork.stop();
  }

  #open(): this {
    if (this.#isClosed) throw new Error("the node is closed");
    return this;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.world.after(ms, resolve));
  }

  #createMembership(): Membership {
    const { conf, hash } = this.#options;
    return new Membership(conf.peers.length > 0 ? conf.peers : [conf.peerAddress], {
      self: conf.peerAddress,
      ring: { virtualNodes: conf.virtualNodes, seed: conf.ringSeed },
      hash,
      onChange: (members) => {
        this.peers?.setMembers(members);
        this.#holders.refresh();
        this.tracking.lostTrackOfAll();
      },
      onReturn: () => this.local.flush(),
    });
  }

  #createHolders(): GroupHolders {
    const { self } = this.membership;
    return new GroupHolders({
      self,
      own: this.groups.all,
      members: () => this.membership.members,
      groupsOf: (id) => this.peers?.groupsOf(id) ?? [],
    });
  }

  #createPeers(): Peers {
    const { conf, log, world } = this.#options;
    return this.#options.createPeers!({
      id: conf.peerAddress,
      secret: conf.clusterSecret,
      terms: [
        { name: "ring-seed", value: String(conf.ringSeed) },
        { name: "virtual-nodes", value: String(conf.virtualNodes) },
      ],
      groups: this.groups.all,
      version,
      maxValueBytes: Math.max(...conf.groups.map((group) => group.maxValueBytes)),
      requestTimeoutMs: () => conf.peerTimeoutMs,
      world,
      log: { info: (text) => log.info(text), warn: (text) => log.warn(text) },
      epoch: () => this.membership.epoch,
      linkChanged: () => {
        this.#holders.refresh();
        this.tracking.lostTrackOfAll();
      },
      invalidated: (keys) => this.local.invalidated(keys),
      handlers: peerHandlers(this),
    });
  }
}
