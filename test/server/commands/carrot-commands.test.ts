/**
 * Goal: CARROT.* commands return the ring, the groups and their figures as maps, in both dialects. A change of the ring
 * reaches every member, or its reply names the members that it did not reach.
 * Method: a node that is alone; then nodes on loopback that are linked. Replies as bytes, and as ioredis decodes them.
 */
import test, { type ExecutionContext } from "ava";
import { version } from "../../../server/machine/version.ts";
import { until } from "../../until.ts";
import { bulk, ownHost, type Rig, startRig } from "../rig.ts";

/** Makes an object of a flat list of names and values, which is how ioredis returns a map. */
function fields(flat: unknown): Record<string, unknown> {
  const list = flat as unknown[];
  return Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[String(name), list[i + 1]]] : [])));
}

/** Starts the members of one ring and waits for their links. `also` are ids of members that do not run. */
async function startMembers(
  t: ExecutionContext,
  count: number,
  also: readonly string[] = [],
): Promise<Rig[]> {
  const hosts = Array.from({ length: count }, ownHost);
  const ids = hosts.map((host) => `${host}:10000`);
  const clock = () => performance.now();
  const rigs = await Promise.all(
    hosts.map((host) =>
      startRig(
        t,
        [`bind ${host}`, "peer-port 10000", `peers ${[...ids, ...also].join(" ")}`, "peer-timeout 30s"],
        { clock },
      ),
    ),
  );
  const isLinked = ({ node }: Rig) =>
    ids.every((id) => id === node.cache.membership.self || node.cache.peers!.isUp(id));
  await until("each member has a link to every other", () => rigs.every(isLinked));
  return rigs;
}

test("PEERS of a node that is alone shows the node itself, with the whole ring", async (t) => {
  const { ask, ask3, node } = await startRig(t);
  const id = node.cache.membership.self;
  const entry = `${bulk("id")}${bulk(id)}${bulk("self")}:1\r\n${bulk("state")}${bulk("up")}${bulk("share")}${bulk("100.00%")}${bulk("version")}${bulk(version)}`;
  t.is(await ask(["CARROT.PEERS"]), `*1\r\n*10\r\n${entry}`);
  t.is(await ask3(["carrot.peers"]), `*1\r\n%5\r\n${entry}`);
});

test("PEERS shows each member with its share, its state and the figures of its link", async (t) => {
  const [a, b] = await startMembers(t, 2, ["127.0.0.1:1"]);
  const entries = ((await a!.redis5().call("CARROT.PEERS")) as unknown[]).map(fields);
  t.deepEqual(entries.map(({ id }) => id).sort(), [...a!.node.cache.membership.members].sort());
  const shares = entries.map(({ share }) => Number.parseFloat(String(share)));
  t.true(Math.abs(shares.reduce((sum, share) => sum + share) - 100) < 0.1);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  t.like(byId.get(a!.node.cache.membership.self), { self: 1, state: "up" });
  const link = byId.get(b!.node.cache.membership.self)!;
  t.like(link, { self: 0, state: "up", reconnects: 0, version });
  for (const name of ["sent", "received", "bytes_sent", "bytes_received", "in_flight", "since_ms"])
    t.true(Number.isInteger(link[name]), name);
  await until("a ping's answer", async () => {
    const [, linked] = ((await a!.redis5().call("CARROT.PEERS")) as unknown[]).map(fields);
    return linked!.self === 1 || Number.isInteger(linked!.rtt_us);
  });
  t.not(byId.get("127.0.0.1:1")!.state, "up");
});

test("OWNER is the id of the member that the ring gives the key, the same on every member", async (t) => {
  const [a, b] = await startMembers(t, 2);
  const owners = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const owner = await a!.ask(["CARROT.OWNER", `scores:${i}`]);
    t.is(await b!.ask(["carrot.owner", `scores:${i}`]), owner);
    owners.add(owner);
  }
  t.deepEqual([...owners].sort(), a!.node.cache.membership.members.map(bulk).sort());
});

