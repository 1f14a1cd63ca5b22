/**
 * Where log lines go when their stream may fail: a full disk, a reader that has gone, a stream that does not keep up.
 *
 * Invariant: such a stream never stops the node and never fills its memory; the line is dropped and counted. One case is
 * left: Node.js writes synchronously to a standard output that is a pipe, so a reader that stops reading the pipe, and
 * does not close it, does stop the node.
 */
import type { Writable } from "node:stream";

/** Some thousand lines, so that none is lost when a disk pauses for a moment. */
const MAX_UNWRITTEN_BYTES = 1 << 20;
/** Time before a stream that has failed is opened again: a disk is not full for ever. */
const REOPEN_MS = 1000;

export interface LogTarget {
  write(line: string): unknown;
}

/** Lines that could not be written, of all logs of the process. */
export const dropped = { lines: 0 };

/** Writes lines to a stream while it works and keeps up. `reopen` makes a new stream in place of one that has failed. */
export function guarded(first: Writable, reopen?: () => Writable): LogTarget {
  let stream: Writable | undefined;
  const use = (opened: Writable) => {
    stream = opened;
    opened.on("error", () => {
      stream = undefined;
      dropped.lines++;
      if (reopen !== undefined) setTimeout(() => use(reopen()), REOPEN_MS).unref();
    });
  };
  use(first);
  return {
    write: (line) => {
      if (stream === undefined || stream.writableLength > MAX_UNWRITTEN_BYTES) dropped.lines++;
      else stream.write(line);
    },
  };
}
