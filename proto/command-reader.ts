/**
 * Finds the commands in a client's bytes. Connections read commands through this file only.
 *
 * Keeps two invariants: the same bytes give the same commands and the same error, however they are cut into chunks; and
 * after an error nothing more is read.
 *
 *     push(chunk) -> next() -> COMMAND: bytes, argc, argStart, argEnd; args() for a caller that wants Buffers
 *                           -> NEED_MORE: the chunk is used up; its part of an unfinished command has been copied
 *                           -> PROTOCOL_ERROR, DROP: the end; every later call returns the same
 *
 * Reads no further than the command it returns, so a command such as AUTH can change the limits of the next one. Knows no
 * command but GET, for which its callers have a short way to the store.
 */

import type { ReaderLimits } from "./command-header.ts";
import { CommandInput } from "./command-input.ts";
import { CommandScanner } from "./command-scanner.ts";
import { GetRun } from "./get-run.ts";
import { parseArgs } from "./parse-args.ts";

export const NEED_MORE = 0;
export const COMMAND = 1;
/** `error` says what is wrong. */
const PROTOCOL_ERROR = 2;
/** Close without an error, and throw away the replies that wait: a web page has made a browser speak to this port. */
export const DROP = 3;
type ReadResult = typeof NEED_MORE | typeof COMMAND | typeof PROTOCOL_ERROR | typeof DROP;

/** What the input of a client takes, in bytes. */
export interface HeldInput {
  /** The current chunk, the commands in it that have been read included, and what is kept of a cut command. */
  readonly bytes: number;
  /** Room for more of a cut command. */
  readonly freeBytes: number;
  /** The arguments of the command that runs. */
  readonly argBytes: number;
}

/** The default for readers without read-ahead. */
const NO_READ_AHEAD = new GetRun();

export class CommandReader {
  /** May be replaced at any time; new limits hold from the next header on. */
  limits: ReaderLimits;

  readonly #input = new CommandInput();
  readonly #scanner: CommandScanner;
  #verdict: ReadResult = NEED_MORE;

  /** Readers may share a run, if each reader uses its prepared keys before another one calls `next`. */
  constructor(limits: ReaderLimits, run: GetRun = NO_READ_AHEAD) {
    this.limits = limits;
    this.#scanner = new CommandScanner(this.#input, run);
  }

  /** As CommandInput.rest. */
  static rest(): void {
    CommandInput.rest();
  }

  /** The bytes that the offsets refer to. They, the offsets and a call of `args()` are valid until next() or push(). */
  get bytes(): Buffer {
    return this.#scanner.bytes;
  }

  get argc(): number {
    return this.#scanner.argc;
  }

  /** Where each argument begins in `bytes`; only the first `argc` elements are valid. */
  get argStart(): Int32Array {
    return this.#scanner.argStart;
  }

  get argEnd(): Int32Array {
    return this.#scanner.argEnd;
  }

  /** Whether the command is GET, in upper or lower case, with exactly one key. */
  get isGet(): boolean {
    return this.#scanner.isGet;
  }

  /** The position of the GET in its run; -1: the command is in no run. Valid until next() or push(). */
  get runAt(): number {
    return this.#scanner.runAt;
  }

  /** After PROTOCOL_ERROR, its text without the leading `ERR `; else empty. */
  get error(): string {
    return this.#scanner.error;
  }

  /** Bytes kept of a command that is not whole. */
  get pendingBytes(): number {
    return this.#input.pendingBytes;
  }

  /**
   * Where the next bytes of a long payload belong, for a caller that can read its next chunk to the beginning of it: then
   * nothing is copied. Undefined: the next chunk may be anywhere. Holds until `push`.
   */
  get room(): Buffer | undefined {
    return this.#input.roomFor(this.#scanner.payloadEnd);
  }

  /** The length of the command last found; 0 for a client that has not authenticated, which is to have no large reads. */
  get commandBytes(): number {
    if (this.limits.unauthenticated) return 0;
    return this.#scanner.commandEnd - this.#scanner.commandStart;
  }

  /** What the input takes now. `isRunning`: the command last found is being executed. */
  heldInput(isRunning: boolean): HeldInput {
    const { heldBytes, pendingBytes, pendingCapacity } = this.#input;
    const { argc, argStart, argEnd } = this.#scanner;
    let argBytes = 0;
    for (let i = 0; isRunning && i < argc; i++) argBytes += argEnd[i]! - argStart[i]!;
    return { bytes: heldBytes, freeBytes: pendingCapacity - pendingBytes, argBytes };
  }

  /**
   * The capacity of the kept buffer: at most twice `pendingBytes`. From 16 KiB on it may be 20 times as much, or what a spare buffer
   * has, but what has not been written is mostly not in memory.
   */
  get pendingCapacity(): number {
    return this.#input.pendingCapacity;
  }

  /** Takes the next chunk; call it only after NEED_MORE. Holds the chunk until the next NEED_MORE, or `own`. */
  push(chunk: Buffer): void {
    if (this.#verdict === NEED_MORE) this.#input.push(chunk);
  }

  /** Copies the rest of the chunk, so that its owner may write to it. A `bytes` read before is no longer valid. */
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

  /** The arguments of the command last found: views on bytes that nobody writes to. */
  args(): Buffer[] {
    const { bytes, argc, argStart, argEnd, isInline, commandStart, commandEnd } = this.#scanner;
    const command = isInline ? bytes : bytes.subarray(commandStart, commandEnd);
    const own = this.#input.owned(command);
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

/** Redis' list of first words that give an HTTP request away. Its body could carry commands. */
const CROSS_PROTOCOL_WORDS = ["post", "host:"];

/** Compares the command's name as Redis does: up to a NUL, in upper or lower case. */
function isCrossProtocol({ bytes, argStart, argEnd }: CommandScanner): boolean {
  const start = argStart[0]!;
  const end = argEnd[0]!;
  const initial = bytes[start]! | 0x20;
  if (end - start < 4 || (initial !== 0x70 && initial !== 0x68)) return false;
  const word = bytes.toString("latin1", start, Math.min(end, start + 6)).toLowerCase();
  return CROSS_PROTOCOL_WORDS.includes(word.split("\0", 1)[0]!);
}
