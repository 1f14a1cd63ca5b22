/**
 * A cluster under load for as long as one likes, in which something goes wrong again and again.
 *
 * Three real nodes; a client of each that reads, deletes and sets, and knows every value; an origin that takes its time.
 * Faults are a kill, an orderly end, and a stop of some seconds. The seed decides about keys, commands and faults; the
 * times are the machine's own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { originValue, startOrigin } from "../e2e/origin.ts";
import { allLinked, type Cluster, type NodeProcess, startCluster } from "../e2e/processes.ts";
import { Dice } from "../fuzz/dice.ts";
import type { Owner } from "../started-once.ts";

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  /** From the end of a fault to the next one. */
  readonly calmMs: number;
}

export interface SoakReport {
  readonly answers: number;
  readonly faults: readonly string[];
  /** What must never be: a wrong value, an error while nothing was wrong, a node that does not end as it should. */
  readonly problems: readonly string[];
  /** Errors while something was wrong. */
  readonly errors: number;
  readonly mostResidentBytes: number;
  /** Open descriptors of each node before the first fault, and behind the last. */
  readonly descriptors: readonly (readonly [before: number, after: number])[];
}

/** A node may have so many more open descriptors than before: connections to the origin come and go with the loads. */
export const MORE_DESCRIPTORS = 3;
/** An idle connection to the origin closes after 4 s. */
const SETTLE_MS = 12_000;

const KEYS = 5000;
const AT_ONCE = 16;
const PAUSE_MS = 5;
const ORIGIN_DELAY_MS = 5;

/** One client of one node. */
class Caller {
  answers = 0;
  readonly #client: Redis;
  readonly #dice: Dice;
  readonly #onError: (what: string) => void;
  readonly #onWrong: (what: string) => void;
  #isStopped = false;

  constructor(client: Redis, dice: Dice, onError: (what: string) => void, onWrong: (what: string) => void) {
    this.#client = client;
    this.#dice = dice;
    this.#onError = onError;
    this.#onWrong = onWrong;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#one()));
      await sleep(PAUSE_MS);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #one(): Promise<void> {
    const name = String(this.#dice.below(KEYS));
    const key = `item:${name}`;
    const choice = this.#dice.below(20);
    try {
      if (choice === 0) await this.#client.del(key);
      else if (choice === 1) await this.#client.set(key, originValue(name), "PX", 1 + this.#dice.below(500));
      else {
        const value = await this.#client.get(key);
        if (value !== originValue(name)) this.#onWrong(`${key} is ${value}`);
      }
      this.answers++;
    } catch (error) {
      this.#onError(`${key}: ${(error as Error).message}`);
    }
  }
}

/** Does something to a node and takes it back; resolves when all members are linked again. */
const FAULTS: Readonly<Record<string, (cluster: Cluster, at: number, dice: Dice) => Promise<void>>> = {
  kill: async ({ nodes, restart }, at) => {
    nodes[at]!.kill("SIGKILL");
    await nodes[at]!.ended;
    await restart(at);
  },
  end: async ({ nodes, restart }, at) => {
    nodes[at]!.kill("SIGTERM");
    const code = await nodes[at]!.ended;
    if (code !== 0) throw new Error(`node ${at} ended with ${code}: ${nodes[at]!.output().slice(-2000)}`);
    await restart(at);
  },
  stop: async ({ nodes }, at, dice) => {
    nodes[at]!.kill("SIGSTOP");
    await sleep(500 + dice.below(3000));
    nodes[at]!.kill("SIGCONT");
    await Promise.all(nodes.map(allLinked));
  },
};

export async function soak(owner: Owner, { seconds, seed, calmMs }: SoakOptions): Promise<SoakReport> {
  const origin = await startOrigin(owner, ORIGIN_DELAY_MS);
  const cluster = await startCluster(owner, 3, [
    `group item loader http http://127.0.0.1:${origin.port}/items/{key}`,
    ...["group item loader-timeout 30s", "group item ttl 10s", "maxmemory 64mb", "shutdown-timeout 30s"],
  ]);
  const dice = new Dice(seed);
  const faults: string[] = [];
  const problems: string[] = [];
  let [isCalm, errors, mostResidentBytes] = [true, 0, 0];
  const onError = (what: string) => {
    errors++;
    if (isCalm) problems.push(`while nothing was wrong: ${what}`);
  };
  const callers = cluster.nodes.map(({ port }, i) => {
    const client = patientClient(owner, port);
    return new Caller(client, new Dice(seed + 1 + i), onError, (what) => void problems.push(what));
  });
  const running = callers.map((caller) => caller.run());
  const endMs = performance.now() + seconds * 1000;
  await sleep(calmMs);
  const before = cluster.nodes.map(openDescriptors);
  while (performance.now() < endMs && problems.length === 0) {
    const [name, fault] = dice.one(Object.entries(FAULTS));
    const at = dice.below(cluster.nodes.length);
    faults.push(`${name} ${at}`);
    isCalm = false;
    await fault(cluster, at, dice).catch((error) => void problems.push(`${name} ${at}: ${error.message}`));
    await sleep(calmMs);
    isCalm = true;
    await sleep(calmMs);
    mostResidentBytes = Math.max(mostResidentBytes, ...cluster.nodes.map(residentBytes));
  }
  const after = await settledDescriptors(cluster.nodes, before);
  for (const caller of callers) caller.stop();
  await Promise.all(running);
  return {
    answers: callers.reduce((sum, caller) => sum + caller.answers, 0),
    ...{ faults, problems, errors, mostResidentBytes },
    descriptors: before.map((count, i) => [count, after[i]!] as const),
  };
}

/** Asks again until it is answered, however long its node is away. */
function patientClient(owner: Owner, port: number): Redis {
  const client = new Redis(port, "127.0.0.1", { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on("error", () => {});
  owner.teardown(() => client.disconnect());
  return client;
}

function residentBytes({ child }: NodeProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** The open descriptors of each node as soon as none has many more than before, or when the time is over. */
async function settledDescriptors(
  nodes: readonly NodeProcess[],
  before: readonly number[],
): Promise<number[]> {
  const endMs = performance.now() + SETTLE_MS;
  for (;;) {
    const now = nodes.map(openDescriptors);
    const isSettled = now.every((count, i) => count <= before[i]! + MORE_DESCRIPTORS);
    if (isSettled || performance.now() > endMs) return now;
    await sleep(100);
  }
}

function openDescriptors({ child }: NodeProcess): number {
  return readdirSync(`/proc/${child.pid}/fd`).length;
}
