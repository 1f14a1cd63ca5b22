/**
 * Finds where the arguments of one command lie, and checks its framing before redis-parser sees it.
 *
 * Keeps two invariants: it checks every length and every line end before it believes a byte behind it, and it allocates
 * nothing for bytes that are announced, only for bytes that came. When the command is unfinished, the next scan goes on
 * where this one stopped. Does not know what chunks are.
 */

import { BULK_HEADER, COUNT_HEADER, type Header, parseDecimal, type ReaderLimits } from "./command-header.ts";
import type { CommandInput } from "./command-input.ts";
import { protocolErrors } from "./error-texts.ts";
import { isGet, NAME_AT } from "./get-fast-path.ts";
import type { GetRun } from "./get-run.ts";
import { splitInline } from "./inline.ts";

const CR = 0x0d;
const LF = 0x0a;
const STAR = 0x2a;
const EMPTY = Buffer.alloc(0);
/** Room for the arguments of most commands. */
const FEW_ARGS = 8;
/** When the next command begins, room for more arguments than this is given back. */
const MANY_ARGS = 1024;

export class CommandScanner {
  /** The bytes of the command last found; its argument i is `bytes[argStart[i], argEnd[i])`. */
  bytes: Buffer = EMPTY;
  argc = 0;
  argStart = new Int32Array(FEW_ARGS);
  argEnd = new Int32Array(FEW_ARGS);
  isGet = false;
  /** The command's position in its run of GETs; -1: it is in no run. */
  runAt = -1;
  isInline = false;
  /** Where the whole command lies in `bytes`, headers included; not for an inline command. */
  commandStart = 0;
  commandEnd = 0;
  /** What is wrong; empty: nothing. After an error the scan must not go on. */
  error = "";

  readonly #input: CommandInput;
  readonly #run: GetRun;
  #limits!: ReaderLimits;
  /** The input has been checked up to here. */
  #at = 0;
  /** There is no line end from `#at` to here, so a line that comes byte by byte is searched only once. */
  #searched = 0;
  /** Arguments that are still to come; 0 between commands. */
  #argsLeft = 0;
  /** Length of the argument whose payload begins at `#at`; -1: its header has not been read. */
  #bulkBytes = -1;
  /** The number in the last header. */
  #announced = 0;

  constructor(input: CommandInput, run: GetRun) {
    this.#input = input;
    this.#run = run;
  }

  /** Where the payload that is being read will end, its line end included; -1: within a line, or between commands. */
  get payloadEnd(): number {
    return this.#bulkBytes < 0 ? -1 : this.#at + this.#bulkBytes + 2;
  }

