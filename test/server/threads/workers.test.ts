/**
 * Goal: a worker that dies is replaced until the node closes, its figures stay counted, and closing always ends.
 * Method: workers without threads, a clock that stands still, and sleeps that the test ends.
 */
import test from "ava";
import pino from "pino";
import { OK } from "../../../proto/reply.ts";
import type { WorkerStart } from "../../../server/threads/messages.ts";
import { closeClients, Workers } from "../../../server/threads/workers.ts";
import { FakeClock, Held, turn, worldAt } from "../fakes.ts";
import { FakeWorker, figuresWith } from "./fake-worker.ts";

interface StartedWorker {
  readonly thread: number;
  readonly worker: FakeWorker;
}

function createWorkers(count: number) {
  const clock = new FakeClock();
  const started: StartedWorker[] = [];
  const recovered: number[] = [];
  const sleeps: Held<number, void>[] = [];
  const lines: { level: number; msg: string; thread: number }[] = [];
  const system = { hasThreads: true };
  const workers = new Workers({
    count,
    startOf: (thread) => ({ thread }) as WorkerStart,
    gone: () => {},
    seen: () => {},
    denied: () => {},
    createWorker: ({ thread }) => {
      if (!system.hasThreads) throw new Error("no thread left");
      const worker = new FakeWorker();
      started.push({ thread, worker });
      return worker.asThread;
    },
    execute: () => OK,
    missed: () => {},
    recover: (thread) => recovered.push(thread),
    log: pino({ level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) }),
    world: {
      ...worldAt(clock.read),
      quietlyAfter: (ms, run) => {
        const sleep = new Held<number, void>(ms);
        sleeps.push(sleep);
        void sleep.promise.then(run);
        return { cancel: () => {} };
      },
    },
    closeTimeoutMs: () => 777,
  });
  const threads = () => started.map(({ thread }) => thread);
  const listen = () => {
    for (const { worker } of started) worker.say({ kind: "ready" });
  };
  return { workers, clock, started, recovered, sleeps, lines, system, threads, listen };
}

test("workers are threads 2 and up, and start resolves when all of them listen", async (t) => {
  const { workers, started, threads } = createWorkers(3);
  let isStarted = false;
  const starting = workers.start().then(() => (isStarted = true));
  t.deepEqual(threads(), [2, 3, 4]);
  for (const { worker } of started) {
    await turn();
    t.false(isStarted);
    worker.say({ kind: "ready" });
  }
  await starting;
  t.deepEqual(workers.threads, [2, 3, 4]);
});

test("start rejects with the error of a worker that cannot listen", async (t) => {
  const { workers, started, lines } = createWorkers(2);
  const starting = workers.start();
  started[1]!.worker.say({ kind: "failed", text: "listen EADDRINUSE" });
  await t.throwsAsync(starting, { message: "listen EADDRINUSE" });
  t.deepEqual(
    lines.map(({ msg, thread }) => [msg, thread]),
    [["a worker thread does not listen", 3]],
  );
});

test("`recover` is called for a dead worker, and another worker takes its place", async (t) => {
  const { workers, started, recovered, sleeps, clock, threads, listen } = createWorkers(2);
  const starting = workers.start();
  listen();
  await starting;
  clock.advance(5000);
  started[0]!.worker.die(1);
  t.deepEqual(recovered, [2]);
  t.deepEqual(workers.threads, [3]);
  t.is(sleeps[0]!.argument, 0, "it has lived for longer than a second");
  sleeps[0]!.resolve();
  await turn();
  t.deepEqual(threads(), [2, 3, 2]);
  t.deepEqual(workers.threads, [3, 2]);
});

test("a place is filled again at most once a second", async (t) => {
  const { workers, started, sleeps, clock, threads, lines } = createWorkers(1);
  void workers.start().catch(() => {});
  for (let death = 0; death < 5; death++) {
    clock.advance(300);
    started.at(-1)!.worker.die(1);
    const sleep = sleeps.at(-1)!;
    t.is(sleep.argument, 700);
    clock.advance(sleep.argument);
    sleep.resolve();
    await turn();
  }
  t.is(clock.now, 6000);
  t.deepEqual(threads(), [2, 2, 2, 2, 2, 2]);
  t.is(lines.filter(({ msg }) => msg === "a worker thread ended, starting another").length, 5);
});

test("when the system has no thread left, another attempt follows every second", async (t) => {
  const { workers, started, sleeps, system, threads, lines } = createWorkers(1);
  void workers.start().catch(() => {});
  system.hasThreads = false;
  started[0]!.worker.die(1);
  sleeps[0]!.resolve();
  await turn();
  t.deepEqual(
    sleeps.map(({ argument }) => argument),
    [1000, 1000],
  );
  t.is(lines.at(-1)!.msg, "a worker thread cannot be started, trying again");
  system.hasThreads = true;
  sleeps[1]!.resolve();
  await turn();
  t.deepEqual(threads(), [2, 2]);
});

