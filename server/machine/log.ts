/**
 * The log of the process: pino behind Redis' five levels, as text for people or as JSON in a file.
 *
 * Invariant: keys and other data are fields of a line, never part of its message.
 */
import { createWriteStream, type WriteStream } from "node:fs";
import pino, { type Logger } from "pino";
import { guarded, type LogTarget } from "./guarded-target.ts";
import { humanLines } from "./human-lines.ts";

export type Log = Logger;

/** Redis' levels, and the levels of pino that show the same lines. */
const LEVELS = {
  debug: "trace",
  verbose: "debug",
  notice: "info",
  warning: "warn",
  nothing: "silent",
} as const;

/** One target for all logs of the process, because `guarded` listens on its stream for good. */
let standardOutput: LogTarget | undefined;

/** A log of this level: to `logfile`, as JSON, or where that is empty to standard output, as text for people. */
export function createLog(level: keyof typeof LEVELS, logfile: string): Log {
  return pino(
    { level: LEVELS[level] },
    logfile === "" ? humanLines(toTerminal()) : guarded(appendTo(logfile), () => appendTo(logfile)),
  );
}

function toTerminal(): LogTarget {
  standardOutput ??= guarded(process.stdout);
  return standardOutput;
}

/** The level by pino's name. */
export function pinoLevel(level: keyof typeof LEVELS): string {
  return LEVELS[level];
}

function appendTo(path: string): WriteStream {
  return createWriteStream(path, { flags: "a", mode: 0o640 });
}