  /** True: it has found a command. False: the input ends before the command does, or `error` says what is wrong. */
  scan(limits: ReaderLimits): boolean {
    this.#limits = limits;
    while (this.#argsLeft === 0) {
      const { bytes, start, end } = this.#input;
      if (start === end) return false;
      if (bytes[start] !== STAR) {
        if (!this.#readInline()) return false;
        if (this.argc > 0) return true;
      } else {
        if (this.#readGet(bytes, start, end)) return true;
        if (!this.#readCount()) return false;
      }
    }
    return this.#readArgs();
  }

  /** Moves all offsets, when the input's bytes have moved. */
  follow(moved: number): void {
    this.#at += moved;
    this.#searched += moved;
    if (moved === 0 || this.#argsLeft === 0) return;
    for (let i = 0; i < this.argc; i++) {
      this.argStart[i]! += moved;
      this.argEnd[i]! += moved;
    }
  }

  /** Gives up the bytes of the last command. */
  release(): void {
    this.bytes = EMPTY;
  }

  #readGet(bytes: Buffer, start: number, end: number): boolean {
    const runAt = this.#run.take(bytes, start, end, this.#limits);
    if (runAt < 0) return false;
    const keyEnd = this.#run.keyEnd[runAt]!;
    this.argStart[0] = start + NAME_AT;
    this.argEnd[0] = start + NAME_AT + 3;
    this.argStart[1] = this.#run.keyStart[runAt]!;
    this.argEnd[1] = keyEnd;
    this.argc = 2;
    this.isInline = false;
    this.#finish(bytes, keyEnd + 2, true);
    this.runAt = runAt;
    return true;
  }

  #readCount(): boolean {
    if (!this.#readHeader(COUNT_HEADER, this.#limits.maxArgs)) return false;
    if (this.#announced > 0) this.#begin(this.#announced);
    else this.#input.start = this.#at;
    return true;
  }

  #readArgs(): boolean {
    const { bytes, end } = this.#input;
    while (this.#argsLeft > 0) {
      if (this.#bulkBytes < 0 && !this.#readBulkHeader()) return false;
      const argEnd = this.#at + this.#bulkBytes;
      if (argEnd + 2 > end) return false;
      if (bytes[argEnd] !== CR || bytes[argEnd + 1] !== LF) return this.#fail(protocolErrors.invalidCrlf);
      this.#addArg(this.#at, argEnd);
      this.#moveTo(argEnd + 2);
      this.#bulkBytes = -1;
      this.#argsLeft--;
    }
    this.#finish(bytes, this.#at, this.#isGetOfOneKey(bytes));
    return true;
  }

  #readBulkHeader(): boolean {
    const { maxBulkBytes, maxCommandBytes } = this.#limits;
    if (!this.#readHeader(BULK_HEADER, maxBulkBytes)) return false;
    if (this.#at + this.#announced + 2 - this.#input.start > maxCommandBytes) {
      return this.#fail(protocolErrors.commandTooLong(maxCommandBytes));
    }
    this.#bulkBytes = this.#announced;
    return true;
  }

  /** Reads the header line at `#at` into `#announced` and goes on behind it. False: it is unfinished, or wrong. */
  #readHeader(header: Header, max: number): boolean {
    const { bytes, end } = this.#input;
    const lineEnd = this.#findHeaderEnd(bytes);
    if (lineEnd < 0) return this.#lineIsTooLong() && this.#fail(header.tooBig);
    if (bytes[lineEnd] === CR && lineEnd + 1 === end) return false;
    const type = bytes[this.#at]!;
    if (type !== header.type) return this.#fail(protocolErrors.unexpectedType(type));
    // Redis would wait for a CR here for ever.
    if (bytes[lineEnd] === LF) return this.#fail(header.invalid);
    const length = parseDecimal(bytes, this.#at + 1, lineEnd);
    if (!(length >= header.min && length <= max)) return this.#fail(header.invalid);
    if (this.#limits.unauthenticated && length > header.unauthenticatedMax) {
      return this.#fail(header.unauthenticated);
    }
    if (bytes[lineEnd + 1] !== LF) return this.#fail(protocolErrors.invalidCrlf);
    this.#announced = length;
    this.#moveTo(lineEnd + 2);
    return true;
  }

  /** The first CR or LF from `#at` on; -1: there is none yet, or none within the limit of a line. */
  #findHeaderEnd(bytes: Buffer): number {
    const stop = this.#lineStop();
    let i = this.#searched;
    while (i < stop && bytes[i] !== CR && bytes[i] !== LF) i++;
    this.#searched = i;
    return i < stop ? i : -1;
  }

  /** Reads an inline command; an empty line has an `argc` of 0. False: it is unfinished, or wrong. */
  #readInline(): boolean {
    const { bytes, start } = this.#input;
    const lineFeed = this.#findInlineEnd(bytes);
    if (lineFeed < 0) return this.#lineIsTooLong() && this.#fail(protocolErrors.tooBigInline);
    const hasCr = lineFeed > start && bytes[lineFeed - 1] === CR;
    const split = splitInline(bytes.subarray(start, hasCr ? lineFeed - 1 : lineFeed));
    if (split === undefined) return this.#fail(protocolErrors.unbalancedQuotes);
    this.#begin(0);
    let argStart = 0;
    for (const argEnd of split.ends) {
      this.#addArg(argStart, argEnd);
      argStart = argEnd;
    }
    this.isInline = true;
    this.#finish(split.bytes, lineFeed + 1, this.#isGetOfOneKey(split.bytes));
    return true;
  }

  /** The LF of an inline command, or -1. A NUL before it ends the search for good, as in Redis: TLS gets no answer. */
  #findInlineEnd(bytes: Buffer): number {
    const stop = this.#lineStop();
    let i = this.#searched;
    while (i < stop && bytes[i] !== LF && bytes[i] !== 0) i++;
    this.#searched = i;
    return i < stop && bytes[i] === LF ? i : -1;
  }

  /** Where a search for the end of a line stops: at the end of the input, or at the limit of a line. */
  #lineStop(): number {
    return Math.min(this.#input.end, this.#at + this.#limits.maxInlineBytes + 1);
  }

  #lineIsTooLong(): boolean {
    return this.#input.end - this.#at > this.#limits.maxInlineBytes;
  }

  #moveTo(at: number): void {
    this.#at = this.#searched = at;
  }

  #begin(count: number): void {
    this.#argsLeft = count;
    this.argc = 0;
    this.isInline = false;
    if (this.argStart.length <= MANY_ARGS) return;
    this.argStart = new Int32Array(FEW_ARGS);
    this.argEnd = new Int32Array(FEW_ARGS);
  }

  #addArg(start: number, end: number): void {
    if (this.argc === this.argStart.length) {
      this.argStart = doubled(this.argStart);
      this.argEnd = doubled(this.argEnd);
    }
    this.argStart[this.argc] = start;
    this.argEnd[this.argc++] = end;
  }

  #isGetOfOneKey(bytes: Buffer): boolean {
    return this.argc === 2 && this.argEnd[0]! - this.argStart[0]! === 3 && isGet(bytes, this.argStart[0]!);
  }

  /** Ends a command: its arguments lie in `bytes`, and the input has been read up to `end`. */
  #finish(bytes: Buffer, end: number, isGetOfOneKey: boolean): void {
    this.bytes = bytes;
    this.isGet = isGetOfOneKey;
    this.runAt = -1;
    this.commandStart = this.#input.start;
    this.commandEnd = end;
    this.#input.start = end;
    this.#moveTo(end);
  }

  #fail(error: string): false {
    this.error = error;
    return false;
  }
}

function doubled(offsets: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(2 * offsets.length);
  grown.set(offsets);
  return grown;
}
