/**
 * Goal: a worker's line stands in the log of the process like one of the main thread's, with the worker's number.
 * Method: two logs, one behind the other, without a thread.
 */
import test from "ava";
import pino from "pino";
import type { LogLevel } from "../../../server/conf/conf.ts";
import { pinoLevel } from "../../../server/machine/log.ts";
import { createWorkerLog, logForWorker } from "../../../server/threads/worker-log.ts";

function createLogs(levelOfWorker: LogLevel, levelOfMain: LogLevel) {
  const lines: Record<string, unknown>[] = [];
  const main = pino(
    { level: pinoLevel(levelOfMain) },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  return { lines, worker: createWorkerLog(levelOfWorker, (line) => logForWorker(main, 3, line)) };
}

test("level, text and fields are the worker's; time and process are the main thread's", (t) => {
  const { lines, worker } = createLogs("debug", "debug");
  worker.warn({ client: 7, why: "too late" }, "closed a connection");
  worker.trace("little");
  worker.error({ err: new TypeError("odd") }, "broken");
  t.like(lines[0], {
    level: 40,
    msg: "closed a connection",
    client: 7,
    why: "too late",
    thread: 3,
    pid: process.pid,
  });
  t.is(typeof lines[0]!.time, "number");
  t.like(lines[1], { level: 10, msg: "little" });
  t.like(lines[2], { level: 50, err: { message: "odd" } });
  t.regex(JSON.stringify(lines[2]!.err), /TypeError: odd/);
});

test("a line below the level of either log is dropped", (t) => {
  const quiet = createLogs("warning", "debug");
  quiet.worker.info("no");
  t.deepEqual(quiet.lines, []);
  const late = createLogs("debug", "warning");
  late.worker.info("no");
  late.worker.warn("yes");
  t.deepEqual(
    late.lines.map(({ msg }) => msg),
    ["yes"],
  );
  t.notThrows(() => createLogs("debug", "nothing").worker.error("no"));
});
