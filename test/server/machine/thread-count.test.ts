/**
 * Goal: as many threads as the conf asks for, or one thread and the reason.
 * Method: both kinds of system by example.
 */
import { availableParallelism } from "node:os";
import test from "ava";
import { threadCount } from "../../../server/machine/thread-count.ts";

test("as many threads as the conf says, or as there are cores", (t) => {
  t.deepEqual(threadCount(3, { canShare: true }), { threads: 3, why: undefined });
  t.deepEqual(threadCount("auto", { canShare: true }), { threads: availableParallelism(), why: undefined });
});

test("one thread, and the reason, where a port cannot be shared", (t) => {
  const { threads, why } = threadCount(4, { canShare: false });
  t.is(threads, 1);
  t.is(
    why,
    `threads 4 needs Node 22.12 or later on Linux to share a port; this is Node ${process.versions.node}`,
  );
  t.deepEqual(threadCount(1, { canShare: false }), { threads: 1, why: undefined });
});

test("without a port there is one thread, with the reason", (t) => {
  const { threads, why } = threadCount(4, { canShare: true, hasPort: false });
  t.is(threads, 1);
  t.is(why, "threads 4: only one can listen on a unix socket");
});
