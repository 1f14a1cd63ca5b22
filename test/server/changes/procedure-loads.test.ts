/**
 * Goal: a procedure runs on what a GET would give when it runs, however long one of its loads takes, and whatever happens to
 * the other keys meanwhile.
 * Method: a node that is alone, with a real store; the loads of its one group end when the test says so. The procedure notes
 * what it finds.
 */
import test from "ava";
import { editErrors } from "../../../proto/error-texts.ts";
import { encodeReply, OK } from "../../../proto/reply.ts";
import { ClusterChanges } from "../../../server/changes/cluster-changes.ts";
import { LocalChanges } from "../../../server/changes/local-changes.ts";
import { type Procedure, Procedures } from "../../../server/changes/procedures.ts";
import { RecordedChanges } from "../../../server/changes/recorded-changes.ts";
import type { GroupConf } from "../../../server/conf/conf.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { Groups, heldOf } from "../../../server/groups/groups.ts";
import { Owners } from "../../../server/members/owners.ts";
import { LocalLoads } from "../../../server/reads/local-loads.ts";
import { type KeyWatch, Watches } from "../../../server/tracking/watches.ts";
import { createGroup, createMembership, createTracking, FakeClock, HeldLoader, key, turn } from "../fakes.ts";

const [A, B] = [key("scores:a"), key("scores:b")];
const SET = { conditions: [], life: "endless", wanted: undefined, isUse: false } as const;

function setUp(conf: Partial<GroupConf> = {}) {
  const loader = new HeldLoader();
  const origin = { kind: "module", args: ["x.mjs"], where: "carrot.conf:1", directory: "/" };
  const group = createGroup({ conf: { loader: origin, ...conf }, loader });
  const groups = new Groups([group]);
  const tracking = createTracking(groups);
  const watches = new Watches({ isHeld: () => false, isAlone: true });
  const open = new Set<KeyWatch>();
  const noted = {
    watch: (name: Buffer) => {
      const own = watches.watch(name);
      open.add(own);
      const { end } = own;
      own.end = () => {
        open.delete(own);
        end();
      };
      return own;
    },
  };
  const local = new LocalChanges({ groups, tracking, watches });
  const loads = new LocalLoads({
    clock: new FakeClock().read,
    random: () => 0,
    loadLatency: new Latency(),
    tracking,
  });
  const found: string[] = [];
  const find = (keys: readonly Buffer[]): Procedure => ({
    ...{ keys, loads: true, isReadOnly: true, extraMs: 0 },
    run: () => {
      for (const each of keys) {
        const outcome = heldOf(group, each) ?? procedures.loadedOf(each);
        found.push(outcome?.kind === "value" ? String(outcome.value) : String(outcome?.kind));
      }
      return { reply: OK, undo: false };
    },
  });
  const owners = new Owners({ membership: createMembership("a", ["a"]), peers: undefined });
  const recorded = new RecordedChanges(groups, local);
  const changes = new ClusterChanges({ groups, owners, peers: undefined, local, tracking });
  const procedures = new Procedures({
    ...{ groups, owners, peers: undefined, changes, recorded, loads, watches: noted, find },
  });
  const run = async (...keys: Buffer[]) => String(encodeReply((await procedures.run(keys))!, 2)).trim();
  /** Ends the load that was begun as the nth. */
  const land = async (nth: number, value: string | null) => {
    loader.loads[nth]!.resolve(value);
    await turn();
  };
  return { loader, group, local, open, found, run, land };
}

for (const [change, make] of [
  ["deleted", (local: LocalChanges) => void local.remove([A])],
  ["removed by an edit", (local: LocalChanges) => void local.edit(A, { ...SET, value: null })],
  ["flushed", (local: LocalChanges) => local.flush()],
] as const) {
  test(`a key that is ${change} while it is loaded is loaded again`, async (t) => {
    const { run, land, local, found, loader } = setUp();
    const reply = run(A);
    make(local);
    await land(0, "old");
    t.deepEqual(found, []);
    await land(1, "new");
    t.deepEqual([await reply, found, loader.loads.length], ["+OK", ["new"], 2]);
  });

  test(`a key that is ${change} when it is loaded, while another one is not, is loaded again`, async (t) => {
    const { run, land, local, found } = setUp();
    const reply = run(A, B);
    await land(0, "old");
    make(local);
    await land(1, "b");
    t.deepEqual(found, []);
    for (const nth of change === "flushed" ? [2, 3] : [2]) await land(nth, "new");
    t.deepEqual([await reply, found], ["+OK", ["new", change === "flushed" ? "new" : "b"]]);
  });
}

test("also a value that the loader lets nobody keep is loaded again when its key is deleted or flushed", async (t) => {
  for (const change of ["remove", "flush"] as const) {
    const { run, land, local, found, loader } = setUp();
    const reply = run(A, B);
    loader.loads[0]!.resolve({ value: "old", ttlMs: 0 });
    await turn();
    if (change === "remove") local.remove([A]);
    else local.flush();
    await land(1, "b");
    for (const nth of change === "flush" ? [2, 3] : [2]) await land(nth, "new");
    await reply;
    t.is(found[0], "new");
  }
});

test("a value that is evicted while another key is loaded is used", async (t) => {
  const { run, land, group, found, loader } = setUp();
  const reply = run(A, B);
  await land(0, "a");
  group.store.clear();
  await land(1, "b");
  t.deepEqual([await reply, found, loader.loads.length], ["+OK", ["a", "b"], 2]);
});

test("a SET meanwhile is what the procedure finds, also when the load fails", async (t) => {
  const { run, land, local, found, loader } = setUp();
  const reply = run(A, B);
  loader.loads[0]!.reject(new Error("down"));
  await turn();
  local.edit(A, { ...SET, value: key("set") });
  await land(1, "b");
  t.deepEqual([await reply, found], ["+OK", ["set", "b"]]);
});

test("a load that fails is the answer, and a key that is deleted again and again gets an error", async (t) => {
  const { run, land, local, found, loader } = setUp();
  const failing = run(A);
  loader.loads[0]!.reject(new Error("down"));
  t.is(await failing, "-ERR loader failed: down");
  const reply = run(A);
  for (let i = 1; i <= 5; i++) {
    local.remove([A]);
    await land(i, "old");
  }
  t.deepEqual([await reply, found, loader.loads.length], [`-ERR ${editErrors.deletedAgain}`, [], 6]);
});

test("a key that comes twice is loaded once, its bytes are copied, and no watch is left", async (t) => {
  const { run, found, loader, open } = setUp();
  const value = Buffer.from("a");
  const reply = run(A, A, B);
  t.is(loader.loads.length, 2);
  loader.loads[0]!.resolve({ value, ttlMs: 0 });
  await turn();
  value.fill("x");
  loader.loads[1]!.resolve(null);
  t.deepEqual([await reply, found], ["+OK", ["a", "a", "absent"]]);
  t.is(open.size, 0);
});
