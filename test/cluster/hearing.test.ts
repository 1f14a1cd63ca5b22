/**
 * Goal: a change is done once, in order, and a position never names one that is not done. Method: Hearing without links; a
 * handler that notes what it does, and slow flushes that the test ends.
 */

import test from "ava";
import { ChangeCounter, type Deletion, type Version } from "../../cluster/change.ts";
import { Hearing } from "../../cluster/hearing.ts";
import type { Tell } from "../../cluster/tell-message.ts";

const own = { id: "a:1", instance: "aa" };
const author = { id: "b:1", instance: "b0" };
const turn = () => new Promise(setImmediate);

interface Flushing {
  readonly end: () => void;
  readonly fail: () => void;
}

function setUp() {
  const done: string[] = [];
  const versions: Version[] = [];
  const flushes: Flushing[] = [];
  const state = { last: 0, fails: false };
  const counter = new ChangeCounter();
  const change = ({ keys, flush, isBar }: Deletion, version: Version) => {
    if (state.fails) throw new Error("broken");
    versions.push(version);
    const what = flush
      ? `${isBar ? "bar " : ""}flush ${flush.database}`
      : `${isBar ? "bar " : ""}${keys.map(String).join()}`;
    done.push(what);
    if (!flush?.isSlow) return keys.length;
    return new Promise<number>((resolve, reject) => {
      flushes.push({ end: () => resolve(0), fail: () => reject(new Error("no memory")) });
    });
  };
  const hearing = new Hearing({ own, last: () => state.last, counter, change });
  return { hearing, done, versions, flushes, state, counter };
}

/** All changes from after a number on, one key each; "slow" is a slow flush. */
function tell(after: number, ...names: string[]): Tell {
  const changes = names.map((name, i) => ({
    number: after + 1 + i,
    counter: 100 + after + i,
    keys: name === "slow" ? [] : [Buffer.from(name)],
    ...(name === "slow" && { flush: { database: 0, isSlow: true } }),
  }));
  return { after, through: after + names.length, changes, forgotten: false, counter: 0 };
}

test("what a member tells is done in order, with its versions, and each change is counted", (t) => {
  const { hearing, done, versions, counter } = setUp();
  t.deepEqual(hearing.hear(author, tell(0, "k", "l")), { through: 2, counts: [1, 1] });
  t.deepEqual(done, ["k", "l"]);
  t.deepEqual(versions, [
    { counter: 100, author: "b:1" },
    { counter: 101, author: "b:1" },
  ]);
  t.is(hearing.position(author), 2);
  t.is(counter.value, 101);
});

test("the counter is heard before the change is done: what is changed meanwhile is later", (t) => {
  const counter = new ChangeCounter();
  const change = () => counter.tick();
  const hearing = new Hearing({ own, last: () => 0, counter, change });
  hearing.hear(author, tell(0, "k"));
  t.is(counter.value, 101);
});

test("a change that is told again, alone or among others, is not done again, and the new ones are", (t) => {
  const { hearing, done } = setUp();
  hearing.hear(author, tell(0, "k", "l"));
  t.deepEqual(hearing.hear(author, tell(0, "k", "l")), { through: 2, counts: [0, 0] });
  t.deepEqual(hearing.hear(author, tell(1, "l", "m")), { through: 3, counts: [0, 1] });
  t.deepEqual(done, ["k", "l", "m"]);
});

test("an old tell does not take a position back", (t) => {
  const { hearing } = setUp();
  hearing.hear(author, tell(0, "k", "l", "m"));
  hearing.hear(author, tell(0, "k"));
  t.is(hearing.position(author), 3);
});

test("who leaves out a change is not heard: nothing is done, and the position stays", (t) => {
  const { hearing, done } = setUp();
  hearing.hear(author, tell(0, "k"));
  t.throws(() => hearing.hear(author, tell(2, "m")), { message: "left out a change" });
  t.deepEqual([done, hearing.position(author)], [["k"], 1]);
});

test("numbers that need nothing any more are heard, without counts that belong to none", (t) => {
  const { hearing } = setUp();
  const [last] = tell(4, "k").changes;
  t.deepEqual(
    hearing.hear(author, { after: 0, through: 6, changes: [last!], forgotten: false, counter: 0 }),
    {
      through: 6,
      counts: [],
    },
  );
  t.is(hearing.position(author), 6);
});

