/**
 * Looks for bytes that hurt. It changes inputs that have reached new code, and runs each new input whole and in pieces.
 *
 * An input hurts when something is thrown, when it takes more than 50 ms of CPU, or when the pieces make a difference.
 * To find new code it looks at the coverage of a whole batch. Only when that has news, and now and then without, it looks
 * at each input of the batch.
 */
import { cutAt, pieces } from "../proto/read-commands.ts";
import { Coverage } from "./coverage.ts";
import { Dice } from "./dice.ts";
import { mutate } from "./mutate.ts";

/** Code that is fed with bytes. */
export interface Target {
  readonly name: string;
  readonly seeds: readonly Buffer[];
  /** Pieces of which inputs are likely to be made. */
  readonly tokens: readonly Buffer[];
  /** Feeds a fresh instance with these pieces; returns everything that can be seen of it, as text. */
  run(chunks: readonly Buffer[]): string | Promise<string>;
}

export interface Hurt {
  readonly why: string;
  readonly input: Buffer;
}

export interface Campaign {
  readonly inputs: number;
  /** Inputs that reached new code. */
  readonly corpus: number;
  readonly blocks: number;
  readonly hurt: Hurt | undefined;
}

const MAX_CPU_MS = 50;
const BATCH = 64;
/** Only a look at each input sees how often blocks run, and it takes long. A batch without news gets it this rarely. */
const LOOK_CLOSER_EVERY = 100;
/** An input up to this long is also fed byte by byte. */
const MAX_DRIP_BYTES = 200;

/** Feeds a target for `seconds`; stops at the first input that hurts. */
export async function fuzz(target: Target, seed: number, seconds: number): Promise<Campaign> {
  const dice = new Dice(seed);
  const explorer = new Explorer(target);
  const endMs = performance.now() + seconds * 1000;
  let inputs = 0;
  let hurt: Hurt | undefined;
  let batch: readonly Buffer[] = target.seeds;
  try {
    while (hurt === undefined && performance.now() < endMs) {
      for (const input of batch) {
        inputs++;
        hurt ??= await check(target, input, dice);
      }
      await explorer.learn(batch);
      batch = Array.from({ length: BATCH }, () => mutate(explorer.corpus, dice, target.tokens));
    }
  } finally {
    explorer.close();
  }
  return { inputs, corpus: explorer.corpus.length, blocks: explorer.blocks, hurt };
}

/** Keeps the inputs that reached new code, or ran known code a new number of times. */
class Explorer {
  readonly corpus: Buffer[];
  readonly #target: Target;
  readonly #coverage = new Coverage();
  readonly #places = new Set<string>();
  readonly #counted = new Set<string>();
  #batches = 0;

  constructor(target: Target) {
    this.#target = target;
    this.corpus = [...target.seeds];
  }

  get blocks(): number {
    return this.#places.size;
  }

  /** Looks closer at a batch that has reached a new place, and now and then at one that has not. */
  async learn(batch: readonly Buffer[]): Promise<void> {
    const before = this.#places.size;
    // V8 joins neighbouring blocks that ran equally often, so a batch has other places than its inputs one by one.
    for (const { place } of this.#coverage.take()) this.#places.add(place);
    if (this.#places.size === before && ++this.#batches % LOOK_CLOSER_EVERY !== 0) return;
    for (const input of batch) {
      this.#coverage.take();
      await this.#target.run([input]);
      if (this.#isNew()) this.corpus.push(input);
    }
  }

  close(): void {
    this.#coverage.close();
  }

  #isNew(): boolean {
    const before = this.#counted.size;
    for (const { counted } of this.#coverage.take()) this.#counted.add(counted);
    return this.#counted.size > before;
  }
}

/** Runs one input whole and in pieces. */
export async function check(target: Target, input: Buffer, dice: Dice): Promise<Hurt | undefined> {
  const cuts = Array.from({ length: 1 + dice.below(4) }, () => dice.below(input.length + 1));
  const ways = [[input], cutAt(input, cuts)];
  if (input.length <= MAX_DRIP_BYTES) ways.push([...pieces(input, 1)]);
  let first: string | undefined;
  for (const chunks of ways) {
    const startedMs = performance.now();
    const seen = await feed(target, chunks);
    if (seen instanceof Error) return { why: `threw ${seen.stack}`, input };
    // Time on the clock is no more than a hint: the machine may be busy.
    if (performance.now() - startedMs > MAX_CPU_MS) {
      const cpuMs = await leastCpuMs(target, chunks);
      if (cpuMs > MAX_CPU_MS) return { why: `takes ${cpuMs} ms of CPU`, input };
    }
    first ??= seen;
    if (seen === first) continue;
    return { why: `whole: ${first}\nin pieces of ${chunks.map(({ length }) => length)}: ${seen}`, input };
  }
  return undefined;
}

async function feed(target: Target, chunks: readonly Buffer[]): Promise<string | Error> {
  try {
    return await target.run(chunks);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The least of three runs, because a garbage collection may fall into one of them. */
async function leastCpuMs(target: Target, chunks: readonly Buffer[]): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    await feed(target, chunks);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
