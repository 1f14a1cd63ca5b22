/**
 * Goal: threads that share a store never see a torn value, another key's value or an outdated one, and survive the death
 * of one of them.
 * Method: real worker threads hammer few keys of a store so small that every put evicts and moves, or is refused.
 * hammer.ts judges each value that it reads, and an audit of the memory follows. Then one thread is terminated in the
 * middle of a write.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import test from "ava";
import { SENTINELS_AT } from "../../../server/store/layout.ts";
import { ShardLockedError } from "../../../server/store/lock.ts";
import { type Eviction, Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";
import type { HammerData, HammerReport } from "./hammer.ts";

const THREADS = 3;
/** The keys of one thread alone are more than the store holds, so every order of the threads evicts. */
const KEYS = 200;

function startWorker(store: Store, data: Partial<HammerData>): Worker {
  const common = { role: "hammer", handle: store.handle, threads: THREADS, keys: KEYS, rounds: 30_000 };
  return new Worker(new URL("./hammer.js", import.meta.url), { workerData: { ...common, ...data } });
}

for (const eviction of ["lru", "s3fifo", "noeviction"] satisfies Eviction[]) {
  test(`threads read whole and current values of the right key (${eviction})`, async (t) => {
    const store = new Store({ seed: 1, maxBytes: 32 << 10, eviction, clock: () => 0 });
    const completed = new SharedArrayBuffer(KEYS * 4);
    const workers = Array.from({ length: THREADS }, (_, i) =>
      startWorker(store, { thread: i + 1, completed }),
    );
    const reports = await Promise.all(
      workers.map(async (worker) => (await once(worker, "message"))[0] as HammerReport),
    );
    // Seen on Node 20: a worker that ends while the process ends may never end.
    await Promise.all(workers.map((worker) => worker.terminate()));
    t.deepEqual(
      reports.flatMap((report) => report.wrong),
      [],
    );
    t.true(reports.every((report) => report.hits > 1000));
    if (eviction === "noeviction") t.is(store.figures().evictions, 0);
    else t.true(store.figures().evictions > 1000);
    t.true(reports.every(({ refused }) => eviction !== "noeviction" || refused > 100));
    audit(store.handle);
  });
}

test("a shard is free again after the thread that held it was terminated", async (t) => {
  const store = new Store({ seed: 1, maxBytes: 64 << 10, eviction: "lru", clock: () => 0, lockWaitMs: 20 });
  for (let i = 0; i < 100; i++) store.put(Buffer.from(`old ${i}`), Buffer.alloc(100), undefined);
  const worker = startWorker(store, { role: "stop", thread: 7 });
  await once(worker, "message");
  t.is(store.get(Buffer.from("old 1")), undefined, "a reader gives up and misses");
  t.throws(() => store.put(Buffer.from("new"), Buffer.alloc(1), undefined), { instanceOf: ShardLockedError });
  await worker.terminate();
  // The worst that the thread can leave behind: links that lead anywhere.
  new Int32Array(store.handle.memory[0]!).fill(-7, SENTINELS_AT + 20);
  t.is(store.memory.recoverThread(6), 0, "another thread's death frees nothing");
  t.is(store.memory.recoverThread(7), 1);
  t.is(store.figures().entries, 0);
  t.true(store.put(Buffer.from("new"), Buffer.from("value"), undefined));
  t.is(store.get(Buffer.from("new"))?.value?.toString(), "value");
  store.delete(Buffer.from("new"));
  t.is(store.figures().usedBytes, 0);
});