test("when what is missing is forgotten, everything is deleted and barred once, as late as the latest of what is missing", (t) => {
  const { hearing, done, versions } = setUp();
  const forgotten = { after: 0, through: 9, changes: [], forgotten: true, counter: 77 };
  hearing.hear(author, tell(0, "k"));
  t.deepEqual(hearing.hear(author, forgotten), { through: 9, counts: [] });
  hearing.hear(author, forgotten);
  t.deepEqual(done, ["k", "bar flush undefined"]);
  t.is(hearing.position(author), 9);
  t.deepEqual(versions[1], { counter: 77, author: "b:1" });
});

test("while a slow flush is under way, later changes are done, but no position names them", async (t) => {
  const { hearing, done, flushes } = setUp();
  const flushed = hearing.hear(author, tell(0, "k", "slow"));
  const told = hearing.hear(author, tell(2, "l"));
  t.deepEqual(done, ["k", "flush 0", "l"]);
  t.is(hearing.position(author), 1);
  t.deepEqual(
    [flushed, told].map((each) => each instanceof Promise),
    [true, true],
  );
  flushes[0]!.end();
  t.deepEqual(await Promise.all([flushed, told]), [
    { through: 2, counts: [1, 0] },
    { through: 3, counts: [1] },
  ]);
  t.is(hearing.position(author), 3);
});

test("a slow flush that is told again while it is under way is not done again, and answered when it is done", async (t) => {
  const { hearing, done, flushes } = setUp();
  const told: unknown[] = [];
  for (let i = 0; i < 2; i++)
    void Promise.resolve(hearing.hear(author, tell(0, "slow"))).then((each) => told.push(each));
  await turn();
  t.deepEqual([done, told], [["flush 0"], []]);
  flushes[0]!.end();
  await turn();
  t.is(told.length, 2);
});

test("of two slow flushes the one that is not done holds the position, whichever ends first", async (t) => {
  const { hearing, flushes } = setUp();
  void hearing.hear(author, tell(0, "slow", "k", "slow", "l"));
  flushes[1]!.end();
  await turn();
  t.is(hearing.position(author), 0);
  flushes[0]!.end();
  await turn();
  t.is(hearing.position(author), 4);
});

test("a slow flush that fails is not answered, and is done when it is told again", async (t) => {
  const { hearing, done, flushes } = setUp();
  const told = [hearing.hear(author, tell(0, "k", "slow")), hearing.hear(author, tell(2, "l"))];
  flushes[0]!.fail();
  for (const each of told) await t.throwsAsync(Promise.resolve(each), { message: "no memory" });
  t.is(hearing.position(author), 1);
  t.throws(() => hearing.hear(author, tell(3, "m")), { message: "left out a change" });
  const again = hearing.hear(author, tell(1, "slow", "l"));
  t.deepEqual(done, ["k", "flush 0", "l", "flush 0", "l"]);
  flushes[1]!.end();
  await again;
  t.is(hearing.position(author), 3);
});

test("no position names a slow flush that failed while a later one is under way, nor when it is told again", async (t) => {
  const { hearing, flushes } = setUp();
  Promise.resolve(hearing.hear(author, tell(0, "slow", "slow"))).catch(() => {});
  flushes[0]!.fail();
  await turn();
  t.is(hearing.position(author), 0);
  const again = hearing.hear(author, tell(0, "slow", "slow"));
  t.is(hearing.position(author), 0, "the later one was begun first");
  flushes[1]!.end();
  await turn();
  t.is(hearing.position(author), 0);
  flushes[2]!.end();
  await turn();
  t.is(hearing.position(author), 1, "the later one is under way for the second time");
  flushes[3]!.end();
  await again;
  t.is(hearing.position(author), 2);
});

test("of two slow flushes that fail both are told again", async (t) => {
  const { hearing, done, flushes } = setUp();
  const told = Promise.resolve(hearing.hear(author, tell(0, "slow", "k", "slow")));
  for (const { fail } of flushes) fail();
  await t.throwsAsync(told, { message: "no memory" });
  await turn();
  t.is(hearing.position(author), 0);
  t.true(hearing.hear(author, tell(0, "slow", "k", "slow")) instanceof Promise);
  t.deepEqual(done, ["flush 0", "k", "flush 0", "flush 0", "k", "flush 0"]);
});

