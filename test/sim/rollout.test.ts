/**
 * Goal: while members' confs differ, as in a rollout node by node, no client gets "not found" for a key that the origin
 * has, nor a value of another group; what clients change holds on all members.
 * Method: whole members over a network in memory, in virtual time, a few seeds for each test (whole-cluster-seeds.ts). The
 * origin has every key. A loaded value of a group other than `scores` names its group.
 */
import type { Edit } from "../../cluster/edit.ts";
import type { WholeCluster, WholeMember } from "./whole-cluster.ts";
import { testWithSeeds } from "./whole-cluster-seeds.ts";

const SEEDS = 5;
const NEW = "group new ttl 0";
const DEFAULT = "group default ttl 0";
const KEYS = Array.from({ length: 12 }, (_, i) => `new:${i}`);
const EXPIRE: Edit = {
  conditions: ["held"],
  value: undefined,
  life: 60_000,
  wanted: undefined,
  isUse: false,
};

/** What all members answer to a GET of each key. */
function askAll({ members }: WholeCluster, keys: readonly string[]): Promise<string[]> {
  return Promise.all(keys.flatMap((key) => members.map((member) => member.get(key))));
}

for (const [what, rest] of [
  ["lack", []],
  ["give to default", [DEFAULT]],
] as const) {
  testWithSeeds(
    SEEDS,
    `a group that two of three members ${what} is answered for by the third, whoever is asked`,
    async (t, cluster) => {
      const { members } = cluster;
      const answers = await cluster.done(askAll(cluster, KEYS));
      t.deepEqual([...new Set(answers)].sort(), KEYS.map((key) => `new ${key.slice(4)}`).sort());
      t.deepEqual([...new Set(cluster.loads.values())], [1]);
      t.is(members[1]!.cache.holdings.countHere(0), KEYS.length);
      for (const member of members) {
        const [key] = KEYS.splice(0, 1);
        KEYS.push(key!);
        await cluster.done(member.set(key!, "mine"));
        t.deepEqual(await cluster.done(askAll(cluster, [key!])), ["mine", "mine", "mine"]);
        const look = async ({ cache }: WholeMember) => (await cache.holdings.look(Buffer.from(key!))).bytes;
        t.deepEqual(await cluster.done(Promise.all(members.map(look))), [4, 4, 4]);
        const expired = await cluster.done(
          Promise.resolve(member.cache.changes.edit(Buffer.from(key!), EXPIRE)),
        );
        t.true(expired.changed);
        t.is(await cluster.done(member.remove(key!)), 1);
        t.is(members[1]!.cache.holdings.lookHere(Buffer.from(key!)).kind, "missing");
      }
    },
    { lines: rest, linesOf: (i) => (i === 1 ? [NEW] : []) },
  );

  testWithSeeds(
    SEEDS,
    `with the only member gone that has the group, which others ${what}, a GET is an error, and a change too`,
    async (t, cluster) => {
      const [a, b, c] = cluster.members as [WholeMember, WholeMember, WholeMember];
      cluster.kill(b);
      const others = { members: [a, c] } as unknown as WholeCluster;
      const early = cluster.done(askAll(others, KEYS));
      const late = early.then(() => cluster.done(askAll(others, KEYS)));
      for (const answers of [await early, await late])
        for (const answer of answers) t.regex(answer, /^error: no member that has the key's group/);
      const edited = await cluster.done(Promise.resolve(a.cache.changes.edit(Buffer.from("new:1"), EXPIRE)));
      t.regex(edited.error!, /no member that has the key's group/);
      await t.throwsAsync(cluster.done(Promise.resolve(c.cache.holdings.look(Buffer.from("new:1")))), {
        name: "NobodyAnswers",
      });
    },
    { lines: rest, linesOf: (i) => (i === 1 ? [NEW] : []) },
  );
}

testWithSeeds(
  SEEDS,
  "node by node to a conf with a new group and one group less: no null for a key that some member knows",
  async (t, cluster) => {
    const asking = [...KEYS.slice(0, 4), "scores:Tom", "old:1", "old:2"];
    let round = 0;
    const askWhile = async (isOver: () => boolean, known: () => readonly string[]) => {
      while (!isOver()) {
        round++;
        const keys = known();
        const living = cluster.members.filter(({ cache }) => serving.has(cache));
        const answers = await Promise.all(living.flatMap((m) => keys.map((key) => m.get(key))));
        // The last member that knows a group may have gone in between: that is an error, and never a null.
        const right = /^(new |old |\d|error: no member that has the key's group)/;
        for (const answer of answers) if (!right.test(answer)) wrong.push(answer);
        await cluster.time.pass(20);
      }
    };
    const wrong: string[] = [];
    // The members whose ports for clients are open.
    const serving = new Set<unknown>(cluster.members.map(({ cache }) => cache));
    let isOver = false;
    let withNew = false;
    let last = false;
    const known = () =>
      asking.filter((key) => (withNew || !key.startsWith("new:")) && (!last || !key.startsWith("old:")));
    const clients = askWhile(
      () => isOver,
      () => known(),
    );
    for (let i = 0; i < 3; i++) {
      // The last member that knows the old group takes it along.
      if (i === 2) last = true;
      await cluster.time.advance(100);
      serving.delete(cluster.members[i]!.cache);
      await cluster.restart(i, [NEW]);
      serving.add(cluster.members[i]!.cache);
      await cluster.time.until("all links", () => cluster.isLinked());
      withNew = true;
    }
    await cluster.time.advance(500);
    isOver = true;
    await cluster.done(clients);
    t.deepEqual(wrong, []);
    t.true(round > 20, `${round} rounds`);
    for (const { cache } of cluster.members) t.is(cache.groups.of(Buffer.from("old:1"), 0, 5), undefined);
  },
  { lines: ["group old ttl 0"] },
);

testWithSeeds(
  SEEDS,
  "to a new ring-seed by restarts one after the other: two clusters for a while, no null and no old value",
  async (t, cluster) => {
    const seed = "ring-seed 99";
    for (let i = 0; i < 3; i++) {
      await cluster.restart(i, [seed]);
      await cluster.time.advance(200);
      for (const answer of await cluster.done(askAll(cluster, ["scores:Tom", "scores:Jack"])))
        t.regex(answer, /^\d/);
      const [first, , third] = cluster.members;
      t.is(first!.cache.peers!.isUp(third!.id), i === 2);
      if (i === 2) break;
      t.regex(
        String(first!.cache.peers!.figures(third!.id)?.lastError),
        /^ring-seed is 99 here and 0 there$/,
      );
    }
    await cluster.time.until("all links", () => cluster.isLinked());
    await cluster.done(cluster.members[0]!.set("scores:Tom", "mine"));
    t.deepEqual(await cluster.done(askAll(cluster, ["scores:Tom"])), ["mine", "mine", "mine"]);
  },
  {},
);
