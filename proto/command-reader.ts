/**
 * Finds the commands in a client's bytes.
 *
 * Owns what a connection sees of the request side of RESP, and keeps two invariants: what the chunks are cut into
 * never shows (the same bytes give the same commands and the same error), and after an error nothing more is read.
 *
 *     push(chunk) -> next() -> COMMAND: bytes, argc, argStart, argEnd; args() when Buffers are wanted
 *                           -> NEED_MORE: the chunk is used up; what it had of an unfinished command has been copied
 *                           -> PROTOCOL_ERROR, DROP: the end; every later call says the same
 *
 * Reads no further than the command it returns, so that a command (AUTH) can change the limits of the next one. Knows
 * no command but GET, whose callers have a short way to the store.
 */
import { CommandInput } from "./command-input.ts";
import { CommandScanner } from "./command-scanner.ts";
import { GetRun } from "./get-run.ts";
import { parseArgs } from "./parse-args.ts";
import type { ReaderLimits } from "./request-header.ts";

export type { ReaderLimits } from "./request-header.ts";

export const NEED_MORE = 0;
export const COMMAND = 1;
export const PROTOCOL_ERROR = 2;
/** Close without a word, and without the replies not yet written: a web page has made a browser talk to us. */
export const DROP = 3;
type ReadResult = typeof NEED_MORE | typeof COMMAND | typeof PROTOCOL_ERROR | typeof DROP;

/** For readers of whose GETs nobody wants to know in advance. */
const NOBODY_ASKS = new GetRun();

export class CommandReader {
  /** May be exchanged at any time; holds from the next header on. */
  limits: ReaderLimits;

  readonly #input = new CommandInput();
  readonly #scanner: CommandScanner;
  #verdict: ReadResult = NEED_MORE;

  /** One run may serve any number of readers, as long as what it has prepared is used before another one reads on. */
  constructor(limits: ReaderLimits, run: GetRun = NOBODY_ASKS) {
    this.limits = limits;
    this.#scanner = new CommandScanner(this.#input, run);
  }

  /** What the offsets refer to. This, all offsets and `args()` hold until the next call of next() or push(). */
  get bytes(): Buffer {
    return this.#scanner.bytes;
  }

  get argc(): number {
    return this.#scanner.argc;
  }

  /** Where each argument begins in `bytes`; only the first `argc` elements mean anything. */
  get argStart(): Int32Array {
    return this.#scanner.argStart;
  }

  get argEnd(): Int32Array {
    return this.#scanner.argEnd;
  }

  /** The command is GET, in any case, of exactly one key. */
  get isGet(): boolean {
    return this.#scanner.isGet;
  }

  /** After a GET that was found in a run: its number there, until the next call of next() or push(); else -1. */
  get runAt(): number {
    return this.#scanner.runAt;
  }

  /** After PROTOCOL_ERROR: the text, without the leading `ERR `. */
  get error(): string {
    return this.#scanner.error;
  }

  /** Bytes held of a command that is not whole. */
  get pendingBytes(): number {
    return this.#input.pendingBytes;
  }

  /** The room for them: at most twice as much, and from 4 MiB on four times, of which only what has come takes memory. */
  get pendingCapacity(): number {
    return this.#input.pendingCapacity;
  }

  /** Takes the next chunk and refers to it until next() says NEED_MORE, or `own`. Only to be called after NEED_MORE. */
  push(chunk: Buffer): void {
    if (this.#verdict === NEED_MORE) this.#input.push(chunk);
  }

  /** Copies what is left of the chunk: whoever has lent it may write to it now. Ends what `bytes` holds. */
  own(): void {
    this.#input.own();
  }

  next(): ReadResult {
    if (this.#verdict !== NEED_MORE) return this.#verdict;
    const scanner = this.#scanner;
    for (;;) {
      if (scanner.scan(this.limits)) {
        return !scanner.isGet && isCrossProtocol(scanner) ? this.#end(DROP) : COMMAND;
      }
      if (scanner.error !== "") return this.#end(PROTOCOL_ERROR);
      const start = this.#input.start;
      const hasMore = this.#input.gather(scanner.payloadEnd);
      scanner.follow(this.#input.start - start);
      if (!hasMore) {
        scanner.release();
        return NEED_MORE;
      }
    }
  }

  /** The arguments of the command last found, as views on bytes that nobody writes to. */
  args(): Buffer[] {
    const { bytes, argc, argStart, argEnd, isInline, commandStart, commandEnd } = this.#scanner;
    const command = isInline ? bytes : bytes.subarray(commandStart, commandEnd);
    const own = this.#input.isLent ? Buffer.from(command) : command;
    if (!isInline) return parseArgs(own, argc);
    const args: Buffer[] = [];
    for (let i = 0; i < argc; i++) args.push(own.subarray(argStart[i], argEnd[i]));
    return args;
  }

  #end(verdict: ReadResult): ReadResult {
    this.#input.clear();
    this.#scanner.release();
    this.#verdict = verdict;
    return verdict;
  }
}

/** First words of an HTTP request, which could carry commands in its body: Redis' list. */
const CROSS_PROTOCOL_WORDS = ["post", "host:"];

/** Compares the command's name as Redis does: as a C string, in any case. */
function isCrossProtocol({ bytes, argStart, argEnd }: CommandScanner): boolean {
  const start = argStart[0]!;
  const end = argEnd[0]!;
  const initial = bytes[start]! | 0x20;
  if (end - start < 4 || (initial !== 0x70 && initial !== 0x68)) return false;
  const word = bytes.toString("latin1", start, Math.min(end, start + 6)).toLowerCase();
  return CROSS_PROTOCOL_WORDS.includes(word.split("\0", 1)[0]!);
}
