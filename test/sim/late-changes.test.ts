/**
 * Goal: a change that reaches a member late, over a slow link or after a break, undoes nothing that came after it, and deletes
 * what is older. Method: whole members over a network in memory, in virtual time, a few seeds for each test; a seed that fails is
 * printed.
 */
import { testWithSeeds } from "./whole-cluster-seeds.ts";

const SEEDS = 10;
const KEY = "scores:Tom";
/** Longer than `peer-timeout`, so the change is answered without the member that is slow; too short to count as silence. */
const SLOW_MS = 600;
const LINES = { lines: ["peer-timeout 200ms"] };

testWithSeeds(
  SEEDS,
  "a DEL that is late on a slow link spares a later SET",
  async (t, cluster) => {
    const { owner, others } = cluster.ownerOf(KEY);
    const [first, second] = others;
    cluster.network.slow(first!.machine, owner.machine, SLOW_MS, "there");
    await cluster.done(first!.remove(KEY));
    await cluster.done(second!.set(KEY, "later"));
    await cluster.time.advance(2 * SLOW_MS);
    t.is(await cluster.done(second!.get(KEY)), "later");
    t.true(cluster.isLinked(), "no link has ended");
  },
  LINES,
);

for (const [what, name] of [
  ["load", "deletes what was loaded meanwhile"],
  ["set", "spares what was set meanwhile"],
] as const) {
  testWithSeeds(SEEDS, `a DEL that a member hears of after a break ${name}`, async (t, cluster) => {
    const { owner, others } = cluster.ownerOf(KEY);
    const [first, second] = others;
    cluster.network.cut(first!.machine, owner.machine);
    await cluster.time.until("the break", () => !first!.cache.peers!.isUp(owner.id));
    await cluster.done(first!.remove(KEY));
    const before = what === "load" ? await cluster.done(owner.get(KEY)) : "later";
    if (what === "set") await cluster.done(second!.set(KEY, before));
    cluster.network.heal(first!.machine, owner.machine);
    await cluster.time.until("the links", () => cluster.isLinked());
    await cluster.time.advance(1000);
    const after = await cluster.done(second!.get(KEY));
    if (what === "set") t.is(after, "later");
    else t.not(after, before);
  });
}

testWithSeeds(
  SEEDS,
  "a key that changes 6,000 times while a member is away does not empty it",
  async (t, cluster) => {
    const { owner, others } = cluster.ownerOf(KEY);
    const [first] = others;
    const other = Array.from({ length: 100 }, (_, i) => `scores:${i}`).find(
      (key) => cluster.ownerOf(key).owner === owner,
    )!;
    await cluster.done(owner.get(other));
    cluster.network.cut(first!.machine, owner.machine);
    await cluster.time.until("the break", () => !first!.cache.peers!.isUp(owner.id));
    for (let i = 0; i < 6000; i++) await cluster.done(first!.remove(KEY));
    cluster.network.heal(first!.machine, owner.machine);
    await cluster.time.until("the links", () => cluster.isLinked());
    await cluster.time.advance(1000);
    t.is(owner.cache.holdings.countHere(0), 1);
  },
);
