/**
 * A log file: lines are appended, and the file may be moved away, deleted, or be on a disk that is full.
 *
 * Invariants: no failure stops the node or fills its memory: lines that are not written are dropped and counted, and the
 * next line is tried again. A line is whole, or torn off at its end, and the next one is on a line of its own. A file that
 * has taken another one's place at the path gets the lines within a second, and at once after `reopen`. Knows no format.
 */
import { close, constants, fstatSync, openSync, type Stats, statSync, write } from "node:fs";
import { dropped, type LogTarget } from "./guarded-target.ts";

/** Some thousand lines, so that none is lost when a disk pauses for a moment. */
const MAX_UNWRITTEN_BYTES = 1 << 20;
/** Time between two looks at the path. */
const LOOK_MS = 1000;
const MODE = 0o640;
/** A pipe without a reader is an error then; without O_NONBLOCK, opening it would stop the node. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
const LINE_END = 10;

export class LogFile implements LogTarget {
  readonly #path: string;
  #fd: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  /** The last line that was written has no end. */
  #isTorn = false;
  /** The open file has been deleted, and no other can be opened. */
  #isGone = false;
  #lookedMs = Date.now();
  /** To be called when nothing is being written. */
  #afterWrite: (() => void)[] = [];

  /** Throws the system's error when the file cannot be opened for writing. */
  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, FLAGS, MODE);
  }

  write(line: string): void {
    this.#look();
    if (this.#isGone || this.#waitingBytes + line.length > MAX_UNWRITTEN_BYTES) return void dropped.lines++;
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.#writeWaiting();
  }

  /** Later lines go to the file that is at the path now. Where there is none, one is made. False: that has failed. */
  reopen(): boolean {
    const old = this.#fd;
    try {
      this.#fd = openSync(this.#path, FLAGS, MODE);
    } catch {
      this.#isGone = statsOf(old)?.nlink === 0;
      return false;
    }
    this.#isTorn = this.#isGone = false;
    this.#whenIdle(() => close(old));
    return true;
  }

  /** Resolves when no line waits. */
  written(): Promise<void> {
    return new Promise((resolve) => this.#whenIdle(resolve));
  }

  #whenIdle(run: () => void): void {
    if (this.#isWriting) this.#afterWrite.push(run);
    else run();
  }

  /** Sees whether the path leads to another file than the one that is open, or to none. */
  #look(): void {
    const now = Date.now();
    if (Math.abs(now - this.#lookedMs) < LOOK_MS) return;
    this.#lookedMs = now;
    const there = statsOf(this.#path);
    const open = statsOf(this.#fd);
    if (there?.ino !== open?.ino || there?.dev !== open?.dev) this.reopen();
  }

  #writeWaiting(): void {
    if (this.#isWriting) return;
    const lines = this.#waiting.length;
    if (lines === 0) {
      for (const run of this.#afterWrite.splice(0)) run();
      return;
    }
    const bytes = Buffer.from((this.#isTorn ? "\n" : "") + this.#waiting.join(""));
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#isWriting = true;
    this.#write(bytes, 0, lines);
  }

  #write(bytes: Buffer, from: number, lines: number): void {
    write(this.#fd, bytes, from, bytes.length - from, null, (error, count) => {
      const end = error === null ? from + count : from;
      if (end > 0) this.#isTorn = bytes[end - 1] !== LINE_END;
      // A disk that is nearly full takes a part without an error.
      if (error === null && end < bytes.length) return this.#write(bytes, end, lines);
      if (error !== null) dropped.lines += from === 0 ? lines : linesFrom(bytes, from);
      this.#isWriting = false;
      this.#writeWaiting();
    });
  }
}

function linesFrom(bytes: Buffer, from: number): number {
  let lines = 0;
  for (let at = from; at < bytes.length; at++) if (bytes[at] === LINE_END) lines++;
  return lines;
}

function statsOf(file: string | number): Stats | undefined {
  try {
    return typeof file === "number" ? fstatSync(file) : statSync(file);
  } catch {
    return undefined;
  }
}
