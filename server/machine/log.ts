/**
 * The log of the process: pino behind Redis' five levels, as text for people or as JSON for programs.
 *
 * Invariants: keys and other data are fields of a line, never part of its message. One file has one writer, however many
 * nodes of the process log into it.
 */
import { resolve } from "node:path";
import pino, { type Logger } from "pino";
import { guarded, type LogTarget } from "./guarded-target.ts";
import { humanLines } from "./human-lines.ts";
import { LogFile } from "./log-file.ts";

export type Log = Logger;

export type LogFormat = "text" | "json";

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
/** The log files of the process, by their absolute paths. */
const files = new Map<string, LogFile>();

/** A log of this level: to `logfile`, or where that is empty to standard output. Throws when the file cannot be opened. */
export function createLog(level: keyof typeof LEVELS, logfile: string, format: LogFormat): Log {
  const target = logfile === "" ? toTerminal() : toFile(resolve(logfile));
  return pino({ level: LEVELS[level] }, format === "json" ? target : humanLines(target));
}

/** One line on standard output in the log's format, whatever level and file the log has. */
export function announce(text: string, format: LogFormat): void {
  if (format === "json") createLog("notice", "", format).info(text);
  else toTerminal().write(`${text}\n`);
}

/** Opens all log files again, for a program that has moved them away. Returns those that could not be opened. */
export function reopenLogs(): { readonly opened: string[]; readonly failed: string[] } {
  const opened: string[] = [];
  const failed: string[] = [];
  for (const [path, file] of files) (file.reopen() ? opened : failed).push(path);
  return { opened, failed };
}

/** Resolves when all lines are written or lost. */
export async function logsWritten(): Promise<void> {
  await Promise.all(Array.from(files.values(), (file) => file.written()));
}

function toFile(path: string): LogFile {
  const file = files.get(path) ?? new LogFile(path);
  files.set(path, file);
  return file;
}

function toTerminal(): LogTarget {
  standardOutput ??= guarded(process.stdout);
  return standardOutput;
}

/** The level by pino's name. */
export function pinoLevel(level: keyof typeof LEVELS): string {
  return LEVELS[level];
}
