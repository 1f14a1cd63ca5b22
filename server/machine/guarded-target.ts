/**
 * Where log lines go when their stream may fail: a reader that has gone, a stream that does not keep up.
 *
 * Invariant: such a stream never stops the node and never fills its memory; the line is dropped and counted. One case is
 * left: Node.js writes synchronously to a standard output that is a pipe, so a reader that stops reading the pipe, and
 * does not close it, does stop the node.
 */
import type { Writable } from "node:stream";

/** Some thousand lines, so that none is lost when a reader pauses for a moment. */
const MAX_UNWRITTEN_BYTES = 1 << 20;

export interface LogTarget {
  write(line: string): unknown;
}

/** Lines that could not be written, of all logs of the process. */
export const dropped = { lines: 0 };

/** Writes lines to a stream while it works and keeps up. */
export function guarded(stream: Writable): LogTarget {
  let works = true;
  stream.on("error", () => {
    works = false;
    dropped.lines++;
  });
  return {
    write: (line) => {
      if (!works || stream.writableLength > MAX_UNWRITTEN_BYTES) dropped.lines++;
      else stream.write(line);
    },
  };
}
