/**
 * Goal: an edit that loads first works on what a GET would give when the load is over, and nothing that happened meanwhile
 * is lost. Method: one group with an origin whose loads end when the test says so.
 */
import test from "ava";
import type { Edit } from "../../../cluster/edit.ts";
import { LoadedEdits } from "../../../server/changes/loaded-edits.ts";
import { LocalChanges } from "../../../server/changes/local-changes.ts";
import type { GroupConf } from "../../../server/conf/conf.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { LocalLoads } from "../../../server/reads/local-loads.ts";
import { FreeWrites } from "../../../server/store/free-writes.ts";
import { Watches } from "../../../server/tracking/watches.ts";
import { createGroup, createTracking, FakeClock, HeldLoader, key, startFlight, turn } from "../fakes.ts";

const NAME = key("scores:a");
const ADD_ONE: Edit = {
  ...{ conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: false },
  ...{ operation: { kind: "add", argument: key("1"), at: 0 }, loadsFirst: true },
} as const;
const SET: Edit = { conditions: [], value: key("70"), life: "endless", wanted: undefined, isUse: false };

function setUp(conf: Partial<GroupConf> = {}, freeWrites?: FreeWrites) {
  const clock = new FakeClock();
  const loader = new HeldLoader();
  const origin = { kind: "module", args: ["x.mjs"], where: "carrot.conf:1", directory: "/" };
  const group = createGroup({ conf: { loader: origin, ...conf }, loader, clock: clock.read });
  const groups = new Groups([group]);
  const tracking = createTracking(groups, clock.read);
  const local = new LocalChanges({
    groups,
    tracking,
    watches: new Watches({ isHeld: () => false, isAlone: false }),
  });
  const loads = new LocalLoads({ clock: clock.read, random: () => 0, loadLatency: new Latency(), tracking });
  const edits = new LoadedEdits({ groups, local, loads, freeWrites });
  const text = () => group.store.get(NAME)?.value?.toString();
  return { edits, local, loads, loader, group, clock, text };
}

test("a key that is held, or remembered as not found, or whose group has no origin, is edited at once", (t) => {
  const { edits, group, loader } = setUp();
  group.store.put(NAME, key("5"), 1000);
  t.like(edits.edit(NAME, ADD_ONE), { result: "6" });
  t.is(group.store.look(NAME).ttlMs, 1000);
  group.store.put(NAME, null, 1000);
  t.like(edits.edit(NAME, ADD_ONE), { result: "1" });
  t.is(group.store.look(NAME).ttlMs, undefined);
  const none = setUp({ loader: { kind: "none", args: [], where: "carrot.conf:1", directory: "/" } });
  t.like(none.edits.edit(NAME, ADD_ONE), { result: "1" });
  t.is(loader.loads.length + none.loader.loads.length, 0);
});

test("edits of a key that is not cached share one load, and each of them counts; the loaded lifetime stays", async (t) => {
  const { edits, loader, group, text } = setUp({ ttlMs: 9000 });
  const view = Buffer.from(NAME);
  const edited = [1, 2, 3].map(() => edits.edit(view, ADD_ONE));
  view.fill("x");
  loader.loads[0]!.resolve("10");
  t.deepEqual(
    (await Promise.all(edited)).map(({ result }) => result),
    ["11", "12", "13"],
  );
  t.is(loader.loads.length, 1);
  t.deepEqual([text(), group.store.look(NAME).ttlMs], ["13", 9000]);
});

test("what the origin does not have counts as 0, also when not-found is not cached", async (t) => {
  for (const negativeTtlMs of [5000, 0]) {
    const { edits, loader, group } = setUp({ negativeTtlMs });
    const edited = edits.edit(NAME, ADD_ONE);
    loader.loads[0]!.resolve(null);
    t.is((await edited).result, "1");
    t.is(group.store.look(NAME).ttlMs, undefined);
  }
});

test("a load that fails is the answer, and nothing changes", async (t) => {
  const { edits, loader, group } = setUp();
  const edited = edits.edit(NAME, ADD_ONE);
  loader.loads[0]!.reject(new Error("down"));
  t.like(await edited, { changed: false, error: "loader failed: down" });
  t.is(group.store.look(NAME).kind, "missing");
});