test("STATS are the counters of one group, or of all added up", async (t) => {
  const { ask, redis5 } = await startRig(t, ["group scores ttl 0", "group users ttl 0"]);
  await ask(["MGET", "scores:a", "scores:b", "users:a"]);
  await ask(["GET", "users:a"]);
  const redis = redis5();
  const [all, scores, users] = await Promise.all(
    [[], ["scores"], ["users"]].map(async (args) => fields(await redis.call("CARROT.STATS", ...args))),
  );
  t.like(all, { misses: 3, loads: 3, hits: 1, entries: 3, flights_joined: 0 });
  t.like(scores, { misses: 2, loads: 2, hits: 0, entries: 2 });
  t.like(users, { misses: 1, loads: 1, hits: 1, entries: 1 });
  for (const [name, value] of Object.entries(all!)) {
    t.is(value, Number(scores![name]) + Number(users![name]), name);
  }
  t.is(await ask(["CARROT.STATS", "nosuch"]), "-ERR no such group 'nosuch'\r\n");
  t.is(await ask(["CARROT.STATS", "a", "b"]), "-ERR syntax error\r\n");
});

test("STATS and GROUPS are maps in RESP3", async (t) => {
  const { ask3 } = await startRig(t);
  t.regex(await ask3(["CARROT.STATS"]), /^%\d+\r\n\$4\r\nhits\r\n:0\r\n/);
  t.regex(await ask3(["CARROT.GROUPS"]), /^\*1\r\n%\d+\r\n\$4\r\nname\r\n\$6\r\nscores\r\n/);
});

test("GROUPS shows each group with its limits, its loader and its entries", async (t) => {
  const { ask, redis5 } = await startRig(t, [
    ...["maxmemory 100mb", "group scores maxmemory 1mb", "group scores ttl 90s", "group default loader none"],
    "group scores loader http http://127.0.0.1:1/{key}",
  ]);
  await ask(["GET", "scores:a"]);
  const groups = ((await redis5().call("CARROT.GROUPS")) as unknown[]).map(fields);
  t.like(groups[0], { name: "scores", prefix: "scores:", maxmemory: 1 << 20, ttl_ms: 90_000, entries: 1 });
  t.like(groups[0], { loader: "http http://127.0.0.1:1/{key}", mirror_memory: 0 });
  t.like(groups[1], { name: "default", prefix: "", loader: "none", maxmemory: 99 * (1 << 20), entries: 0 });
});

test("PEERS ADD, REMOVE and SET change the ring on every member", async (t) => {
  const [a, b] = await startMembers(t, 2);
  const [idA, idB] = [a!.node.cache.membership.self, b!.node.cache.membership.self];
  t.is(await a!.ask(["CARROT.PEERS", "REMOVE", idB]), "+OK\r\n");
  t.deepEqual([...a!.node.cache.membership.members], [idA]);
  t.deepEqual([...b!.node.cache.membership.members], [idB]);
  t.is(await a!.ask(["carrot.peers", "add", idB]), "+OK\r\n");
  for (const { node } of [a!, b!]) t.deepEqual([...node.cache.membership.members], [idA, idB].sort());
  t.is(await a!.ask(["CARROT.PEERS", "SET", idA]), "+OK\r\n");
  t.deepEqual([...a!.node.cache.membership.members], [idA]);
});

test("the reply names a member that does not take a new ring; the others take it", async (t) => {
  const [a] = await startMembers(t, 2);
  t.is(
    await a!.ask(["CARROT.PEERS", "ADD", "127.0.0.1:1"]),
    "-ERR the ring has changed, but not on 127.0.0.1:1: unreachable\r\n",
  );
  t.is(a!.node.cache.membership.members.length, 3);
});

test("a change with one wrong member changes nothing", async (t) => {
  const alone = await startRig(t);
  t.is(
    await alone.ask(["CARROT.PEERS", "ADD", "127.0.0.1:2"]),
    "-ERR this node is alone: it was started without peers\r\n",
  );
  const [a] = await startMembers(t, 2);
  const { self, members } = a!.node.cache.membership;
  t.is(
    await a!.ask(["CARROT.PEERS", "SET", "127.0.0.1:2"]),
    `-ERR this node, ${self}, cannot leave the ring by itself: ask another member\r\n`,
  );
  t.regex(
    await a!.ask(["CARROT.PEERS", "ADD", "127.0.0.1:2", "nonsense:x"]),
    /^-ERR member 'nonsense:x': .*\r\n$/,
  );
  t.regex(await a!.ask(["CARROT.PEERS", "ADD", "10.0.0.1:16390"]), /^-ERR member '10.0.0.1:16390': .*\r\n$/);
  t.regex(
    await a!.ask(["CARROT.PEERS", "ADD"]),
    /^-ERR wrong number of arguments for 'carrot.peers\|add' command/,
  );
  t.deepEqual([...a!.node.cache.membership.members], [...members]);
});
