/**
 * Goal: the figures of groups add up to those of the node. Method: groups with known contents, some without mirrors.
 */
import test from "ava";
import { zeroGroupCounters } from "../../../server/counters/group-counters.ts";
import { figuresOf, noteCounted, sumFigures } from "../../../server/groups/group-figures.ts";
import { until } from "../../until.ts";
import { createGroup, FakeClock, HeldLoader, key, loadedBy, turn } from "../fakes.ts";

test("the figures of a group are its counters, its stores' figures and its queue's", async (t) => {
  const loader = new HeldLoader();
  const clock = new FakeClock();
  const conf = { maxBytes: 1000, mirrorBytes: 250, loaderConcurrency: 1 };
  const group = createGroup({ conf, loader, clock: clock.read });
  group.counters.hits = 7;
  group.counters.standIns = 2;
  group.store.put(key("a"), key("1"), 5);
  clock.advance(1000);
  group.store.sweep(1);
  group.store.put(key("b"), key("2"), undefined);
  group.store.put(key("absent"), null, 70);
  group.mirrors!.put(key("c"), key("33"), undefined);
  void loadedBy(group.queue, key("x"));
  void loadedBy(group.queue, key("y"));
  void loadedBy(group.queue, key("z"));
  const figures = figuresOf(group);
  t.is(figures.hits, 7);
  t.is(figures.standIns, 2);
  t.is(figures.entries, 1);
  t.is(figures.absents, 1);
  t.is(figures.expiring, 0, "a cached not-found is no entry of a client's");

  t.is(figures.expirations, 1);
  t.is(
    figures.usedBytes,
    group.store.look(key("b")).footprintBytes + group.store.look(key("absent")).footprintBytes,
  );
  t.is(figures.maxBytes, group.store.figures().maxBytes);
  t.is(figures.mirrorEntries, 1);
  t.is(figures.mirrorUsedBytes, group.mirrors!.look(key("c")).footprintBytes);
  t.is(figures.mirrorMaxBytes, group.mirrors!.figures().maxBytes);
  t.is(figures.loadsUnderWay, 1);
  t.is(figures.loadsQueued, 2);
  loader.release();
  await until("the third load has begun", () => loader.loads.length === 3);
  await turn();
  t.is(figuresOf(group).loadsUnderWay + figuresOf(group).loadsQueued, 0);
});

test("what worker threads have counted is part of the figures, each time once", (t) => {
  const groups = [createGroup({ conf: { name: "a" } }), createGroup({ conf: { name: "b" } })];
  groups[0]!.counters.hits = 2;
  for (let time = 0; time < 2; time++) noteCounted(groups, { a: { ...zeroGroupCounters(), hits: 5 } });
  t.deepEqual(
    groups.map((group) => figuresOf(group).hits),
    [7, 0],
  );
});

test("a group without mirrors has zeros for them", (t) => {
  const figures = figuresOf(createGroup({ mirrors: false }));
  t.is(figures.mirrorEntries, 0);
  t.is(figures.mirrorUsedBytes, 0);
  t.is(figures.mirrorMaxBytes, 0);
});

test("every figure of the sum is the sum of that figure", (t) => {
  const groups = [createGroup(), createGroup({ mirrors: false }), createGroup()];
  for (const [i, group] of groups.entries()) {
    let count = i;
    for (const name of Object.keys(group.counters) as (keyof typeof group.counters)[]) {
      group.counters[name] = ++count * 10 ** i;
    }
    for (let n = 0; n <= i; n++) group.store.put(key(`${i}:${n}`), key("value"), undefined);
  }
  const sum = sumFigures(groups);
  const each = groups.map(figuresOf);
  t.deepEqual(Object.keys(sum).sort(), Object.keys(each[0]!).sort());
  for (const [name, value] of Object.entries(sum)) {
    t.is(
      value,
      each.map((figures) => figures[name as keyof typeof figures]).reduce((a, b) => a + b),
      name,
    );
  }
  t.is(sum.entries, 6);
});

test("the sum over no groups is zero", (t) => {
  t.true(Object.values(sumFigures([])).every((value) => value === 0));
});
