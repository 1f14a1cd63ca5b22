/**
 * Goal: with few descriptors, a flood of clients over HTTP and over RESP takes none from members and loaders.
 * Method: a node with a small limit of open files, more connections than it has descriptors, an HTTP origin, and a second
 * member that comes when the flood is there.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import test from "ava";
import { Redis } from "ioredis";
import { allLinked, CLI, reservePorts, start, startNodeProcess } from "./processes.ts";

const LOADS = 100;

test("600 HTTP connections and 300 clients at ulimit -n 400: loads and links go on, and all others are told", async (t) => {
  // Answers when all loads have come, so that each has a connection of its own.
  const held: (() => void)[] = [];
  const origin = createServer((_request, response) => {
    held.push(() => response.end("loaded"));
    if (held.length === LOADS) for (const answer of held) answer();
  }).listen(0, "127.0.0.1");
  await once(origin, "listening");
  t.teardown(() => origin.close());
  const { port: originPort } = origin.address() as { port: number };
  const [port, peerPort, otherPeer, httpPort] = await reservePorts(t, 4);
  const common = [
    ...["--peers", `127.0.0.1:${peerPort}`, `127.0.0.1:${otherPeer}`],
    ...["--group", "a", "loader", "http", `http://127.0.0.1:${originPort}/{key}`],
    ...["--group", "a", "loader-concurrency", String(LOADS), "--group", "a", "loader-timeout", "90s"],
    ...["--peer-timeout", "90s"],
  ];
  const args = ["--port", port, "--peer-port", peerPort, "--http-port", httpPort, ...common].map(String);
  const node = start(t, "sh", ["-c", `ulimit -n 400; exec "$0" "$@"`, process.execPath, CLI, ...args]);
  await node.printed(/ready on/);
  const client = new Redis(port!, "127.0.0.1");
  t.teardown(() => client.disconnect());
  await client.ping();

  const sockets: Socket[] = [];
  t.teardown(() => sockets.map((socket) => socket.destroy()));
  const flood = (to: number, count: number, text: string): Promise<string>[] =>
    Array.from({ length: count }, () => {
      const socket = connect(to, "127.0.0.1");
      sockets.push(socket);
      socket.on("error", () => {}).write(text);
      // A refused one may be reset.
      return new Promise<string>((resolve) => {
        socket.once("data", (said) => resolve(String(said))).once("close", () => resolve(""));
      });
    });
  // Half a request each: an answered connection would be idle, and make room for the next.
  const asked = flood(httpPort!, 600, "GET /healthz HTTP/1.1\r\n");
  const first503 = asked.map(async (said) => {
    if (!(await said).startsWith("HTTP/1.1 503 ")) throw new Error("not refused");
  });
  await Promise.any(first503);
  for (const socket of sockets) socket.write("Host: h\r\n\r\n");
  t.true((await Promise.all(asked)).some((said) => said.startsWith("HTTP/1.1 200 ")));
  const resp = await Promise.all(flood(port!, 300, "PING\r\n"));
  t.true(resp.some((said) => said.startsWith("+PONG")));
  t.true(resp.some((said) => said.startsWith("-ERR max")));

  const other = ["--port", "0", "--peer-port", String(otherPeer), ...common];
  await allLinked(await startNodeProcess(t, other));
  const keys = Array.from({ length: 4 * LOADS }, (_, i) => `a:${i}`);
  const owners = await Promise.all(keys.map((key) => client.call("CARROT.OWNER", key)));
  const mine = keys.filter((_, i) => owners[i] === `127.0.0.1:${peerPort}`).slice(0, LOADS);
  t.deepEqual([...new Set(await Promise.all(mine.map((key) => client.get(key))))], ["loaded"]);
  t.notRegex(node.output(), /EMFILE/);
});
