/**
 * Goal: however loads end and in whatever order, no more loads run than may, the queue keeps its order, and every key is
 * answered once, at its deadline at the latest. Method: loads that end when the test says so, a clock that stands still,
 * and random orders. Where a deadline has to pass for real it is a few milliseconds, and the test waits for the answer.
 */
import assert from "node:assert/strict";
import test from "ava";
import fc from "fast-check";
import type { Outcome } from "../../../cluster/outcome.ts";
import { LoadQueue } from "../../../server/loaders/load-queue.ts";
import type { Loader, LoaderKey } from "../../../server/loaders/loader.ts";
import { FakeClock, HeldLoader, key, loadedBy, NO_TOOLS, textOf, turn, worldAt } from "../fakes.ts";

type Terms = { timeoutMs: number; concurrency: number; maxQueued: number; clock: () => number };

function createQueue(loader: Loader, terms: Partial<Terms> = {}): LoadQueue {
  return new LoadQueue({
    loader,
    conf: confOf(terms),
    world: worldAt(terms.clock ?? (() => 0)),
    failures: { failed: () => {} },
    tools: NO_TOOLS,
  });
}

const confOf = ({ timeoutMs = 60_000, concurrency = 2, maxQueued = 1000 }: Partial<Terms>) => ({
  name: "scores",
  loaderTimeoutMs: timeoutMs,
  loaderConcurrency: concurrency,
  loaderQueue: maxQueued,
  maxValueBytes: 1000,
});

const keysOf = (loader: HeldLoader) => loader.loads.map((load) => load.argument);
const loadAll = (queue: LoadQueue, ...names: string[]) => names.map((name) => loadedBy(queue, key(name)));

/** A loader of batches that notes them and answers at once. */
function batchLoader(
  answer: (keys: readonly LoaderKey[]) => unknown = (keys) => keys.map((each) => `v${each}`),
) {
  const batches: (readonly LoaderKey[])[] = [];
  const loadMany = (keys: readonly LoaderKey[]) => {
    batches.push(keys);
    return answer(keys);
  };
  return { loader: { load: () => "alone", loadMany } as Loader, batches };
}

test("a load goes to the loader at once while there is a place", (t) => {
  const loader = new HeldLoader();
  const queue = createQueue(loader);
  void loadAll(queue, "a", "b", "c");
  t.deepEqual(keysOf(loader), ["a", "b"]);
  t.deepEqual(queue.figures, { active: 2, queued: 1 });
  loader.release();
});

test("the key that came first is loaded first", async (t) => {
  const loader = new HeldLoader();
  const queue = createQueue(loader, { concurrency: 1 });
  const outcomes = loadAll(queue, "a", "b", "c", "d");
  for (let i = 0; i < 4; i++) {
    t.deepEqual(keysOf(loader), ["a", "b", "c", "d"].slice(0, i + 1));
    loader.loads[i]!.resolve(`v${i}`);
    t.is(textOf(await outcomes[i]!), `v${i}`);
    await turn();
  }
  t.deepEqual(queue.figures, { active: 0, queued: 0 });
});

test("at most `concurrency` loads run, the order holds, and every key gets its own answer once", async (t) => {
  const order = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
  const property = fc.asyncProperty(fc.integer({ min: 1, max: 5 }), order, async (concurrency, dice) => {
    const loader = new HeldLoader();
    const queue = createQueue(loader, { concurrency });
    const answers: number[] = dice.map(() => 0);
    const outcomes = dice.map(async (_, i) => {
      const outcome = await loadedBy(queue, key(`${i}`));
      answers[i]!++;
      return textOf(outcome);
    });
    const running = new Set<number>();
    for (let ended = 0; ended < dice.length; ended++) {
      for (let i = ended + running.size; i < loader.loads.length; i++) running.add(i);
      assert.ok(running.size <= concurrency, `${running.size} at a time`);
      assert.equal(running.size, Math.min(concurrency, dice.length - ended));
      const chosen = [...running][dice[ended]! % running.size]!;
      running.delete(chosen);
      if (chosen % 3 === 0) loader.loads[chosen]!.reject(new Error(`e${chosen}`));
      else loader.loads[chosen]!.resolve(`v${chosen}`);
      await turn();
    }
    assert.deepEqual(keysOf(loader), [...dice.keys()].map(String));
    const expected = dice.map((_, i) => (i % 3 === 0 ? `error: loader failed: e${i}` : `v${i}`));
    assert.deepEqual(await Promise.all(outcomes), expected);
    assert.ok(answers.every((count) => count === 1));
    assert.deepEqual(queue.figures, { active: 0, queued: 0 });
  });
  await t.notThrowsAsync(fc.assert(property, { numRuns: 100 }));
});