test("a SET during the load is what the edit finds, also when the load fails", async (t) => {
  const { edits, local, loader, text } = setUp();
  for (const fails of [false, true]) {
    local.remove([NAME]);
    const edited = edits.edit(NAME, ADD_ONE);
    local.edit(NAME, SET);
    if (fails) loader.loads.at(-1)!.reject(new Error("down"));
    else loader.loads.at(-1)!.resolve("1");
    t.is((await edited).result, "71");
    t.is(text(), "71");
  }
});

test("a value that was deleted while it was loaded is loaded again", async (t) => {
  const { edits, local, loader, text } = setUp();
  const edited = edits.edit(NAME, ADD_ONE);
  local.remove([NAME]);
  loader.loads[0]!.resolve("stale");
  await turn();
  loader.loads[1]!.resolve("100");
  t.is((await edited).result, "101");
  t.is(text(), "101");
  t.is(loader.loads.length, 2);
});

test("a flush, and a failed load of a deleted key, are loaded again as well", async (t) => {
  const { edits, local, loader } = setUp();
  const edited = edits.edit(NAME, ADD_ONE);
  local.flush();
  loader.loads[0]!.reject(new Error("down"));
  await turn();
  loader.loads[1]!.resolve("100");
  t.is((await edited).result, "101");
});

test("a key that is deleted again and again gets an error in the end", async (t) => {
  const { edits, local, loader, group } = setUp();
  const edited = edits.edit(NAME, ADD_ONE);
  for (let loads = 0; loads < 5; loads++) {
    local.remove([NAME]);
    loader.loads[loads]!.resolve("1");
    await turn();
  }
  t.regex((await edited).error!, /deleted again and again/);
  t.is(group.store.look(NAME).kind, "missing");
});

test("a value that its loader forbids to keep is not changed", async (t) => {
  const { edits, loader, group } = setUp();
  const edited = edits.edit(NAME, ADD_ONE);
  loader.loads[0]!.resolve({ value: "5", ttlMs: 0 });
  t.regex((await edited).error!, /may not be kept/);
  t.is(group.store.look(NAME).kind, "missing");
});

test("a value that does not fit into its group is no room for the edit", async (t) => {
  const { edits, loader } = setUp({ maxBytes: 4096, mirrorBytes: 0 });
  const edited = edits.edit(NAME, ADD_ONE);
  loader.loads[0]!.resolve("7".repeat(4096));
  t.like(await edited, { noRoom: true, changed: false });
});

test("the edit voids no load but that of its own key", async (t) => {
  const { edits, loader, group } = setUp();
  const edited = edits.edit(NAME, ADD_ONE);
  const other = startFlight(group.loads, key("scores:b")).flight;
  loader.loads[0]!.resolve("1");
  await edited;
  t.false(other.voided);
});

test("an edit that breaks an invariant rejects, and the load's other waiters get their value", async (t) => {
  const { edits, loads, local, loader, group } = setUp();
  local.edit = () => {
    throw new Error("broken");
  };
  const edited = Promise.resolve(edits.edit(NAME, ADD_ONE));
  const loaded = new Promise((resolve) => loads.load(group, NAME, resolve));
  loader.loads[0]!.resolve("1");
  await t.throwsAsync(edited, { message: "broken" });
  t.like(await loaded, { kind: "value" });
});

test("no other thread writes between the look at an entry and its edit", async (t) => {
  const freeWrites = new FreeWrites(2);
  const { edits, group, local, loader } = setUp({}, freeWrites);
  const seen: boolean[] = [];
  const edit = local.edit.bind(local);
  local.edit = (...args) => {
    seen.push(freeWrites.has("steps"));
    return edit(...args);
  };
  const loaded = edits.edit(NAME, ADD_ONE);
  loader.loads[0]!.resolve("5");
  t.like(await loaded, { result: "6" });
  t.like(edits.edit(NAME, ADD_ONE), { result: "7" });
  t.deepEqual(seen, [true, true]);
  t.false(freeWrites.has("steps"));
  t.is(String(group.store.get(NAME)?.value), "7");
});
