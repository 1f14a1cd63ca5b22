/**
 * Goal: no other thread writes while something forbids it, and whoever forbids it waits for the writes under way.
 * Method: both sides on one memory; for the waiting, a real thread that is inside a write.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import test from "ava";
import { type FreeWriteReason, FreeWrites, inSteps } from "../../../server/store/free-writes.ts";

const REASONS: readonly FreeWriteReason[] = ["tracking", "watching", "events", "moving", "steps"];

function setUp() {
  const writes = new FreeWrites(3);
  const there = new FreeWrites(writes.memory);
  /** Whether a write could begin on this thread; it ends at once. */
  const canWrite = (thread = 2, memories = 0) => {
    const begun = there.begin(thread, memories);
    if (begun) there.end(thread);
    return begun;
  };
  return { writes, there, canWrite };
}

test("a write begins only while no reason holds", (t) => {
  const { writes, canWrite } = setUp();
  t.true(canWrite());
  for (const reason of REASONS) writes.set(reason, true);
  for (const reason of REASONS) {
    t.true(writes.has(reason));
    t.false(canWrite());
    writes.set(reason, false);
    writes.set(reason, false);
  }
  t.true(canWrite());
  t.true(canWrite(3));
});

test("a thread that does not know of the last move writes nothing", (t) => {
  const { writes, canWrite } = setUp();
  writes.moves();
  t.is(writes.memories, 1);
  t.false(canWrite(2, 0));
  t.true(canWrite(2, 1));
});

test("a write that could not begin holds nobody up, nor does one of a thread that has died", (t) => {
  const { writes, there } = setUp();
  writes.set("moving", true);
  t.false(there.begin(2, 0));
  writes.set("moving", false);
  t.true(there.begin(3, 0));
  writes.forget(3);
  const started = performance.now();
  writes.set("steps", true);
  t.true(performance.now() - started < 900, "it does not wait for its whole limit");
});

test("a load is seen from its begin to its end; loads of one key add up", (t) => {
  const { writes, there } = setUp();
  writes.loadBegins(-7);
  writes.loadBegins(-7);
  writes.loadEnds(-7);
  t.true(there.mayBeLoading(-7));
  t.false(there.mayBeLoading(8));
  writes.loadEnds(-7);
  t.false(there.mayBeLoading(-7));
});

test("steps forbid writes while they run, also when they throw, and inside each other", (t) => {
  const { writes, canWrite } = setUp();
  t.is(
    inSteps(writes, () => inSteps(writes, () => 5)),
    5,
  );
  inSteps(writes, () => {
    inSteps(writes, () => {});
    t.false(canWrite());
  });
  t.throws(() =>
    inSteps(writes, () => {
      throw new Error("broken");
    }),
  );
  t.true(canWrite());
  t.is(
    inSteps(undefined, () => 7),
    7,
  );
});

/** Begins a write, says so, and ends it a moment after somebody has forbidden writes. */
const WRITER = `
const { workerData, parentPort } = require("node:worker_threads");
import(workerData.module).then(({ FreeWrites }) => {
  const writes = new FreeWrites(workerData.memory);
  const done = new Int32Array(workerData.done);
  writes.begin(2, 0);
  parentPort.postMessage("inside");
  while (Atomics.load(new Int32Array(workerData.memory), 0) === 0);
  Atomics.wait(done, 0, 0, 50);
  Atomics.store(done, 0, 1);
  writes.end(2);
});`;

test("whoever forbids writes waits for the one that is under way", async (t) => {
  const { writes } = setUp();
  const done = new SharedArrayBuffer(4);
  const module = new URL("../../../server/store/free-writes.js", import.meta.url).href;
  const worker = new Worker(WRITER, { eval: true, workerData: { module, memory: writes.memory, done } });
  await once(worker, "message");
  writes.set("steps", true);
  t.is(Atomics.load(new Int32Array(done), 0), 1);
  await worker.terminate();
});