test("when the queue is full, a key gets an error at once and the others get their values", async (t) => {
  const loader = new HeldLoader();
  const queue = createQueue(loader, { concurrency: 1, maxQueued: 2 });
  const outcomes = loadAll(queue, "a", "b", "c", "d");
  t.is(textOf(await outcomes[3]!), "error: loader busy (queue full)");
  for (let i = 0; i < 3; i++) {
    loader.loads[i]!.resolve(`v${i}`);
    t.is(textOf(await outcomes[i]!), `v${i}`);
    await turn();
  }
  const late = loadedBy(queue, key("d"));
  loader.loads[3]!.resolve("v3");
  t.is(textOf(await late), "v3");
});

test("with loader-queue 0 a key is loaded as long as there is a place", async (t) => {
  const loader = new HeldLoader();
  const queue = createQueue(loader, { concurrency: 1, maxQueued: 0 });
  const first = loadedBy(queue, key("a"));
  t.is(textOf(await loadedBy(queue, key("b"))), "error: loader busy (queue full)");
  loader.loads[0]!.resolve("v");
  t.is(textOf(await first), "v");
});

test("a loader that throws at once frees its place", async (t) => {
  const keys: LoaderKey[] = [];
  const load = (loaderKey: LoaderKey) => {
    keys.push(loaderKey);
    throw new Error("broken");
  };
  const queue = createQueue({ load }, { concurrency: 1 });
  const outcomes = await Promise.all(loadAll(queue, "a", "b", "c"));
  t.deepEqual(outcomes.map(textOf), new Array(3).fill("error: loader failed: broken"));
  t.deepEqual(keys, ["a", "b", "c"]);
  await turn();
  t.deepEqual(queue.figures, { active: 0, queued: 0 });
});

test("a loader that never settles frees its place at the deadline", async (t) => {
  const loader = new HeldLoader();
  const queue = createQueue(loader, { concurrency: 1, timeoutMs: 20, clock: () => performance.now() });
  t.regex(textOf(await loadedBy(queue, key("a"))), /^error: loader timeout after 20 ms$/);
  await turn();
  t.deepEqual(queue.figures, { active: 0, queued: 0 });
  const next = loadedBy(queue, key("b"));
  loader.loads[1]!.resolve("v");
  t.is(textOf(await next), "v");
});

test("a key that still waits at its deadline is answered then, and never loaded", async (t) => {
  const loader = new HeldLoader();
  const queue = createQueue(loader, { concurrency: 1, timeoutMs: 20, clock: () => performance.now() });
  const outcomes = await Promise.all(loadAll(queue, "a", "b", "c"));
  t.true(outcomes.every((outcome) => textOf(outcome).startsWith("error: loader timeout after ")));
  await turn();
  t.deepEqual(queue.figures, { active: 0, queued: 0 });
  t.true(loader.loads.length < 3);
});

test("the time in the queue counts: the loader gets what is left of the deadline", async (t) => {
  const clock = new FakeClock();
  const loader = new HeldLoader();
  const queue = createQueue(loader, { concurrency: 1, timeoutMs: 60_000, clock: clock.read });
  const [first, second] = loadAll(queue, "a", "b");
  clock.advance(59_990);
  loader.loads[0]!.resolve("v");
  t.is(textOf(await first!), "v");
  // 10 ms are left. If the time in the queue did not count, this would take a minute and ava would give up.
  t.regex(textOf(await second!), /^error: loader timeout after/);
});

test("a key whose deadline passed while the node was busy is not loaded any more", async (t) => {
  const clock = new FakeClock();
  const loader = new HeldLoader();
  const queue = createQueue(loader, { concurrency: 1, timeoutMs: 60_000, clock: clock.read });
  const [first, second] = loadAll(queue, "a", "b");
  clock.advance(60_001);
  loader.loads[0]!.resolve("v");
  t.is(textOf(await first!), "v");
  t.is(textOf(await second!), "error: loader timeout after 60000 ms");
  t.deepEqual(keysOf(loader), ["a"]);
});

test("the misses of one tick go to loadMany as one call, in their order", async (t) => {
  const { loader, batches } = batchLoader();
  const queue = createQueue(loader, { concurrency: 1 });
  const outcomes = loadAll(queue, "c", "a", "b");
  await Promise.resolve();
  outcomes.push(loadedBy(queue, key("d")));
  t.deepEqual((await Promise.all(outcomes)).map(textOf), ["vc", "va", "vb", "vd"]);
  t.deepEqual(batches, [["c", "a", "b", "d"]]);
  await loadedBy(queue, key("e"));
  t.deepEqual(batches[1], ["e"]);
});

