/**
 * Goal: as many clients as the conf allows, no idle ones, and an end in which everybody gets what is owed.
 * Method: nodes in this process with real sockets; a clock that the test moves.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import test, { type ExecutionContext } from "ava";
import { clientRoom, descriptorLimit } from "../../../server/machine/descriptors.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { HeldLoader, turn } from "../fakes.ts";
import { bulk, RawClient, type Rig, startRig } from "../rig.ts";

const PING = command("PING");
const FULL = "-ERR max number of clients reached\r\n";

test("one client more than maxclients gets Redis' text and is closed; a place that is free again is taken", async (t) => {
  const { client, node } = await startRig(t, ["maxclients 2"]);
  const [first] = await Promise.all([client(), client()]);
  while (node.clients.size < 2) await turn();
  const refused = await client();
  refused.send(PING);
  await refused.ended;
  t.is(refused.take(), FULL);
  t.deepEqual(node.clients.counters, { received: 3, rejected: 1 });
  first!.socket.destroy();
  while (node.clients.size > 1) await turn();
  const next = await client();
  t.is(await next.reply(PING, "+PONG\r\n"), "+PONG\r\n");
});

test("CONFIG SET maxclients holds for the next client, and closes nobody", async (t) => {
  const { client, ask, node } = await startRig(t, ["maxclients 100"]);
  const [first, second] = await Promise.all([client(), client()]);
  await first!.reply(command("CONFIG", "SET", "maxclients", "1"), "+OK\r\n");
  t.is(await ask(["PING"]), FULL);
  t.is(await second!.reply(PING, "+PONG\r\n"), "+PONG\r\n");
  await first!.reply(command("CONFIG", "SET", "maxclients", "3"), "+OK\r\n");
  t.is(await ask(["PING"]), "+PONG\r\n");
  t.is(node.clients.counters.rejected, 1);
});

test("numbers are not given twice, and a client is found by its own", async (t) => {
  const { client, node } = await startRig(t);
  for (let id = 1; id <= 3; id++) {
    const raw = await client();
    t.is(await raw.reply(command("CLIENT", "ID"), `:${id}\r\n`), `:${id}\r\n`);
    t.is(node.clients.get(id)?.id, id);
    raw.socket.destroy();
    await raw.closed;
    while (node.clients.size > 0) await turn();
    t.is(node.clients.get(id), undefined);
  }
});

test("who has been silent for longer than timeout is closed, who waits for a load is not", async (t) => {
  const loader = new HeldLoader();
  const { client, node, clock } = await startRig(t, ["timeout 10"], { loader });
  const [idle, waiting, active] = await Promise.all([client(), client(), client()]);
  waiting!.send(command("GET", "scores:slow"));
  while (loader.loads.length === 0) await turn();
  clock.advance(8000);
  await active!.reply(PING, "+PONG\r\n");
  clock.advance(2001);
  node.clients.closeIdle();
  await idle!.ended;
  t.is(node.clients.size, 2);
  loader.loads[0]!.resolve("630");
  await waiting!.until((got) => got === bulk("630"));
  // It has got its value just now, however long ago it asked.
  node.clients.closeIdle();
  t.is(await waiting!.reply(PING, `${bulk("630")}+PONG\r\n`), `${bulk("630")}+PONG\r\n`);
});

test("timeout 0 closes nobody, and CONFIG SET timeout holds at once", async (t) => {
  const { client, node, clock } = await startRig(t);
  const raw = await client();
  await raw.reply(PING, "+PONG\r\n");
  clock.advance(1e9);
  node.clients.closeIdle();
  t.is(await raw.reply(command("CONFIG", "SET", "timeout", "5"), "+OK\r\n"), "+OK\r\n");
  clock.advance(5001);
  node.clients.closeIdle();
  await raw.ended;
  t.is(node.clients.size, 0);
});

test("two addresses of bind share one port, 0 takes a free one", async (t) => {
  const { node } = await startRig(t, ["bind 127.0.0.1 127.0.0.2"]);
  t.true(node.port > 0);
  for (const host of ["127.0.0.1", "127.0.0.2"]) {
    const raw = await RawClient.connect(node.port, host);
    t.is(await raw.all(PING), "+PONG\r\n");
  }
});

test("close answers what has arrived, in order, and lets nobody in", async (t) => {
  const loader = new HeldLoader();
  const { client, node, port } = await startRig(t, [], { loader });
  const [busy, idle] = await Promise.all([client(), client()]);
  const waiting = idle!.ended;
  busy!.send(PING + command("GET", "scores:slow") + PING);
  while (loader.loads.length === 0 || node.clients.size < 2) await turn();
  const closing = node.close();
  await waiting;
  const late = await RawClient.connect(port);
  t.true(late.socket.destroyed);
  loader.loads[0]!.resolve("late but right");
  await busy!.ended;
  t.is(busy!.take(), `+PONG\r\n${bulk("late but right")}+PONG\r\n`);
  await closing;
  t.is(node.clients.size, 0);
});

test("close waits for a client that does not read no longer than shutdown-timeout", async (t) => {
  const { client, node } = await startRig(t, ["shutdown-timeout 1h"], {
    loader: { load: () => "x".repeat(1 << 22) },
  });
  const raw = await client();
  raw.socket.pause();
  for (let i = 0; i < 10; i++) raw.send(command("GET", "scores:a"));
  const [connection] = node.clients.all();
  while (connection!.outgoing.bytes === 0) await turn();
  Object.assign(node.conf, { shutdownTimeoutMs: 50 });
  await node.close();
  t.is(node.clients.size, 0);
});

async function occupy(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer();
  server.listen(0, host);
  await once(server, "listening");
  return { server, port: (server.address() as { port: number }).port };
}

test("an address in use rejects with its port, and leaves the others free again", async (t) => {
  const { server, port } = await occupy("127.0.0.2");
  t.teardown(() => server.close());
  const error = await t.throwsAsync(startRig(t, [`port ${port}`, "bind 127.0.0.1 127.0.0.2"]));
  t.is((error as NodeJS.ErrnoException).code, "EADDRINUSE");
  const again = createServer();
  again.listen(port, "127.0.0.1");
  await once(again, "listening");
  again.close();
});

/** An address of this machine that is no loopback one; a connection to it comes from it. */
function outsideAddress(t: ExecutionContext): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const address = all.find(({ internal, family }) => !internal && family === "IPv4")?.address;
  if (address === undefined) {
    t.falsy(process.env.CI, "CI needs a network interface beside lo");
    t.log("SKIPPED: this machine has only loopback addresses");
    t.pass();
  }
  return address;
}

