/**
 * Goal: HTTP is on every address of bind, keeps to its room, waits for what the node works at, and for nothing else.
 * Method: real sockets; requests that are answered when the test says so. A connection that nothing is owed to shows when
 * the time of an older one is over, too.
 */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { type HttpPortOptions, listenForHttp } from "../../../server/http/http-port.ts";
import { realWorld } from "../../../server/machine/world.ts";
import { until } from "../../until.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/** A port whose requests wait in `waiting` until the test answers them. */
async function start(t: ExecutionContext, change: Partial<HttpPortOptions> = {}) {
  const waiting: ServerResponse[] = [];
  const refused: (string | undefined)[] = [];
  const server = await listenForHttp({
    hosts: ["127.0.0.1"],
    port: 0,
    room: 100,
    maxHeaderBytes: 8192,
    world: realWorld(() => performance.now()),
    refused: (address) => refused.push(address),
    onError: (error) => t.fail(String(error)),
    answer: (_request, response) => waiting.push(response),
    ...change,
  });
  t.teardown(() => server.close(0));
  const dial = async (host = "127.0.0.1"): Promise<Socket> => {
    const socket = connect(server.port, host);
    t.teardown(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  return { server, waiting, refused, dial };
}

const answer = (response: ServerResponse) => response.end("ok");

test("every address of bind has the port, and 0 takes a free one", async (t) => {
  const { dial } = await start(t, {
    hosts: ["127.0.0.1", "127.0.0.2", "::1"],
    answer: (_request, response) => void response.end(response.socket!.localAddress),
  });
  for (const host of ["127.0.0.1", "127.0.0.2", "::1"]) {
    const socket = await dial(host);
    socket.write(REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    t.true((await text(socket)).endsWith(`\r\n\r\n${host}`), host);
  }
});

test("when one address has the port in use, the others are free again", async (t) => {
  const holder = createServer().listen(0, "127.0.0.2");
  await once(holder, "listening");
  t.teardown(() => holder.close());
  const { port } = holder.address() as { port: number };
  await t.throwsAsync(start(t, { hosts: ["127.0.0.1", "127.0.0.2"], port }), { code: "EADDRINUSE" });
  const again = createServer().listen(port, "127.0.0.1");
  await once(again, "listening");
  again.close();
});

test("a connection without room gets a 503, until one leaves", async (t) => {
  const { refused, dial } = await start(t, {
    room: 2,
    answer: (_request, response) => void response.end(),
  });
  const [first] = [await dial(), await dial()];
  const late = await dial();
  late.write(REQUEST);
  const said = await text(late);
  t.regex(said, /^HTTP\/1\.1 503 Service Unavailable\r\n/);
  t.regex(said, /\r\nconnection: close\r\ncontent-length: (\d+)\r\n\r\ntoo many connections$/);
  t.is(Number(/length: (\d+)/.exec(said)![1]), "too many connections".length);
  t.deepEqual(refused, ["127.0.0.1"]);
  first!.destroy();
  await until("there is room", async () => {
    const next = await dial();
    next.on("error", () => {}).write(REQUEST);
    return /^HTTP\/1\.1 200 /.test(String((await once(next, "data"))[0]));
  });
});

test("an idle connection gives its place to a new one; one that waits for an answer does not", async (t) => {
  const { waiting, refused, dial } = await start(t, { room: 2 });
  const idle = await dial();
  idle.write(REQUEST);
  await until("it asks", () => waiting.length === 1);
  answer(waiting[0]!);
  await once(idle, "data");
  const busy = await dial();
  busy.write(REQUEST);
  await until("the other one asks", () => waiting.length === 2);
  const closed = once(idle.resume(), "close");
  const fresh = await dial();
  fresh.write(REQUEST);
  await until("the new one asks", () => waiting.length === 3);
  await closed;
  t.regex(await text((await dial()).resume()), /^HTTP\/1\.1 503 /);
  t.deepEqual(refused, ["127.0.0.1"]);
  answer(waiting[1]!);
  t.regex(String((await once(busy, "data"))[0]), /^HTTP\/1\.1 200 /);
});

test("a request is not too slow while the node works at it, however long the client has been silent", async (t) => {
  const { waiting, dial } = await start(t, { idleTimeoutMs: 500 });
  const patient = await dial();
  patient.write(REQUEST);
  await until("it asks", () => waiting.length === 1);
  const silent = await dial();
  await once(silent.resume(), "close");
  t.false(patient.destroyed);
  answer(waiting[0]!);
  t.regex(String((await once(patient, "data"))[0]), /^HTTP\/1\.1 200 /);
  // Now nothing is owed to it.
  await once(patient.resume(), "close");
});

test("a client that goes away while it waits leaves its place, and its late answer harms nobody", async (t) => {
  const { waiting, refused, dial, server } = await start(t, { room: 1 });
  const gone = await dial();
  gone.write(REQUEST);
  await until("it asks", () => waiting.length === 1);
  const noticed = once(waiting[0]!, "close");
  gone.destroy();
  await noticed;
  const next = await dial();
  next.write(REQUEST);
  await until("the next one asks", () => waiting.length === 2);
  answer(waiting[0]!);
  answer(waiting[1]!);
  t.regex(String((await once(next, "data"))[0]), /^HTTP\/1\.1 200 /);
  t.deepEqual(refused, []);
  next.destroy();
  await t.notThrowsAsync(server.close());
});

test("a client that asks a hundred times without an answer is closed", async (t) => {
  const { waiting, dial } = await start(t);
  const eager = await dial();
  eager.on("error", () => {});
  const closed = once(eager, "close");
  eager.write(REQUEST.repeat(101));
  await closed;
  t.is(waiting.length, 100);
});

test("clients that are refused and stay are closed", async (t) => {
  const timers: (() => void)[] = [];
  const after = (_ms: number, run: () => void) => {
    timers.push(run);
    return { cancel: () => {} };
  };
  const { dial, refused, server } = await start(t, { room: 1, world: { after } });
  const first = await dial();
  const stay = Array.from({ length: 17 }, () =>
    connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true }),
  );
  for (const socket of stay) t.teardown(() => socket.on("error", () => {}).destroy());
  await until("all are refused", () => refused.length === 17);
  // The seventeenth does not even get the reason.
  t.is(timers.length, 16);
  for (const cutOff of timers) cutOff();
  first.destroy();
  await t.notThrowsAsync(server.close());
});
