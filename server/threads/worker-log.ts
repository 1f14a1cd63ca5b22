/**
 * The log of a worker: its lines are written by the main thread.
 *
 * Invariant: a process has one log, whoever made it: one file that is written by one thread, in the order in which
 * lines reach it, and none is lost when a worker ends. Knows nothing of what is logged.
 */
import pino from "pino";
import type { LogLevel } from "../conf/conf.ts";
import { type Log, pinoLevel } from "../machine/log.ts";

/** A log that hands its lines to `post`, as JSON. */
export function createWorkerLog(level: LogLevel, post: (line: string) => void): Log {
  return pino({ level: pinoLevel(level), base: null, timestamp: false }, { write: post });
}

/** Writes the line of a worker to the log of the process, which has the last word on whether it shows. */
export function logForWorker(log: Log, thread: number, line: string): void {
  const { level, msg, ...fields } = JSON.parse(line) as { level: number; msg?: string };
  const write = log[pino.levels.labels[level] as pino.Level];
  write.call(log, { ...fields, thread }, msg);
}