test("figures are sums over all workers, dead ones included; a dead one has no lines of CLIENT LIST", async (t) => {
  const { workers, started, sleeps } = createWorkers(2);
  void workers.start().catch(() => {});
  const [first, second] = started.map(({ worker }) => worker);
  const asked = workers.figures(true);
  first!.tellFigures(figuresWith(5, ["id=1"]));
  second!.tellFigures(figuresWith(7, ["id=2"]));
  t.like(await asked, { clients: { commands: 12 }, lines: ["id=1", "id=2"] });
  const again = workers.figures(false);
  first!.die(1);
  second!.tellFigures(figuresWith(8));
  t.like(await again, { clients: { commands: 13 }, lines: [] });
  sleeps[0]!.resolve();
  await turn();
  const third = workers.figures(false);
  second!.tellFigures(figuresWith(8));
  started[2]!.worker.tellFigures(figuresWith(100));
  t.is((await third).clients.commands, 113);
});

test("a reset sets back the figures of dead workers, too", async (t) => {
  const { workers, started } = createWorkers(2);
  void workers.start().catch(() => {});
  const [first, second] = started.map(({ worker }) => worker);
  const before = workers.figures(false);
  for (const worker of [first!, second!]) worker.tellFigures(figuresWith(5));
  await before;
  first!.die(1);
  workers.reset();
  t.is(second!.toldOf("reset").length, 1);
  const after = workers.figures(false);
  second!.tellFigures(figuresWith(1));
  t.is((await after).clients.commands, 1);
});

test("close resolves when all workers have ended, and replaces none of them", async (t) => {
  const { workers, started, recovered, sleeps, threads, lines } = createWorkers(2);
  const replacing = () => lines.filter(({ msg }) => msg.includes("starting another"));
  void workers.start().catch(() => {});
  let isClosed = false;
  const closing = workers.close().then(() => (isClosed = true));
  t.deepEqual(
    sleeps.map(({ argument }) => argument),
    [777],
  );
  for (const { worker } of started) {
    await turn();
    t.false(isClosed);
    t.is(worker.toldOf("close").length, 1);
    worker.die(0);
  }
  await closing;
  t.deepEqual(threads(), [2, 3]);
  t.deepEqual(workers.threads, []);
  t.deepEqual(replacing(), []);
  t.deepEqual(recovered, [2, 3], "the main thread's clients are answered until the end");
});

test("no thread closes a client before all threads have stopped listening", async (t) => {
  const { workers, started } = createWorkers(2);
  void workers.start().catch(() => {});
  const done: string[] = [];
  const clients = {
    stopListening: async () => void done.push("main has stopped listening"),
    close: async () => void done.push("main closes"),
  };
  const gone = closeClients(clients, workers).then(() => done.push("gone"));
  const kindsTold = () => started.map(({ worker }) => worker.told.map(({ kind }) => kind));
  await turn();
  t.deepEqual(kindsTold(), Array(2).fill(["stopListening"]));
  started[0]!.worker.hasStoppedListening();
  await turn();
  t.deepEqual(done, ["main has stopped listening"]);
  started[1]!.worker.hasStoppedListening();
  await turn();
  t.deepEqual(done, ["main has stopped listening", "main closes"]);
  t.deepEqual(kindsTold(), Array(2).fill(["stopListening", "close"]));
  for (const { worker } of started) worker.die(0);
  await gone;
  t.is(done.at(-1), "gone");
});

test("a worker that dies after stopListening is not replaced", async (t) => {
  const { workers, started, threads } = createWorkers(1);
  void workers.start().catch(() => {});
  const stopped = workers.stopListening();
  started[0]!.worker.die(1);
  await stopped;
  t.deepEqual(threads(), [2]);
  await closeClients({ stopListening: async () => {}, close: async () => {} }, undefined);
});

test("close ends while a dead worker waits for its replacement, and cancels that", async (t) => {
  const { workers, started, sleeps, threads } = createWorkers(1);
  void workers.start().catch(() => {});
  started[0]!.worker.die(1);
  await workers.close();
  sleeps[0]!.resolve();
  await turn();
  t.deepEqual(threads(), [2]);
});

test("a worker that does not end in time is terminated", async (t) => {
  const { workers, started, sleeps } = createWorkers(2);
  void workers.start().catch(() => {});
  const closing = workers.close();
  started[0]!.worker.die(0);
  sleeps[0]!.resolve();
  await closing;
  t.is(started[1]!.worker.terminated, 1);
});

test("an error that ends a worker is logged, and so are the worker's own lines", (t) => {
  const { workers, started, lines } = createWorkers(1);
  void workers.start().catch(() => {});
  const { worker } = started[0]!;
  worker.emit("error", new Error("broken"));
  worker.say({ kind: "log", line: '{"level":40,"msg":"closed a connection","client":3}' });
  t.like(lines[0], { level: 50, msg: "a worker thread failed", thread: 2, err: { message: "broken" } });
  t.like(lines[1], { level: 40, msg: "closed a connection", thread: 2, client: 3 });
});

test("terminate ends the thread with this number", async (t) => {
  const { workers, started } = createWorkers(2);
  void workers.start().catch(() => {});
  await workers.terminate(3);
  await workers.terminate(9);
  t.deepEqual(
    started.map(({ worker }) => worker.terminated),
    [0, 1],
  );
});
