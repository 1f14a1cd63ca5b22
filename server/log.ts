/**
 * Where log lines go and what they look like: pino behind Redis' five levels.
 *
 * Invariant: a log that cannot be written (a full disk, a reader gone) never stops or slows the node; the line is
 * dropped and counted. Keys and other data are fields, which JSON escapes, never part of a message.
 */
import { createWriteStream, type WriteStream } from "node:fs";
import pino, { type Logger } from "pino";

export type Log = Logger;

/** Redis' levels, and pino's that show the same lines. */
const LEVELS = {
  debug: "trace",
  verbose: "debug",
  notice: "info",
  warning: "warn",
  nothing: "silent",
} as const;
/** The mark in front of a line, as in Redis' log. */
const MARKS: Record<number, string> = { 10: ".", 20: "-", 30: "*", 40: "#", 50: "!", 60: "!" };
/** Fields that every line has and a person does not need. */
const SILENT_FIELDS = new Set(["level", "time", "pid", "hostname", "msg"]);

export interface LogTarget {
  write(line: string): unknown;
}

/** Lines that could not be written. */
export const dropped = { lines: 0 };

/** A log of this level to `logfile`, as JSON, or to stdout, as text for people. */
export function createLog(level: keyof typeof LEVELS, logfile: string): Log {
  const target = logfile === "" ? humanLines(guarded(process.stdout)) : guarded(appendTo(logfile));
  return pino({ level: LEVELS[level] }, target);
}

/** The level as pino names it. */
export function pinoLevel(level: keyof typeof LEVELS): string {
  return LEVELS[level];
}

function appendTo(path: string): WriteStream {
  return createWriteStream(path, { flags: "a", mode: 0o640 });
}

/** Takes lines for a stream for as long as it works. */
function guarded(stream: NodeJS.WritableStream): LogTarget {
  let broken = false;
  stream.on("error", () => {
    broken = true;
    dropped.lines++;
  });
  return {
    write: (line) => {
      if (broken) dropped.lines++;
      else stream.write(line);
    },
  };
}

/** Turns pino's JSON into `2026-11-23T02:30:36.123Z * message field=value`. */
export function humanLines(target: LogTarget): LogTarget {
  return {
    write: (line) => {
      const entry = JSON.parse(line) as Record<string, unknown> & {
        level: number;
        time: number;
        msg?: string;
      };
      const fields = Object.entries(entry)
        .filter(([name]) => !SILENT_FIELDS.has(name))
        .map(([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
      const time = new Date(entry.time).toISOString();
      target.write(`${time} ${MARKS[entry.level] ?? "*"} ${entry.msg ?? ""}${fields.join("")}\n`);
    },
  };
}
