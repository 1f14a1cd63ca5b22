/**
 * Goal: the parts of a group together stay within the group's limit. Method: groups made from confs, with and without
 * peers.
 */
import test from "ava";
import type { Eviction } from "../../../server/conf/conf.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import { createGroup } from "../../../server/groups/create-group.ts";
import { LoadFailures } from "../../../server/loaders/load-failures.ts";
import { MUTEX, SEQUENCE } from "../../../server/store/layout.ts";
import { NO_TOOLS, worldAt } from "../fakes.ts";

function create(hasPeers: boolean, lines: string, eviction: Eviction = "lru") {
  const [conf] = readConf({ text: lines }).groups;
  const loader = { load: () => null };
  const failures = new LoadFailures("a", { warn: () => {} }, () => 0);
  return createGroup(conf!, {
    loader,
    failures,
    tools: NO_TOOLS,
    eviction,
    hasPeers,
    isSoleWriter: true,
    world: worldAt(() => 0),
  });
}

test("mirrors are part of the group's limit", (t) => {
  const group = create(true, "group a maxmemory 1mb\ngroup a mirror-memory 25%");
  t.is(group.mirrors?.figures().maxBytes, 1 << 18);
  t.is(group.store.figures().maxBytes, (1 << 20) - (1 << 18));
});

test("a node that is alone has no mirrors, nor has a group whose share for them is 0", (t) => {
  for (const group of [
    create(false, "group a maxmemory 1mb"),
    create(true, "group a maxmemory 1mb\ngroup a mirror-memory 0%"),
  ]) {
    t.is(group.mirrors, undefined);
    t.is(group.store.figures().maxBytes, 1 << 20);
  }
});

test("a group as small as 2 kb holds entries", (t) => {
  const group = create(false, "group scores maxmemory 2kb");
  t.true(group.store.put(Buffer.from("scores:Tom"), Buffer.from("630"), undefined));
  t.is(group.store.get(Buffer.from("scores:Tom"))?.value?.toString(), "630");
  t.true(group.store.figures().usedBytes <= 2048);
});

test("mirrors evict even with noeviction", (t) => {
  const group = create(true, "group a maxmemory 8kb\ngroup a mirror-memory 50%", "noeviction");
  for (let i = 0; i < 100; i++) {
    group.store.put(Buffer.from(`a:${i}`), Buffer.alloc(100), undefined);
    group.mirrors!.put(Buffer.from(`a:${i}`), Buffer.alloc(100), undefined);
  }
  t.true(group.mirrors!.figures().evictions > 50);
  t.not(group.mirrors!.get(Buffer.from("a:99")), undefined);
  t.is(group.store.figures().evictions, 0);
  t.is(group.store.get(Buffer.from("a:99")), undefined);
});

test("the thread that makes a group is its sole writer, and its reads do not look for other writers", (t) => {
  const { store, mirrors } = create(true, "group a maxmemory 1mb\ngroup a mirror-memory 25%");
  for (const each of [store, mirrors!]) {
    each.put(Buffer.from("a"), Buffer.from("630"), undefined);
    const words = new Int32Array(each.handle.memory[0]!);
    words[SEQUENCE]!++;
    words[MUTEX] = 9;
    t.is(each.get(Buffer.from("a"))?.value?.toString(), "630");
  }
});

test("store and mirrors have one seed, and each group another", (t) => {
  const lines = "group a maxmemory 1mb\ngroup a mirror-memory 25%";
  const [one, other] = [create(true, lines), create(true, lines)];
  t.is(one.mirrors!.handle.seed, one.store.handle.seed);
  t.not(other.store.handle.seed, one.store.handle.seed);
});

test("each group has a seed of its own, which its store and mirrors share", (t) => {
  const groups = Array.from({ length: 5 }, () => create(true, "group a maxmemory 1mb"));
  const seeds = groups.map(({ store }) => store.handle.seed);
  t.is(new Set(seeds).size, 5);
  t.deepEqual(
    groups.map(({ mirrors }) => mirrors!.handle.seed),
    seeds,
  );
});
