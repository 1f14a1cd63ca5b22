/**
 * Goal: deadlines that one thread writes mean the same to another.
 * Method: a thread that is started later reads its clock between two readings of this thread.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import test from "ava";
import { monotonicClock } from "../../../server/machine/clock.ts";

/** The system may suspend a thread between the readings that set its clock, and between those compared here. */
const SLACK_MS = 50;

test("the clock never goes back, and has fractions", (t) => {
  const clock = monotonicClock();
  const readings = Array.from({ length: 10_000 }, clock);
  t.true(readings.every((reading, i) => i === 0 || reading >= readings[i - 1]!));
  t.true(readings.some((reading) => !Number.isInteger(reading)));
});

test("a thread that is started later reads the same time", async (t) => {
  const clock = monotonicClock();
  const url = new URL("../../../server/machine/clock.js", import.meta.url).href;
  const worker = new Worker(
    `import { parentPort } from "node:worker_threads";
     import { monotonicClock } from ${JSON.stringify(url)};
     const clock = monotonicClock();
     parentPort.on("message", () => parentPort.postMessage(clock()));`,
    { eval: true, execArgv: ["--input-type=module"] },
  );
  t.teardown(() => worker.terminate());
  await once(worker, "online");
  const before = clock();
  worker.postMessage("");
  const [there] = (await once(worker, "message")) as [number];
  const after = clock();
  t.true(there > before - SLACK_MS && there < after + SLACK_MS, `${before} ${there} ${after}`);
  t.true(performance.now() < before, "it counts from the machine's start, not from the thread's");
});
