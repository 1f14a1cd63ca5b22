/**
 * Goal: after CONFIG SET the groups share the memory by the rule of the start, or nothing changes and the reason is told.
 * Method: confs as text, changed through changeDirectives; what the stores would be told is noted.
 */
import test from "ava";
import { changeDirectives } from "../../../server/conf/change-directive.ts";
import type { MemoryPlan } from "../../../server/conf/memory-plan.ts";
import { concernsMemory } from "../../../server/conf/memory-plan.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

const MIB = 2 ** 20;
const memory = { bytes: 2 ** 30, owner: "this machine", heapBytes: 2 ** 30 } as const;

function setUp() {
  const text = "maxmemory 400mb\ngroup own maxmemory 100mb\ngroup a loader none\ngroup b mirror-memory 50%";
  const conf = readConf({ text });
  const plans: MemoryPlan[] = [];
  const fit = (plan: MemoryPlan) => void plans.push(plan);
  const set = (...changes: [string, string][]) => changeDirectives(conf, changes, { memory, fit });
  const limits = () => conf.groups.map(({ maxBytes, mirrorBytes }) => [maxBytes / MIB, mirrorBytes / MIB]);
  return { conf, plans, set, limits };
}

test("groups without a limit of their own share the change, the others keep theirs", (t) => {
  const { conf, plans, set, limits } = setUp();
  t.deepEqual(limits(), [
    [100, 12.5],
    [150, 18.75],
    [150, 75],
  ]);
  t.is(set(["maxmemory", "200mb"]), undefined);
  t.is(conf.maxBytes, 200 * MIB);
  t.deepEqual(limits(), [
    [100, 12.5],
    [50, 6.25],
    [50, 25],
  ]);
  t.deepEqual(plans[0]!.groups.get("b"), { maxBytes: 50 * MIB, mirrorBytes: 25 * MIB });
  t.is(plans[0]!.eviction, "s3fifo");
});

test("a group that gets a limit has one of its own from then on", (t) => {
  const { set, limits } = setUp();
  t.is(set(["GROUP a MaxMemory", "260mb"]), undefined);
  t.deepEqual(
    limits().map(([bytes]) => bytes),
    [100, 260, 40],
  );
  t.is(set(["maxmemory", "500mb"], ["group own maxmemory", "200mb"]), undefined);
  t.deepEqual(
    limits().map(([bytes]) => bytes),
    [200, 260, 40],
  );
});

test("eviction changes with the memory, and other directives change none", (t) => {
  const { conf, plans, set } = setUp();
  t.is(set(["eviction", "lru"]), undefined);
  t.is(conf.eviction, "lru");
  t.is(plans[0]!.eviction, "lru");
  t.is(plans[0]!.groups.get("a")!.maxBytes, 150 * MIB);
  t.is(set(["maxclients", "7"], ["group a ttl", "1s"]), undefined);
  t.is(plans.length, 1);
});

test("what does not fit changes nothing, and the reason names what is in the way", (t) => {
  const { conf, plans, set, limits } = setUp();
  const before = limits();
  for (const [changes, name, error] of [
    [
      [["maxmemory", "50mb"]],
      "maxmemory",
      "carrot.conf:2: group own maxmemory: the groups' limits come to 100mb, more than the node's maxmemory of 50mb",
    ],
    [
      [
        ["maxclients", "7"],
        ["group a maxmemory", "400mb"],
      ],
      "group a maxmemory",
      "group a maxmemory: the groups' limits come to 500mb, more than the node's maxmemory of 400mb",
    ],
    [[["maxmemory", "2gb"]], "maxmemory", "expected at most 1gb, which is what this machine has, got 2gb"],
    [
      [["maxmemory", "100mb"]],
      "maxmemory",
      "group a maxmemory: maxmemory leaves only 0 for it, and a group needs 1kb at least",
    ],
  ] as [[string, string][], string, string][]) {
    t.deepEqual(set(...changes), { name, error });
  }
  t.deepEqual(limits(), before);
  t.is(conf.maxClients, 10_000);
  t.deepEqual(plans, []);
});

test("when the stores cannot take the memory, nothing changes", (t) => {
  const { conf } = setUp();
  const fit = () => "no";
  t.deepEqual(
    changeDirectives(
      conf,
      [
        ["maxclients", "7"],
        ["maxmemory", "200mb"],
      ],
      { memory, fit },
    ),
    {
      name: "maxmemory",
      error: "no",
    },
  );
  t.is(conf.maxClients, 10_000);
  t.is(conf.maxBytes, 400 * MIB);
});

test("knows the names that concern memory in any case", (t) => {
  for (const name of ["maxmemory", "MaxMemory", "eviction", "group a maxmemory"])
    t.true(concernsMemory(name));
  for (const name of ["maxclients", "group a ttl", "group maxmemory ttl"]) t.false(concernsMemory(name));
});