test("without a password who comes from elsewhere is denied and runs nothing, until either is changed", async (t) => {
  const address = outsideAddress(t);
  if (address === undefined) return;
  const { node, log, client } = await startRig(t, ["bind 0.0.0.0"]);
  const outside = async () => {
    const raw = await RawClient.connect(node.port, address);
    t.teardown(() => raw.socket.destroy());
    return raw;
  };
  const stranger = await outside();
  stranger.send(command("FLUSHALL"));
  await stranger.ended;
  t.regex(stranger.take(), /^-DENIED carrotCache is running in protected mode [^\r\n]+\r\n$/);
  t.is(node.report.clientFigures.commands, 0);
  t.deepEqual(node.clients.counters, { received: 1, rejected: 1 });
  t.regex(log.at(-1)!.msg, /^refused [\d.]+:\d+: protected mode$/);
  const local = await client();
  const set = async (...words: string[]) =>
    t.is(await local.reply(command("CONFIG", "SET", ...words), "+OK\r\n"), "+OK\r\n");
  await set("protected-mode", "no");
  t.is(await (await outside()).reply(PING, "+PONG\r\n"), "+PONG\r\n");
  await set("protected-mode", "yes");
  t.regex(await (await outside()).all(PING), /^-DENIED /);
  await set("requirepass", "secret");
  t.regex(await (await outside()).all(PING), /^-NOAUTH /);
});

test("no more clients than there are descriptors for, whatever maxclients says", async (t) => {
  const { clients } = (await startRig(t)).node;
  t.is(clients.max, Math.min(10_000, clientRoom(descriptorLimit(), 0, 1)));
});

