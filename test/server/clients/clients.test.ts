/**
 * Goal: as many clients as the conf allows, no idle or stuck ones, and an end in which each gets what it is owed.
 * Method: clients on sockets without a kernel, in a time that the test advances. What needs ports is in
 * clients-ports.test.ts.
 */
import test from "ava";
import { CommandReader } from "../../../proto/command-reader.ts";
import { Clients, type ClientsOptions } from "../../../server/clients/clients.ts";
import { SharedCounts } from "../../../server/clients/shared-counts.ts";
import { command, LIMITS } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { turn } from "../fakes.ts";
import { bulk } from "../rig.ts";
import { setUp as setUpConnection } from "./connection-rig.ts";
import { TestSocket } from "./test-socket.ts";

const FULL = "-ERR max number of clients reached\r\n";
const CONF: ClientsOptions["conf"] = {
  ...{ maxClients: 100, timeoutMs: 0, shutdownTimeoutMs: 5000 },
  ...{ protectedMode: true, requirePass: "", keepAliveMs: 60_000 },
};

/** Clients whose commands are those of connection-rig.ts. */
function setUp(change: Partial<ClientsOptions["conf"]> = {}) {
  const { host, conf: hostConf, time, later, counters, happened } = setUpConnection();
  const conf = { ...CONF, ...change };
  const counts = new SharedCounts(2);
  const gone: number[] = [];
  const clients = new Clients({
    ...{ thread: 2, counts, sharesPort: false, conf, room: 50, world: time, host },
    refused: (socket, why) => happened.push(`refused ${socket.remoteAddress}: ${why}`),
    gone: ({ id }) => gone.push(id),
  });
  const connect = async (address?: string) => {
    const socket = new TestSocket(address);
    clients.accept(socket.asSocket);
    await turn();
    return socket;
  };
  const ids = () => Array.from(clients.all(), ({ id }) => id);
  return { clients, conf, hostConf, time, counts, later, counters, happened, gone, connect, ids };
}

/** What a client has been sent for its commands. */
async function ask(socket: TestSocket, ...commands: string[][]): Promise<string> {
  socket.text = "";
  socket.arrive(commands.map((words) => command(...words)).join(""));
  await turn();
  return socket.text;
}

/** Resolves when a client is gone. */
const closed = (socket: TestSocket) => until("a closed client", () => socket.isGone);

test("one client more than maxclients gets Redis' text and is closed; a place that is free again is taken", async (t) => {
  const { clients, counts, connect, happened, gone } = setUp({ maxClients: 2 });
  const [first] = [await connect(), await connect()];
  const refused = await connect();
  await closed(refused);
  t.is(refused.text, FULL);
  t.deepEqual(happened, ["refused 127.0.0.1: maxclients"]);
  t.like(clients.figures, { connectionsReceived: 3, connectionsRejected: 1 });
  first.destroy();
  await closed(first);
  t.deepEqual([gone, counts.total()], [[1], 1]);
  t.is(await ask(await connect(), ["ECHO", "x"]), bulk("x"));
});

test("a client with its last reply has left: nobody finds or counts it, while its socket waits to be read", async (t) => {
  const { clients, counts, connect, gone, ids, time } = setUp();
  const [socket] = [await connect(), await connect()];
  clients.get(1)!.closeAfterReplies();
  await turn();
  t.deepEqual([socket.isGone, counts.total()], [false, 2]);
  t.deepEqual([gone, ids(), clients.get(1)], [[1], [2], undefined]);
  time.advance(200);
  await closed(socket);
  t.deepEqual([gone, ids(), counts.total()], [[1], [2], 1]);
});

test("clients of other threads count, and so do the descriptors there are", async (t) => {
  const { clients, conf, counts, connect } = setUp({ maxClients: 2 });
  counts.enter(1, 10);
  await connect();
  const refused = await connect();
  await closed(refused);
  t.is(refused.text, FULL);
  conf.maxClients = 1000;
  t.is(clients.max, 50);
});

