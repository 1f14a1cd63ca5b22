/**
 * Goal: a load's value is kept exactly as long as it may be, and the load tells the clients whose copies it makes wrong.
 * Method: one group with a real store; its loader answers when the test says so.
 */
import test from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import type { GroupConf } from "../../../server/conf/conf.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { NONE_LOADER } from "../../../server/loaders/none-loader.ts";
import { LocalLoads } from "../../../server/reads/local-loads.ts";
import { FreeWrites } from "../../../server/store/free-writes.ts";
import {
  createGroup,
  createTracking,
  FakeClock,
  FakeTracker,
  found,
  HeldLoader,
  key,
  textOf,
  turn,
} from "../fakes.ts";

function setUp(conf: Partial<GroupConf> = {}, dice = 0, freeWrites?: FreeWrites) {
  const clock = new FakeClock();
  const loader = new HeldLoader();
  const group = createGroup({ conf, loader, clock: clock.read });
  const tracking = createTracking(new Groups([group]), clock.read);
  const loadLatency = new Latency();
  const loads = new LocalLoads({ clock: clock.read, random: () => dice, loadLatency, tracking, freeWrites });
  const load = (name: Buffer) => new Promise<Outcome>((resolve) => loads.load(group, name, resolve));
  return { load, loader, group, tracking, clock, loadLatency };
}

test("a load under way is joined, and counted once with the time it took", async (t) => {
  const { load, loader, group, clock, loadLatency } = setUp();
  const outcomes = [load(key("scores:a")), load(key("scores:a"))];
  clock.advance(2000);
  loader.loads[0]!.resolve("v1");
  t.deepEqual((await Promise.all(outcomes)).map(textOf), ["v1", "v1"]);
  t.is(loader.loads.length, 1);
  t.like(group.counters, { loads: 1, flightsJoined: 1, loadErrors: 0 });
  t.like(loadLatency.snapshot(), { count: 1, sumSeconds: 2 });
});

test("a load that fails is counted and leaves nothing behind", async (t) => {
  const { load, loader, group } = setUp();
  const outcome = load(key("scores:a"));
  loader.loads[0]!.reject(new Error("broken"));
  t.is(textOf(await outcome), "error: loader failed: broken");
  t.is(group.counters.loadErrors, 1);
  t.is(group.store.look(key("scores:a")).kind, "missing");
});

/** Loads a key and returns what the store says of its life: undefined for ever, "not kept" when it is not there. */
async function lifeOf(
  conf: Partial<GroupConf>,
  loaded: unknown,
  dice = 0,
): Promise<number | undefined | "not kept"> {
  const { load, loader, group } = setUp(conf, dice);
  const name = key("scores:a");
  const outcome = load(name);
  loader.loads[0]!.resolve(loaded as string);
  await outcome;
  const held = group.store.look(name);
  return held.kind === "missing" ? "not kept" : held.ttlMs;
}

test("a value lives as long as the group's ttl, 0 is for ever", async (t) => {
  t.is(await lifeOf({ ttlMs: 60_000 }, "v"), 60_000);
  t.is(await lifeOf({ ttlMs: 0 }, "v"), undefined);
});

test("jitter shortens a life by at most its share, and never lengthens it", async (t) => {
  const conf = { ttlMs: 60_000, ttlJitter: 0.1 };
  t.is(await lifeOf(conf, "v", 0), 60_000);
  t.is(await lifeOf(conf, "v", 0.5), 57_000);
  const shortest = await lifeOf(conf, "v", 1 - Number.EPSILON);
  t.true(typeof shortest === "number" && shortest >= 53_999 && shortest <= 54_001);
});

test("not found lives as long as negative-ttl, with jitter; 0 is not kept", async (t) => {
  t.is(await lifeOf({ negativeTtlMs: 4000, ttlMs: 60_000 }, null), 4000);
  t.is(await lifeOf({ negativeTtlMs: 4000, ttlJitter: 0.5 }, null, 0.5), 3000);
  t.is(await lifeOf({ negativeTtlMs: 0, ttlMs: 60_000 }, null), "not kept");
});

test("the loader's own ttl holds exactly, for a value and for not found; 0 is not kept", async (t) => {
  const conf = { ttlMs: 60_000, negativeTtlMs: 4000, ttlJitter: 0.5 };
  t.is(await lifeOf(conf, { value: "v", ttlMs: 1234 }, 0.9), 1234);
  t.is(await lifeOf(conf, { value: null, ttlMs: 1234 }, 0.9), 1234);
  t.is(await lifeOf(conf, { value: "v", ttlMs: 0 }), "not kept");
  t.is(await lifeOf(conf, { value: null, ttlMs: 0 }), "not kept");
});

