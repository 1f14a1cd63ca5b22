/**
 * SLOWLOG of one thread: its last commands that took `slowlog-log-slower-than` or longer.
 *
 * Invariant: there are no more than `slowlog-max-len` entries, each of a bounded size, and no password is in one. A
 * command's time runs from its taking to its reply, because a slow command is mostly one that waits for a load. Knows no
 * connection.
 */
import type { NodeConf } from "../conf/conf.ts";
import { shownWords } from "./monitor-line.ts";

export interface SlowEntry {
  /** Unique among the threads, and larger than the ids before it. */
  readonly id: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly micros: number;
  readonly words: readonly Uint8Array[];
  readonly addr: string;
  readonly name: string;
}

/** As Redis cuts them. */
const MAX_WORDS = 32;
const MAX_WORD_BYTES = 128;

export interface SlowLogOptions {
  /** Read at each use, because CONFIG SET changes it in place. */
  readonly conf: Pick<NodeConf, "slowlogMicros" | "slowlogEntries">;
  /** The time of day in milliseconds since 1970. */
  readonly wallMs: () => number;
  nextSlowId(): number;
}

export class SlowLog {
  readonly #options: SlowLogOptions;
  #entries: SlowEntry[] = [];

  constructor(options: SlowLogOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#options.conf.slowlogMicros >= 0;
  }

  isSlow(micros: number): boolean {
    return this.isOn && micros >= this.#options.conf.slowlogMicros;
  }

  /** `words` as `cutWords` returns them. */
  add(
    micros: number,
    words: readonly Buffer[],
    client: { readonly addr: string; readonly name: string },
  ): void {
    const { conf, wallMs } = this.#options;
    const time = Math.floor(wallMs() / 1000);
    this.#entries.push({ id: this.#options.nextSlowId(), time, micros, words, ...client });
    while (this.#entries.length > conf.slowlogEntries) this.#entries.shift();
  }

  /** The oldest first. */
  get entries(): readonly SlowEntry[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries = [];
  }
}

/** Copies of the words as an entry keeps them: cut, and without passwords. */
export function cutWords(args: readonly Buffer[]): Buffer[] {
  const kept = args.length > MAX_WORDS ? args.slice(0, MAX_WORDS - 1) : args;
  const words = shownWords(kept).map(cutWord);
  if (kept !== args) words.push(Buffer.from(`... (${args.length - MAX_WORDS + 1} more arguments)`));
  return words;
}

function cutWord(word: Buffer): Buffer {
  if (word.length <= MAX_WORD_BYTES) return Buffer.from(word);
  const rest = Buffer.from(`... (${word.length - MAX_WORD_BYTES} more bytes)`);
  return Buffer.concat([word.subarray(0, MAX_WORD_BYTES), rest]);
}
