/**
 * Goal: a node starts whole or not at all, answers from the right place, and ends without losing a reply.
 * Method: nodes in this process, one alone or two that are linked; ports that another server holds; loaders of the test.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import test, { type ExecutionContext } from "ava";
import type { Loader } from "../../server/loaders/loader.ts";
import { isFree } from "../e2e/processes.ts";
import { command } from "../proto/read-commands.ts";
import { until } from "../until.ts";
import { HeldLoader, key, textOf, turn } from "./fakes.ts";
import { bulk, ownHost, type Rig, type RigOptions, startRig } from "./rig.ts";

/** A node that waits for its members needs a clock that moves. */
const realClock = () => performance.now();
const PORT = 6390;
const PEER_PORT = 16390;

/** Holds a port until the test ends. */
async function occupy(t: ExecutionContext, host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  await once(server, "listening");
  t.teardown(() => server.close());
}

/** Two members of one ring, linked both ways, on the clock of the machine. */
async function startPair(
  t: ExecutionContext,
  options: RigOptions = {},
  lines: readonly string[] = [],
): Promise<[Rig, Rig]> {
  const hosts = [ownHost(), ownHost()];
  const ids = hosts.map((host) => `${host}:${PEER_PORT}`);
  const [a, b] = await Promise.all(
    hosts.map((host) => {
      const own = [`bind ${host}`, `peer-port ${PEER_PORT}`, `peers ${ids.join(" ")}`, "peer-timeout 30s"];
      return startRig(t, [...own, ...lines], { clock: realClock, ...options });
    }),
  );
  await until("both links are up", () => {
    return a!.node.cache.peers!.isUp(ids[1]!) && b!.node.cache.peers!.isUp(ids[0]!);
  });
  return [a!, b!];
}

/** A key of the group `scores` that this node owns. */
function keyOf({ node }: Rig): string {
  for (let i = 0; ; i++) {
    if (node.cache.membership.ring.ownerOf(key(`scores:${i}`)) === node.cache.membership.self)
      return `scores:${i}`;
  }
}

/** A conf with both ports, for a host of the test's own. */
function bothPorts(host: string): string[] {
  return [
    ...[`bind ${host}`, `port ${PORT}`, `peer-port ${PEER_PORT}`],
    `peers ${host}:${PEER_PORT} 127.0.0.1:1`,
  ];
}

test("a client port in use rejects the start, closes the loaders, and leaves the peer port free", async (t) => {
  const host = ownHost();
  await occupy(t, host, PORT);
  let closed = 0;
  const loader: Loader = { load: () => null, close: () => void closed++ };
  const error = await t.throwsAsync(startRig(t, bothPorts(host), { loader, clock: realClock }));
  t.like(error, { code: "EADDRINUSE", port: PORT });
  t.is(closed, 1);
  t.true(await isFree(PEER_PORT, host));
});

test("a peer port in use rejects the start, and leaves the client port free", async (t) => {
  const host = ownHost();
  await occupy(t, host, PEER_PORT);
  t.like(await t.throwsAsync(startRig(t, bothPorts(host), { clock: realClock })), {
    code: "EADDRINUSE",
    port: PEER_PORT,
  });
  t.true(await isFree(PORT, host));
});

test("a node without peers opens no peer port", async (t) => {
  const host = ownHost();
  const { node } = await startRig(t, [`bind ${host}`]);
  t.is(node.cache.peers, undefined);
  t.true(await isFree(10_000, host));
});

test("get answers from the store, caches a not-found, and passes a failure on", async (t) => {
  const load: Loader["load"] = (name) => {
    if (name === "broken") throw new Error("no database");
    return name === "none" ? null : `value of ${name}`;
  };
  const { node } = await startRig(t, [], { loader: { load } });
  const names = ["scores:Tom", "scores:Tom", "scores:none", "scores:none", "scores:broken", "elsewhere"];
  const answers: string[] = [];
  for (const name of names) answers.push(textOf(await node.cache.get(key(name))));
  const tom = "value of Tom";
  t.deepEqual(answers, [tom, tom, "absent", "absent", "error: loader failed: no database", "absent"]);
  t.like(node.cache.groups.all[0]!.counters, {
    hits: 1,
    negativeHits: 1,
    misses: 3,
    loads: 3,
    loadErrors: 1,
  });
});

