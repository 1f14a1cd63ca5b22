/**
 * The log lines of a worker, which the main thread writes.
 *
 * Invariant: a process has one log, and one thread writes it. Lines stand in it in the order in which they reach the
 * main thread, and none is lost when a worker ends. Knows nothing of what is logged.
 */
import pino from "pino";
import type { LogLevel } from "../conf/conf.ts";
import { type Log, pinoLevel } from "../machine/log.ts";

/** The log of a worker. Each line goes to `post` as JSON. */
export function createWorkerLog(level: LogLevel, post: (line: string) => void): Log {
  return pino({ level: pinoLevel(level), base: null, timestamp: false }, { write: post });
}

/** Writes a worker's line, with the thread's number, into the log of the process. That log's own level decides, too. */
export function logForWorker(log: Log, thread: number, line: string): void {
  const { level, msg, ...fields } = JSON.parse(line) as { level: number; msg?: string };
  const write = log[pino.levels.labels[level] as pino.Level];
  write.call(log, { ...fields, thread }, msg);
}
