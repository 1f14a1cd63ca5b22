/**
 * Members for tests: Peers over a network in memory, in virtual time. Nothing in here waits for real time: a test runs
 * the virtual time until a condition holds.
 */

import { type Outcome, ownedOutcome } from "../../cluster/outcome.ts";
import { Peers } from "../../cluster/peers.ts";
import type { GetWaiter } from "../../cluster/requests.ts";
import { MemoryNetwork } from "../sim/network.ts";
import { VirtualTime } from "../sim/virtual-time.ts";
import { PlainStore } from "./plain-store.ts";

/** Waits for the answer to a GET with a promise; rejects with PeerUnreachable. */
export function answerTo(timeoutMs: number, ask: (waiter: GetWaiter) => void): Promise<Outcome> {
  return new Promise((resolve, unreachable) => {
    const settle = (outcome: Outcome) => resolve(ownedOutcome(outcome));
    ask({ timeoutMs, settle, unreachable });
  });
}

export function askPeer(peers: Peers, id: string, key: Uint8Array, timeoutMs: number): Promise<Outcome> {
  return answerTo(timeoutMs, (waiter) => peers.get(id, key, waiter));
}

export type PeersOptions = ConstructorParameters<typeof Peers>[0];

export interface TestMember {
  readonly peers: Peers;
  readonly store: PlainStore;
  /** What the member logged. */
  readonly lines: string[];
  epoch: number;
}

/** The machine of a member. */
export const machineOf = (id: string) => id.split(":")[0]!;

export class Members {
  readonly time: VirtualTime;
  readonly network: MemoryNetwork;

  constructor(seed = 1) {
    this.time = new VirtualTime(seed);
    this.network = new MemoryNetwork(this.time);
  }

  /** A member that listens, but knows no others yet. */
  async start(
    id: string,
    options: Partial<PeersOptions> = {},
    store = new PlainStore(),
  ): Promise<TestMember> {
    const lines: string[] = [];
    const note = (text: string) => void lines.push(text);
    const peers = new Peers({
      id,
      secret: "s3cret",
      terms: [],
      groups: [],
      version: "1.2.3",
      handlers: store,
      maxValueBytes: 8 << 20,
      requestTimeoutMs: () => 5000,
      world: this.network.worldOf(machineOf(id)),
      log: { info: note, warn: note },
      epoch: () => member.epoch,
      linkChanged: () => {},
      invalidated: () => {},
      ...options,
    });
    const member: TestMember = { peers, store, lines, epoch: 0 };
    store.onRing = (epoch, members) => {
      member.epoch = epoch;
      peers.setMembers(members);
    };
    await peers.listen("0.0.0.0", Number(id.split(":")[1]));
    return member;
  }

  /** Two members that know each other and are linked, both ways. */
  async pair(options: Partial<PeersOptions> = {}): Promise<[TestMember, TestMember]> {
    const a = await this.start("a:1", options);
    const b = await this.start("b:1", options);
    for (const { peers } of [a, b]) peers.setMembers(["a:1", "b:1"]);
    await this.time.until("both links", () => a.peers.isUp("b:1") && b.peers.isUp("a:1"));
    // A dialer's link is up before its introduction has arrived.
    await this.time.advance(10);
    return [a, b];
  }

  /** Runs the time until a member has logged `count` matching lines. */
  logged({ lines }: TestMember, pattern: RegExp, count = 1): Promise<void> {
    const matching = () => lines.filter((line) => pattern.test(line)).length;
    return this.time.until(
      `${count} lines of ${pattern} in:\n${lines.join("\n")}`,
      () => matching() >= count,
    );
  }

  /** Runs the time until a promise has settled; returns its value or throws its error. */
  done<T>(promise: Promise<T>): Promise<T> {
    return this.time.outcome("the end of what was asked", promise);
  }

  /** A member's GET from another one. */
  get({ peers }: TestMember, id: string, key: Uint8Array, timeoutMs = 5000): Promise<Outcome> {
    return this.done(askPeer(peers, id, key, timeoutMs));
  }
}