test("get copies the key, so the caller may use its bytes again", async (t) => {
  const { node, asked } = await startRig(t);
  const bytes = key("scores:Tom");
  const outcome = node.cache.get(bytes);
  bytes.fill("x");
  t.is(textOf(await outcome), "value of Tom");
  t.deepEqual(asked, ["Tom"]);
  t.is(textOf(await node.cache.get(key("scores:Tom"))), "value of Tom");
  t.is(asked.length, 1);
});

test("close answers what clients have sent, then closes the loaders; a second close does nothing more", async (t) => {
  let closed = 0;
  const held = new HeldLoader();
  const loader: Loader = { load: (name, context) => held.load(name, context), close: () => void closed++ };
  const { node, client } = await startRig(t, [], { loader });
  const raw = await client();
  raw.send(command("GET", "scores:slow"));
  await until("the load has begun", () => held.loads.length > 0);
  const closing = node.close();
  t.true(node.closing);
  await turn();
  t.is(closed, 0);
  held.loads[0]!.resolve("late but right");
  await closing;
  t.is(closed, 1);
  await raw.ended;
  t.is(raw.take(), bulk("late but right"));
  await node.close();
  t.is(closed, 1);
});

test("a key is loaded at its owner, whichever member is asked, and a DEL reaches it there", async (t) => {
  const [a, b] = await startPair(t);
  const name = keyOf(b);
  const value = `value of ${name.slice("scores:".length)}`;
  t.is(await a.ask(["GET", name], ["GET", name]), bulk(value).repeat(2));
  t.is(await b.ask(["GET", name]), bulk(value));
  t.deepEqual([a.asked.length, b.asked.length], [0, 1]);
  t.is(await a.ask(["EXISTS", name], ["STRLEN", name], ["DBSIZE"]), `:1\r\n:${value.length}\r\n:1\r\n`);
  t.is(await a.ask(["DEL", name], ["EXISTS", name]), ":1\r\n:0\r\n");
  t.is(await b.ask(["DBSIZE"]), ":0\r\n");
});

test("a forward gives up after loader-timeout and peer-timeout, which CONFIG SET changes", async (t) => {
  const loader = new HeldLoader();
  const [a, b] = await startPair(t, { loader }, ["group scores loader-timeout 1h", "shutdown-timeout 1s"]);
  // Before the nodes are closed, which waits for their loads.
  t.teardown(() => loader.release());
  const change = ["CONFIG", "SET", "peer-timeout", "30ms", "group scores loader-timeout", "20ms"];
  t.is(await a.ask(change), "+OK\r\n");
  t.is(await a.ask(["GET", keyOf(b)]), "-ERR peer timeout after 50 ms\r\n");
  t.is(loader.loads.length, 1);
  t.true(a.node.cache.peers!.isUp(b.node.cache.membership.self));
});

test("when a member has gone, the others answer for its keys", async (t) => {
  const [a, b] = await startPair(t);
  const name = keyOf(b);
  await b.node.close();
  const value = `value of ${name.slice("scores:".length)}`;
  t.is(await a.ask(["GET", name]), bulk(value));
  t.is(await a.ask(["DEL", name]), ":1\r\n");
  t.deepEqual([a.asked.length, b.asked.length], [1, 0]);
});

test("the report has the time since the start and the commands of the last second", async (t) => {
  const { node, clock } = await startRig(t);
  clock.advance(1234);
  t.is(node.report.uptimeMs, 1234);
  t.deepEqual(node.report.rates, { commands: 0, inputBytes: 0, outputBytes: 0 });
});

test("when the ring changes, clients that track are told to drop all their copies", async (t) => {
  const [a, b] = await startPair(t);
  const client = await a.client();
  client.send(command("HELLO", "3") + command("CLIENT", "TRACKING", "ON") + command("GET", keyOf(b)));
  await client.until((text) => text.endsWith(`value of ${keyOf(b).slice("scores:".length)}\r\n`));
  client.take();
  // A node that the ring leaves out keeps its links and answers by itself from now on.
  a.node.cache.membership.take(1, [b.node.cache.membership.self]);
  t.is(await client.until((text) => text !== ""), ">2\r\n$10\r\ninvalidate\r\n_\r\n");
});

test("the stores of a node with one thread need no locks", async (t) => {
  const { node } = await startRig(t);
  t.true(node.cache.groups.all.every(({ store }) => store.handle.isOnlyThreads));
});