test("more than a thousand keys are split, and each part takes a place of its own", async (t) => {
  const ends: (() => void)[] = [];
  const { loader, batches } = batchLoader(
    (keys) => new Promise((resolve) => ends.push(() => resolve(keys.map((each) => `v${each}`)))),
  );
  const queue = createQueue(loader, { concurrency: 2, maxQueued: 10_000 });
  const names = Array.from({ length: 2500 }, (_, i) => `${i}`);
  const outcomes = loadAll(queue, ...names);
  await turn();
  await turn();
  t.deepEqual(
    batches.map((batch) => batch.length),
    [1000, 1000],
  );
  t.deepEqual(queue.figures, { active: 2, queued: 500 });
  ends[1]!();
  await turn();
  t.deepEqual(batches.flat(), names);
  ends[0]!();
  ends[2]!();
  t.deepEqual(
    (await Promise.all(outcomes)).map(textOf),
    names.map((name) => `v${name}`),
  );
});

test("one key that fails in a batch fails alone", async (t) => {
  const { loader } = batchLoader(() => ["1", new Error("broken"), null]);
  const outcomes: Outcome[] = await Promise.all(loadAll(createQueue(loader), "a", "b", "c"));
  t.deepEqual(outcomes.map(textOf), ["1", "error: loader failed: broken", "absent"]);
});

test("a batch that throws or comes back short fails each of its keys and frees its place", async (t) => {
  const broken = batchLoader(() => {
    throw new Error("broken");
  });
  for (const { loader } of [broken, batchLoader(() => ["1"])]) {
    const queue = createQueue(loader, { concurrency: 1 });
    const outcomes = await Promise.all(loadAll(queue, "a", "b"));
    t.true(outcomes.every((outcome) => outcome.kind === "error"));
    await turn();
    t.deepEqual(queue.figures, { active: 0, queued: 0 });
  }
});

test("of the keys gathered in one tick, only those beyond the free places count as waiting", async (t) => {
  const { loader, batches } = batchLoader();
  const queue = createQueue(loader, { concurrency: 1, maxQueued: 2 });
  const names = Array.from({ length: 1003 }, (_, i) => `${i}`);
  const outcomes = await Promise.all(loadAll(queue, ...names));
  t.deepEqual(
    outcomes.slice(0, 1002).map(textOf),
    names.slice(0, 1002).map((name) => `v${name}`),
  );
  t.is(textOf(outcomes[1002]!), "error: loader busy (queue full)");
  t.deepEqual(
    batches.map((batch) => batch.length),
    [1000, 2],
  );
});

test("a changed conf holds for the next key", async (t) => {
  const loader = new HeldLoader();
  const conf = confOf({ concurrency: 1, maxQueued: 0 });
  const queue = new LoadQueue({
    loader,
    conf,
    world: worldAt(() => 0),
    failures: { failed: () => {} },
    tools: NO_TOOLS,
  });
  const first = loadedBy(queue, key("a"));
  conf.loaderConcurrency = 2;
  const second = loadedBy(queue, key("b"));
  t.deepEqual(keysOf(loader), ["a", "b"]);
  t.is(textOf(await loadedBy(queue, key("c"))), "error: loader busy (queue full)");
  conf.loaderQueue = 1;
  conf.loaderTimeoutMs = 5;
  const third = loadedBy(queue, key("c"));
  for (const load of loader.loads) load.resolve("v");
  t.deepEqual((await Promise.all([first, second])).map(textOf), ["v", "v"]);
  t.is(textOf(await third), "error: loader timeout after 5 ms");
});

test("a loader that asks for another key from within a load gets it", async (t) => {
  const queue: LoadQueue = createQueue({
    load: async (loaderKey) =>
      loaderKey === "outer" ? `outer of ${textOf(await loadedBy(queue, key("inner")))}` : "inner",
  });
  t.is(textOf(await loadedBy(queue, key("outer"))), "outer of inner");
});

test("a queue that stops answers every key, waiting or under way, and fires the signals", async (t) => {
  const loader = new HeldLoader();
  const queue = createQueue(loader, { concurrency: 1 });
  const outcomes = loadAll(queue, "a", "b", "c");
  queue.stop();
  t.deepEqual(
    (await Promise.all(outcomes)).map(textOf),
    Array(3).fill("error: loader stopped: the node is shutting down"),
  );
  t.true(loader.contexts[0]!.signal.aborted);
  t.deepEqual(keysOf(loader), ["a"]);
  t.deepEqual(queue.figures, { active: 0, queued: 0 });
});

test("a batch that is still being gathered is answered when the queue stops", async (t) => {
  const { loader, batches } = batchLoader();
  const queue = createQueue(loader);
  const outcomes = loadAll(queue, "a", "b");
  queue.stop();
  t.deepEqual(
    (await Promise.all(outcomes)).map(textOf),
    Array(2).fill("error: loader stopped: the node is shutting down"),
  );
  await turn();
  t.deepEqual(batches, []);
});