test("a new maxclients holds for the next client, and closes none", async (t) => {
  const { conf, connect } = setUp();
  const [first, second] = [await connect(), await connect()];
  conf.maxClients = 1;
  t.is((await connect()).text, FULL);
  t.is(await ask(first, ["ECHO", "x"]), bulk("x"));
  t.is(await ask(second, ["ECHO", "x"]), bulk("x"));
  conf.maxClients = 3;
  t.is((await connect()).text, "");
});

test("numbers are not given twice, and a client is found by its own", async (t) => {
  const { clients, connect } = setUp();
  for (let id = 1; id <= 3; id++) {
    const socket = await connect();
    t.is(clients.get(id)?.socket, socket.asSocket);
    socket.destroy();
    await closed(socket);
    t.is(clients.get(id), undefined);
  }
});

test("without a password a client from elsewhere is denied and runs nothing, until either is changed", async (t) => {
  const { conf, counters, connect, happened } = setUp();
  const stranger = await connect("10.0.0.9");
  stranger.arrive(command("ECHO", "x"));
  await closed(stranger);
  t.regex(stranger.text, /^-DENIED carrotCache is running in protected mode [^\r\n]+\r\n$/);
  t.is(counters.commands, 0);
  t.deepEqual(happened, ["refused 10.0.0.9: protected mode"]);
  for (const address of ["127.0.0.2", "::1", "::ffff:127.0.0.1"])
    t.is((await connect(address)).text, "", address);
  conf.protectedMode = false;
  t.is((await connect("10.0.0.9")).text, "");
  conf.protectedMode = true;
  t.regex((await connect("10.0.0.9")).text, /^-DENIED /);
  conf.requirePass = "secret";
  t.is((await connect("10.0.0.9")).text, "");
});

test("the kernel is told of tcp-keepalive when a client connects", async (t) => {
  const { conf, connect } = setUp();
  t.is((await connect()).keepAliveMs, 60_000);
  conf.keepAliveMs = 0;
  t.is((await connect()).keepAliveMs, undefined);
});

test("a client that has been silent for longer than timeout is closed, one that waits for a reply is not", async (t) => {
  const { time, later, counters, connect, ids } = setUp({ timeoutMs: 10_000 });
  const [idle, waiting, active] = [await connect(), await connect(), await connect()];
  waiting.arrive(command("LATER", "x"));
  await turn();
  time.advance(8000);
  await ask(active, ["ECHO", "x"]);
  time.advance(2000);
  t.false(idle.destroyed);
  time.advance(1000);
  await closed(idle);
  t.deepEqual([ids(), counters.idleCloses], [[2, 3], 1]);
  later[0]!.resolve("late");
  await turn();
  time.advance(7000);
  // It has got its reply just now, however long ago it asked.
  t.deepEqual([waiting.text, ids()], [bulk("late"), [2, 3]]);
});

test("timeout 0 closes no client, and another one holds at once", async (t) => {
  const { conf, time, connect } = setUp();
  const socket = await connect();
  time.advance(100_000);
  t.false(socket.destroyed);
  conf.timeoutMs = 5000;
  time.advance(1000);
  await closed(socket);
  t.is(socket.text, "");
});

test("a client that leaves a command half sent is closed, trickling or not; one between commands is not", async (t) => {
  const { time, counters, connect, ids } = setUp();
  const [half, trickling, , busy] = [await connect(), await connect(), await connect(), await connect()];
  half.arrive("*1048576\r\n$8388608\r\nabc");
  trickling.arrive("*2\r\n$3\r\nGE");
  busy.arrive(`${command("PING")}*1\r\n$4`);
  await turn();
  for (let second = 1; second <= 29; second++) {
    time.advance(1000);
    if (second === 1) trickling.arrive("T");
    busy.arrive(`\r\nPING\r\n${command("PING")}*1\r\n$4`);
    await turn();
  }
  t.deepEqual(ids(), [1, 2, 3, 4]);
  time.advance(2000);
  await closed(half);
  await closed(trickling);
  t.deepEqual([ids(), counters.stallCloses], [[3, 4], 2]);
  time.advance(30_000);
  await closed(busy);
  t.deepEqual(ids(), [3]);
});

