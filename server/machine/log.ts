/**
 * Where log lines go and what they look like: pino behind Redis' five levels.
 *
 * Invariant: a log that cannot be written (a full disk, a reader gone) never stops the node nor fills its memory; the
 * line is dropped and counted. Keys and other data are fields, never part of a message, and a line on a terminal holds
 * nothing that the terminal would obey. A standard output that is a pipe is written synchronously by Node: a reader
 * that stops reading it without closing it does stop the node.
 */
import { createWriteStream, type WriteStream } from "node:fs";
import type { Writable } from "node:stream";
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
/** Some thousand lines: a disk that pauses for a moment loses none of them. */
const MAX_UNWRITTEN_BYTES = 1 << 20;
const REOPEN_MS = 1000;

export interface LogTarget {
  write(line: string): unknown;
}

/** Lines that could not be written. */
export const dropped = { lines: 0 };

/** Standard output, for all logs of the process, because a guard listens on its stream for good. */
let standardOutput: LogTarget | undefined;

/** A log of this level to `logfile`, as JSON, or to stdout, as text for people. */
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

/** The level as pino names it. */
export function pinoLevel(level: keyof typeof LEVELS): string {
  return LEVELS[level];
}

function appendTo(path: string): WriteStream {
  return createWriteStream(path, { flags: "a", mode: 0o640 });
}

/**
 * Takes lines for a stream for as long as it works and keeps up; the others are counted. One that breaks is opened
 * again after a second, if there is a way: a disk is not full for ever.
 */
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

/**
 * Turns pino's JSON into `2026-11-23T02:30:36.123Z * message field=value`. Whatever is in a message or a field, the
 * result is one line without a character that a terminal obeys.
 */
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
        .map(([name, value]) => ` ${name}=${fieldText(value)}`);
      const time = new Date(entry.time).toISOString();
      const text = `${time} ${MARKS[entry.level] ?? "*"} ${entry.msg ?? ""}${fields.join("")}`;
      target.write(`${escapeControls(text)}\n`);
    },
  };
}

/** Text that could be taken for something else stands in quotes. */
function fieldText(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** Control and format characters (escape sequences, line ends, marks of direction) as `\u` escapes. */
function escapeControls(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => unicodeEscape(character.charCodeAt(i))).join(""),
  );
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
