/**
 * Goal: threads agree on how many clients there are, and no id is given twice.
 * Method: several views of one memory stand for threads; for what only happens at one moment, real threads.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import test from "ava";
import { SharedCounts } from "../../../server/clients/shared-counts.ts";

/** Counts of three threads, and the second thread's view of them. */
function createCounts(): [SharedCounts, SharedCounts] {
  const counts = new SharedCounts(3);
  return [counts, new SharedCounts(counts.memory)];
}

test("ids count from 1, over all threads", (t) => {
  const [main, worker] = createCounts();
  t.deepEqual([main.nextId(), worker.nextId(), main.nextId()], [1, 2, 3]);
});

test("slow commands have numbers of their own, from 0", (t) => {
  const [main, worker] = createCounts();
  main.nextId();
  t.deepEqual([main.nextSlowId(), worker.nextSlowId(), main.nextSlowId()], [0, 1, 2]);
  t.is(main.total(), 0);
});

test("ids go on beyond 32 bits", (t) => {
  const [main] = createCounts();
  new BigUint64Array(main.memory, 0, 1)[0] = 2n ** 32n - 1n;
  t.is(main.nextId(), 2 ** 32);
  t.is(main.nextId(), 2 ** 32 + 1);
});

test("clients of all threads count, and one that goes makes room on any of them", (t) => {
  const [main, worker] = createCounts();
  t.true(main.enter(1, 3));
  t.true(worker.enter(2, 3));
  t.true(worker.enter(3, 3));
  t.false(main.enter(1, 3));
  t.false(worker.enter(2, 3));
  t.is(main.total(), 3);
  main.leave(1);
  t.is(worker.total(), 2);
  t.true(worker.enter(2, 3));
});

test("a thread that died takes its own clients along, and no others", (t) => {
  const [main, worker] = createCounts();
  main.enter(1, 10);
  worker.enter(2, 10);
  worker.enter(2, 10);
  worker.enter(3, 10);
  main.forget(2);
  t.is(main.total(), 2);
});

test("of real threads at the same time one at most is in, and in the end none", async (t) => {
  const counts = new SharedCounts(2);
  const inside = new SharedArrayBuffer(4);
  const url = new URL("../../../server/clients/shared-counts.js", import.meta.url).href;
  const program = `
    import { parentPort, workerData } from "node:worker_threads";
    import { SharedCounts } from ${JSON.stringify(url)};
    const counts = new SharedCounts(workerData.memory);
    const inside = new Int32Array(workerData.inside);
    const ids = [];
    let most = 0;
    // A thread that the machine holds up inside keeps the other one out for as long.
    for (let i = 0; i < 50000 || most === 0; i++) {
      ids.push(counts.nextId());
      if (!counts.enter(workerData.thread, 1)) continue;
      most = Math.max(most, Atomics.add(inside, 0, 1) + 1);
      Atomics.sub(inside, 0, 1);
      counts.leave(workerData.thread);
    }
    parentPort.postMessage({ ids, most });`;
  const reports = await Promise.all(
    [1, 2].map(async (thread) => {
      const workerData = { memory: counts.memory, inside, thread };
      const worker = new Worker(program, { eval: true, execArgv: ["--input-type=module"], workerData });
      return (await once(worker, "message"))[0] as { ids: number[]; most: number };
    }),
  );
  t.deepEqual(
    reports.map(({ most }) => most),
    [1, 1],
  );
  t.is(counts.total(), 0);
  const ids = reports.flatMap((report) => report.ids);
  t.is(new Set(ids).size, ids.length);
});