test("the waiters get the same lifetime as the store", async (t) => {
  const { load, loader } = setUp({ ttlMs: 60_000 });
  const outcome = load(key("scores:a"));
  loader.loads[0]!.resolve("v");
  t.deepEqual(await outcome, found("v", 60_000));
});

test("a load tells clients that found the key missing, and not those that wait for the load", async (t) => {
  const { load, loader, tracking } = setUp();
  const [looked, waits] = [new FakeTracker(), new FakeTracker()];
  tracking.readsFor([], [key("scores:a")], looked);
  tracking.readsFor([key("scores:a")], [], waits);
  const outcome = load(key("scores:a"));
  loader.loads[0]!.resolve("v1");
  t.is(textOf(await outcome), "v1");
  t.deepEqual(looked.told, [], "a reply goes first");
  await turn();
  t.deepEqual([looked.told, waits.told], [["scores:a"], []]);
});

test("a load whose value is not kept tells the clients that have read it, as no later event will", async (t) => {
  const { load, loader, tracking } = setUp({ negativeTtlMs: 0 });
  const waits = new FakeTracker();
  tracking.readsFor([key("scores:a")], [], waits);
  const outcome = load(key("scores:a"));
  loader.loads[0]!.resolve(null);
  t.is(textOf(await outcome), "absent");
  t.deepEqual(waits.told, [], "the reply goes first");
  await turn();
  t.deepEqual(waits.told, ["scores:a"]);
});

test("a group without an origin tells nobody that a key is missing, and still tells of the SET", async (t) => {
  const clock = new FakeClock();
  const group = createGroup({ loader: NONE_LOADER, clock: clock.read });
  const tracking = createTracking(new Groups([group]), clock.read);
  const loads = new LocalLoads({ clock: clock.read, random: () => 0, loadLatency: new Latency(), tracking });
  const waits = new FakeTracker();
  tracking.readsFor([key("scores:a")], [], waits);
  await new Promise<Outcome>((resolve) => loads.load(group, key("scores:a"), resolve));
  await turn();
  t.deepEqual(waits.told, []);
  tracking.changed(key("scores:a"));
  t.deepEqual(waits.told, ["scores:a"]);
});

for (const [now, told] of [
  ["v1", []],
  ["v2", ["scores:a"]],
] as const) {
  test(`a load that finds an entry there tells its readers when the bytes differ: v1, ${now}`, async (t) => {
    const { load, loader, group, tracking, clock } = setUp();
    const reader = new FakeTracker();
    const outcome = load(key("scores:a"));
    group.store.put(key("scores:a"), key("v1"), 1000);
    tracking.readsFor([key("scores:a")], [], reader);
    loader.loads[0]!.resolve({ value: now, ttlMs: 5000 });
    await outcome;
    t.deepEqual(reader.told, told);
    clock.advance(4000);
    tracking.expire();
    await turn();
    t.deepEqual(reader.told, told, "with the same bytes it lives on");
    clock.advance(1200);
    tracking.expire();
    await turn();
    t.deepEqual(reader.told, ["scores:a"]);
  });
}

test("after a load of the same bytes with a shorter life, readers are told when that life is over", async (t) => {
  const { load, loader, group, tracking, clock } = setUp();
  const reader = new FakeTracker();
  const outcome = load(key("scores:a"));
  group.store.put(key("scores:a"), key("v1"), 50_000);
  tracking.readsFor([key("scores:a")], [], reader);
  loader.loads[0]!.resolve({ value: "v1", ttlMs: 5000 });
  await outcome;
  clock.advance(5100);
  tracking.expire();
  await turn();
  t.deepEqual(reader.told, ["scores:a"]);
});

test("what another thread sets while a key is loaded stays, and its clients are told to look again", async (t) => {
  const freeWrites = new FreeWrites(2);
  const { load, loader, group, tracking } = setUp({}, 0, freeWrites);
  const name = key("scores:a");
  const hash = group.store.hashOf(name, 0, name.length);
  const reader = new FakeTracker();
  tracking.readsFor([name], [], reader);
  const outcome = load(name);
  t.true(freeWrites.mayBeLoading(hash));
  group.store.set(name, key("set"), undefined, 0);
  loader.loads[0]!.resolve("loaded");
  t.is(textOf(await outcome), "loaded");
  t.is(String(group.store.get(name)?.value), "set");
  await turn();
  t.deepEqual(reader.told, ["scores:a"]);
  t.false(freeWrites.mayBeLoading(hash));
  const next = load(key("scores:b"));
  loader.loads[1]!.resolve("loaded");
  await next;
  t.is(String(group.store.get(key("scores:b"))?.value), "loaded");
});
