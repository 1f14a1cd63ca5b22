/**
 * Goal: as many clients as the conf allows, no idle ones, and an end in which everybody gets what is owed.
 * Method: nodes in this process with real sockets; a clock that the test moves.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import test from "ava";
import { command } from "../proto/read-commands.ts";
import { HeldLoader, turn } from "./fakes.ts";
import { bulk, RawClient, startRig } from "./rig.ts";

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