/** A client for which so much waits that it does not read. */
async function unread(rig: ReturnType<typeof setUp>, bytes: number): Promise<TestSocket> {
  const socket = await rig.connect();
  socket.stopReading();
  socket.arrive(command("ECHO", "x".repeat(bytes)));
  await turn();
  return socket;
}

test("a client that does not read what waits is closed, and counted", async (t) => {
  const rig = setUp();
  const socket = await unread(rig, 640_000);
  rig.time.advance(39_000);
  t.false(socket.destroyed, "30 s, and a second more for every 64 kB");
  rig.time.advance(3000);
  await closed(socket);
  t.is(rig.counters.stallCloses, 1);
  t.deepEqual(rig.happened, ["dropped: replies not read"]);
});

test("a new client-output-soft-limit and its time hold at once", async (t) => {
  const rig = setUp();
  const socket = await unread(rig, 1 << 20);
  rig.time.advance(20_000);
  t.false(socket.destroyed);
  Object.assign(rig.hostConf, { softOutputBytes: 1 << 20, softOutputMs: 5000 });
  rig.time.advance(5000);
  t.false(socket.destroyed);
  rig.time.advance(1000);
  await closed(socket);
  t.is(rig.counters.outputLimitCloses, 1);
  t.deepEqual(rig.happened, ["dropped: soft output limit reached"]);
});

test("closing answers what has arrived and refuses new clients; it ends when the last client is gone", async (t) => {
  const { clients, time, later, connect } = setUp();
  const [busy, idle] = [await connect(), await connect()];
  busy.arrive(command("ECHO", "a") + command("LATER", "x") + command("ECHO", "b"));
  await turn();
  let isOver = false;
  const closing = clients.close().then(() => (isOver = true));
  await until("the end of an idle client", () => idle.writableFinished);
  const late = await connect();
  await closed(late);
  t.regex(late.text, /^-ERR [^\r\n]*shutting down[^\r\n]*\r\n$/);
  later[0]!.resolve("late");
  await until("the end of a busy client", () => busy.writableFinished);
  t.is(busy.text, bulk("a") + bulk("late") + bulk("b"));
  t.false(isOver);
  time.advance(200);
  await closing;
  t.deepEqual([clients.size, time.waiting], [0, 0]);
});

test("closing waits for a client that does not read no longer than shutdown-timeout", async (t) => {
  const rig = setUp();
  const socket = await unread(rig, 1000);
  const closing = rig.clients.close();
  await until("the shutdown", () => socket.writableEnded);
  rig.time.advance(4999);
  await turn();
  t.false(socket.destroyed);
  rig.time.advance(1);
  await closing;
  t.is(rig.clients.size, 0);
});

/** Reads a long command, as a client's connection does; returns the memory in which it was put together. */
function readLong(): ArrayBufferLike {
  const reader = new CommandReader(LIMITS);
  reader.push(Buffer.from(command("SET", "k", "v".repeat(100_000)).slice(0, 50_000)));
  reader.next();
  const room = reader.room!;
  reader.push(room.fill("v"));
  room.write("\r\n", room.length - 2);
  reader.next();
  reader.next();
  return room.buffer;
}

test.serial(
  "the memory of long commands is kept between two sweeps, and given up when none comes between them",
  (t) => {
    const { clients } = setUp();
    clients.sweep();
    const memory = readLong();
    clients.sweep();
    t.is(readLong(), memory);
    clients.sweep();
    t.is(readLong(), memory);
    clients.sweep();
    clients.sweep();
    t.not(readLong(), memory);
  },
);
