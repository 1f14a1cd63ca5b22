/**
 * Whole members in one process: the real cache/ and cluster/ of each, with their links and heartbeats, over a network in
 * memory and in virtual time. Only clients and the process are missing.
 *
 * Keeps: one seed is one run, event for event; nothing waits for real time. The origin's value is the moment at which its
 * load began. (ModelCluster in model-cluster.ts has links that no real network has: messages arrive in any order, and
 * members differ at every look about which of them are up.)
 */
import type { Condition } from "../../cluster/edit.ts";
import { Peers } from "../../cluster/peers.ts";
import { Cache } from "../../server/cache/cache.ts";
import { readConf } from "../../server/conf/read-conf.ts";
import { hash, textOf } from "../server/fakes.ts";
import { MemoryNetwork } from "./network.ts";
import { VirtualTime } from "./virtual-time.ts";

export interface WholeOptions {
  readonly seed: number;
  readonly members?: number;
  /** The longest time that a load takes. */
  readonly maxLoadMs?: number;
  /** Lines of each member's conf. */
  readonly lines?: readonly string[];
  /** More lines of the conf of one member. */
  readonly linesOf?: (index: number) => readonly string[];
}

export class WholeMember {
  /** The member's machine in the network. */
  readonly machine: string;
  readonly id: string;
  readonly cache: Cache;
  readonly #cluster: WholeCluster;

  constructor(cluster: WholeCluster, machine: string, conf: readonly string[], maxLoadMs: number) {
    this.machine = machine;
    this.id = `${machine}:1`;
    this.#cluster = cluster;
    const loaderOf = (group: string) => {
      const load = async (key: string | Uint8Array) => {
        const began = cluster.time.now;
        cluster.loads.set(String(key), (cluster.loads.get(String(key)) ?? 0) + 1);
        await cluster.time.pass(maxLoadMs);
        return group === "scores" ? String(began) : `${group} ${key}`;
      };
      return [group, { load }] as const;
    };
    const own = ["group scores ttl 0", "peer-port 1", `peer-address ${this.id}`, "cluster-secret s3cret"];
    const quiet = () => {};
    const read = readConf({ text: [...own, ...conf].join("\n") });
    this.cache = new Cache({
      conf: read,
      loaders: new Map(read.groups.map(({ name }) => loaderOf(name))),
      log: {
        info: quiet,
        warn: quiet,
        error: quiet,
        debug: quiet,
        trace: quiet,
        isLevelEnabled: () => false,
      },
      world: cluster.network.worldOf(machine),
      hash,
      createPeers: (options) => new Peers(options),
    });
  }

  /** A client's GET, as text. */
  async get(key: string): Promise<string> {
    return textOf(await this.cache.get(Buffer.from(key)));
  }

  /** A client's SET; by default the value is the moment at which it was sent. */
  async set(
    key: string,
    value = String(this.#cluster.time.now),
    conditions: Condition[] = [],
  ): Promise<string> {
    const edit = {
      conditions,
      value: Buffer.from(value),
      life: "endless",
      wanted: undefined,
      isUse: false,
    } as const;
    return (await this.cache.changes.edit(Buffer.from(key), edit)).changed ? "set" : "unchanged";
  }

  /** A client's DEL. */
  async remove(key: string): Promise<number> {
    return this.cache.changes.remove([Buffer.from(key)]);
  }
}

export class WholeCluster {
  readonly time: VirtualTime;
  readonly network: MemoryNetwork;
  readonly members: WholeMember[];
  /** Loads begun, by loader key. */
  readonly loads = new Map<string, number>();

  readonly #maxLoadMs: number;
  readonly #peers: string;

  private constructor({ seed, members = 3, maxLoadMs = 20, lines = [], linesOf = () => [] }: WholeOptions) {
    this.time = new VirtualTime(seed);
    this.network = new MemoryNetwork(this.time);
    const machines = Array.from({ length: members }, (_, i) => `node${i}`);
    this.#maxLoadMs = maxLoadMs;
    this.#peers = `peers ${machines.map((machine) => `${machine}:1`).join(" ")}`;
    this.members = machines.map((machine, i) => this.#member(machine, [...lines, ...linesOf(i)]));
  }

  /** Starts all members; resolves when each has its links to all others. */
  static async start(options: WholeOptions): Promise<WholeCluster> {
    const cluster = new WholeCluster(options);
    const opened = Promise.all(cluster.members.map(({ cache }) => cache.open()));
    await cluster.time.outcome("all members to open", opened);
    await cluster.time.until("all links", () => cluster.isLinked());
    // A dialer's link is up before its introduction has arrived.
    await cluster.time.advance(10);
    return cluster;
  }

  /** Ends the member at this place as an operator does, and starts it again with these lines in its conf. */
  async restart(index: number, lines: readonly string[]): Promise<void> {
    const { cache, machine } = this.members[index]!;
    cache.stopWork();
    await this.done(cache.close());
    const again = this.#member(machine, lines);
    this.members[index] = again;
    await this.done(again.cache.open());
  }

  #member(machine: string, lines: readonly string[]): WholeMember {
    return new WholeMember(this, machine, [this.#peers, ...lines], this.#maxLoadMs);
  }

  /** Whether each of these members has its link to each other one. */
  isLinked(members: readonly WholeMember[] = this.members): boolean {
    return members.every(({ id, cache }) =>
      members.every((other) => other.id === id || cache.peers!.isUp(other.id)),
    );
  }

  /** The member that owns a key, and all others. */
  ownerOf(key: string): { owner: WholeMember; others: WholeMember[] } {
    const id = this.members[0]!.cache.membership.ring.ownerOf(Buffer.from(key));
    const others = this.members.filter((member) => member.id !== id);
    return { owner: this.members.find((member) => member.id === id)!, others };
  }

  /** A member's machine is gone without a word: whatever is on the way to it or from it is lost. */
  kill(dead: WholeMember): void {
    for (const { machine } of this.members) {
      if (machine !== dead.machine) this.network.cut(machine, dead.machine);
    }
  }

  /** Runs the time until the promise has settled; resolves or rejects as the promise did. */
  done<T>(promise: Promise<T>): Promise<T> {
    return this.time.outcome("the end of what was asked", promise);
  }

  /** Closes all members, whose timers would go on for ever. */
  async stop(): Promise<void> {
    for (const { cache } of this.members) cache.stopWork();
    await this.done(Promise.all(this.members.map(({ cache }) => cache.close())));
  }
}
