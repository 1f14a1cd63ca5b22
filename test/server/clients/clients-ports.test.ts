/**
 * Goal: ports, and what the kernel does with them, serve clients as clients.test.ts says.
 * Method: nodes in this process with real sockets.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import test, { type ExecutionContext } from "ava";
import { clientRoom } from "../../../server/clients/client-room.ts";
import { program, skip, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader } from "../fakes.ts";
import { bulk, RawClient, type Rig, startRig } from "../rig.ts";

const PING = command("PING");

test("two addresses of bind share one port, 0 takes a free one", async (t) => {
  const { node } = await startRig(t, ["bind 127.0.0.1 127.0.0.2"]);
  t.true(node.port > 0);
  for (const host of ["127.0.0.1", "127.0.0.2"]) {
    const raw = await RawClient.connect(node.port, host);
    t.is(await raw.all(PING), "+PONG\r\n");
  }
});

test("close answers what has arrived, in order, and lets no client in", async (t) => {
  const loader = new HeldLoader();
  const { client, node, port } = await startRig(t, [], { loader });
  const [busy, idle] = await Promise.all([client(), client()]);
  const waiting = idle!.ended;
  busy!.send(PING + command("GET", "scores:slow") + PING);
  await until("a load and two clients", () => loader.loads.length > 0 && node.clients.size === 2);
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
  if (address === undefined) skip(t, "this machine has only loopback addresses");
  return address;
}

test("without a password a client from another address is denied and runs nothing, until either is changed", async (t) => {
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
  t.like(node.clients.figures, { connectionsReceived: 1, connectionsRejected: 1 });
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
  const { clients, conf } = (await startRig(t)).node;
  t.is(clients.max, Math.min(10_000, clientRoom(conf, 1).clients));
});

test("a client that waits to be accepted when the node closes is let in and closed, not reset", async (t) => {
  const { node, port } = await startRig(t);
  const sockets = Array.from({ length: 50 }, () => connect({ port, host: "127.0.0.1", allowHalfOpen: true }));
  const ends = sockets.map((socket) =>
    Promise.race([once(socket, "end").then(() => "FIN"), once(socket, "error").then(String)]),
  );
  const closing = node.close();
  t.deepEqual(await Promise.all(ends), Array(50).fill("FIN"));
  for (const socket of sockets) socket.destroy();
  await closing;
  t.is(node.clients.figures.connectionsReceived, 50);
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