test("a slow flush that failed and needs nothing any more holds nobody up", async (t) => {
  const { hearing, flushes } = setUp();
  const told = Promise.resolve(hearing.hear(author, tell(0, "slow")));
  flushes[0]!.fail();
  await t.throwsAsync(told);
  const { changes } = tell(1, "k");
  t.deepEqual(hearing.hear(author, { after: 0, through: 2, changes, forgotten: false, counter: 0 }), {
    through: 2,
    counts: [],
  });
  t.is(hearing.position(author), 2);
});

test("a change that fails is not named, and is done when it is told again; those before it are not", (t) => {
  const { hearing, done, state } = setUp();
  state.fails = true;
  t.throws(() => hearing.hear(author, tell(0, "k")), { message: "broken" });
  t.is(hearing.position(author), 0);
  state.fails = false;
  hearing.hear(author, tell(0, "k"));
  t.deepEqual([done, hearing.position(author)], [["k"], 1]);
});

test("a change that was done before one that fails is not done again", (t) => {
  const done: string[] = [];
  let fails = true;
  const change = ({ keys }: Deletion) => {
    if (String(keys[0]) === "l" && fails) throw new Error("broken");
    return done.push(String(keys[0]));
  };
  const hearing = new Hearing({ own, last: () => 0, counter: new ChangeCounter(), change });
  t.throws(() => hearing.hear(author, tell(0, "k", "l", "m")), { message: "broken" });
  t.is(hearing.position(author), 1);
  fails = false;
  hearing.hear(author, tell(1, "l", "m"));
  t.deepEqual(done, ["k", "l", "m"]);
});

test("the log of a new process of a member begins at 0, and what it says is done", (t) => {
  const { hearing, done } = setUp();
  const restarted = { ...author, instance: "b1" };
  hearing.hear(author, tell(0, "k", "l"));
  hearing.met(author);
  t.is(hearing.position(author), 2, "the process that is known already is still heard so far");
  hearing.met(restarted);
  t.deepEqual([hearing.position(author), hearing.position(restarted)], [0, 0]);
  hearing.hear(restarted, tell(0, "m"));
  t.deepEqual(done, ["k", "l", "m"]);
});

test("positions name this process' log, and that of the last process of each member until it leaves the ring", (t) => {
  const { hearing, state } = setUp();
  const position = (id: string, instance: string, number: number) => {
    return { id, instance: Buffer.from(instance, "hex"), number };
  };
  state.last = 7;
  t.deepEqual(hearing.positions, [position("a:1", "aa", 7)]);
  hearing.hear(author, tell(0, "k"));
  hearing.met({ id: "c:1", instance: "cc" });
  t.deepEqual(hearing.positions, [
    position("a:1", "aa", 7),
    position("b:1", "b0", 1),
    position("c:1", "cc", 0),
  ]);
  hearing.forget("b:1");
  t.deepEqual(hearing.positions, [position("a:1", "aa", 7), position("c:1", "cc", 0)]);
  t.is(hearing.position(author), 0);
});

test("positions are covered when everything that they name is done here, of this very process", (t) => {
  const { hearing, state } = setUp();
  state.last = 7;
  hearing.hear(author, tell(0, "k", "l"));
  const covers = (id: string, instance: string, number: number) => {
    return hearing.covers([
      { id: "a:1", instance: Buffer.from("aa", "hex"), number: 1 },
      { id, instance: Buffer.from(instance, "hex"), number },
    ]);
  };
  t.deepEqual([covers("b:1", "b0", 2), covers("b:1", "b0", 3)], [true, false]);
  t.deepEqual([covers("b:1", "b1", 1), covers("b:1", "b1", 0)], [false, true], "another process");
  t.deepEqual([covers("a:1", "aa", 7), covers("a:1", "aa", 8), covers("a:1", "ab", 1)], [true, false, false]);
  t.deepEqual(
    [covers("c:1", "cc", 1), covers("c:1", "cc", 0)],
    [false, true],
    "a member that is not known here",
  );
  t.true(hearing.covers([]));
});

test("a counter that is heard alone counts as one heard with a change", (t) => {
  const { hearing } = setUp();
  hearing.hearCounter(12);
  t.is(hearing.counter, 12);
});