test("who leaves a command half sent is closed, trickling or not; who is between commands is not", async (t) => {
  const { client, node, clock } = await startRig(t);
  const [half, trickling, whole, busy] = await Promise.all([client(), client(), client(), client()]);
  half!.send("*1048576\r\n$8388608\r\nabc");
  trickling!.send("*2\r\n$3\r\nGE");
  busy!.send(`${PING}*1\r\n$4`);
  await whole!.reply(PING, "+PONG\r\n");
  const pending = () => [...node.clients.all()].reduce((sum, { pendingBytes }) => sum + pendingBytes, 0);
  while (pending() < 23 + 10 + 6) await turn();
  for (let second = 1; second <= 29; second++) {
    clock.advance(1000);
    const before = pending();
    trickling!.send(second === 1 ? "T" : "");
    busy!.send(`\r\nPING\r\n${PING}*1\r\n$4`);
    await busy!.until((text) => text.length >= (1 + 2 * second) * 7);
    while (second === 1 && pending() === before) await turn();
    node.clients.sweep();
  }
  t.is(node.clients.size, 4);
  clock.advance(1001);
  node.clients.sweep();
  await Promise.all([half!.ended, trickling!.ended]);
  t.is(node.clients.size, 2);
  t.is(node.report.clientFigures.stallCloses, 2);
  clock.advance(30_001);
  node.clients.sweep();
  await busy!.ended;
  t.is(await whole!.reply(PING, "+PONG\r\n"), "+PONG\r\n");
});

/** More than a kernel takes for who does not read, less than the soft limit's default. */
const MUCH_BYTES = 15 << 20;

/** A client for which so much waits that it does not read. */
async function unread({ client, node }: Rig, bytes: number): Promise<RawClient> {
  const raw = await client();
  raw.socket.pause();
  raw.send(command("ECHO", "x".repeat(bytes)));
  while (![...node.clients.all()].some(({ outgoing }) => outgoing.bytes > 0)) await turn();
  return raw;
}

test("who does not read what waits is closed, and counted", async (t) => {
  const rig = await startRig(t, ["client-output-soft-limit 0"]);
  const raw = await unread(rig, MUCH_BYTES);
  rig.node.clients.sweep();
  rig.clock.advance(30_000 + MUCH_BYTES / 64);
  rig.node.clients.sweep();
  await turn();
  t.is(rig.node.clients.size, 0);
  t.is(rig.node.report.clientFigures.stallCloses, 1);
  raw.socket.resume();
  await raw.ended;
});

test("CONFIG SET client-output-soft-limit and -time hold at once", async (t) => {
  const rig = await startRig(t);
  await unread(rig, MUCH_BYTES);
  const { node, clock, ask } = rig;
  const sweepAt = async (ms: number) => {
    clock.advance(ms);
    node.clients.sweep();
    await turn();
    return node.clients.size;
  };
  t.is(await sweepAt(0), 1);
  t.is(await sweepAt(20_000), 1);
  await ask(["CONFIG", "SET", "client-output-soft-limit", "1mb", "client-output-soft-time", "5s"]);
  t.is(await sweepAt(0), 1);
  t.is(await sweepAt(4999), 1);
  t.is(await sweepAt(1), 0);
  t.is(node.report.clientFigures.outputLimitCloses, 1);
  t.regex(rig.log.at(-1)!.msg, /soft output limit reached$/);
});

test("who waits to be accepted when the node closes is let in and let go, not reset", async (t) => {
  const { node, port } = await startRig(t);
  const sockets = Array.from({ length: 50 }, () => connect({ port, host: "127.0.0.1", allowHalfOpen: true }));
  const ends = sockets.map((socket) =>
    Promise.race([once(socket, "end").then(() => "FIN"), once(socket, "error").then(String)]),
  );
  const closing = node.close();
  t.deepEqual(await Promise.all(ends), Array(50).fill("FIN"));
  for (const socket of sockets) socket.destroy();
  await closing;
  t.is(node.clients.counters.received, 50);
});

/** What the kernel's timer of a client's socket is set to, at the node's end, once nothing waits to be acknowledged. */
function timerOf({ node }: Rig, { socket }: RawClient): string {
  const filter = `sport = :${node.port} and dport = :${socket.localPort}`;
  for (;;) {
    const line = execFileSync("ss", ["-tnoH", filter], { encoding: "utf8" });
    if (line !== "" && !line.includes("timer:(on,")) return /timer:\((.*)\)/.exec(line)?.[1] ?? "none";
  }
}

testWith(program("ss"))(
  "the kernel asks silent clients whether they are there, as tcp-keepalive says when they connect",
  async (t) => {
    const rig = await startRig(t);
    const first = await rig.client();
    await first.reply(PING, "+PONG\r\n");
    // Of 60 s, what a busy machine has left.
    t.regex(timerOf(rig, first), /^keepalive,(1min|[1-5]\dsec)/);
    await first.reply(command("CONFIG", "SET", "tcp-keepalive", "0"), "+OK\r\n");
    const second = await rig.client();
    await second.reply(PING, "+PONG\r\n");
    t.is(timerOf(rig, second), "none");
  },
);
