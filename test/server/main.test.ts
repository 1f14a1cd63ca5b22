/**
 * Goal: what is wrong with a conf at the start is said with its line, and leaves nothing running; what runs says so in
 * one line and ends as a whole.
 * Method: confs as text, ports that somebody else holds, loaders that count how often they are closed.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import pino from "pino";
import { ConfError } from "../../server/conf/conf-error.ts";
import { readConf } from "../../server/conf/read-conf.ts";
import { checkLoaders, createLoaders, readyLine, type StartOptions, startServer } from "../../server/main.ts";
import { freePorts } from "../e2e/processes.ts";
import { command } from "../proto/read-commands.ts";
import { bulk, RawClient } from "./rig.ts";

const log = pino({ level: "silent" });

async function start(t: ExecutionContext, lines: readonly string[], options: StartOptions = {}) {
  const server = await startServer(readConf({ text: lines.join("\n") }), { log, ...options });
  t.teardown(() => server.close());
  return server;
}

async function takenPort(t: ExecutionContext): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return (server.address() as { port: number }).port;
}

const ask = async (port: number, ...words: string[]) =>
  (await RawClient.connect(port)).all(command(...words));

test("a port in use is named with the line that asks for it", async (t) => {
  const port = await takenPort(t);
  const [free, peerPort] = await freePorts(2);
  const message = (name: string, line: number) => ({
    instanceOf: ConfError,
    message: `carrot.conf:${line}: ${name}: 127.0.0.1:${port} is in use`,
  });
  await t.throwsAsync(start(t, ["# a comment", `port ${port}`]), message("port", 2));
  await t.throwsAsync(start(t, [`port ${free}`, `http-port ${port}`]), message("http-port", 2));
  const peers = `peers 127.0.0.1:${port} 127.0.0.1:1`;
  await t.throwsAsync(start(t, ["port 0", peers, `peer-port ${port}`]), message("peer-port", 3));
  // What has been opened before is closed again: the same ports can be had.
  const server = await start(t, [`port ${free}`, `http-port ${peerPort}`]);
  t.deepEqual([server.port, server.httpPort], [free, peerPort]);
});

test("a port that the command line asks for is named as that, one that nobody asks for by its directive", async (t) => {
  const port = await takenPort(t);
  const overrides = ["--port", String(port)];
  const message = `127.0.0.1:${port} is in use`;
  await t.throwsAsync(startServer(readConf({ overrides }), { log }), {
    message: `command line: --port: ${message}`,
  });
  if (port <= 10_000) return;
  const text = `port ${port - 10_000}\npeers 127.0.0.1:${port} 127.0.0.1:1`;
  await t.throwsAsync(startServer(readConf({ text }), { log }), { message: `peer-port: ${message}` });
});

test("an address that is not this machine's is bind's mistake", async (t) => {
  await t.throwsAsync(start(t, ["port 0", "bind 192.0.2.1"]), {
    instanceOf: ConfError,
    message: "carrot.conf:2: bind: 192.0.2.1 is not an address of this machine",
  });
});

test("a loader that cannot be imported is named with its line, and those opened before are closed", async (t) => {
  const lines = ["port 0", "group good loader none", "group scores loader module nowhere.mjs"];
  let closed = 0;
  const loaders = new Map([["good", { load: () => null, close: () => void closed++ }]]);
  const error = await t.throwsAsync(start(t, lines, { loaders }));
  t.regex(error!.message, /^carrot\.conf:3: loader: .*nowhere\.mjs/);
  t.is(closed, 1);
  await t.throwsAsync(checkLoaders(readConf({ text: lines.join("\n") })), {
    message: /^carrot\.conf:3: loader: /,
  });
});

test("loaders are made as the conf says, but for those that are given", async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-main-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  writeFileSync(path.join(directory, "loader.mjs"), 'export const load = (key) => "module " + key;');
  const text = "group a loader module loader.mjs\ngroup b loader module loader.mjs";
  const conf = readConf({ text, cwd: directory });
  const given = { load: () => "given" };
  const loaders = await createLoaders(conf, new Map([["b", given]]));
  t.deepEqual([...loaders.keys()], ["a", "b"]);
  t.is(loaders.get("b"), given);
  const server = await startServer(readConf({ text: `port 0\n${text}`, cwd: directory }), { log });
  t.teardown(() => server.close());
  t.is(await ask(server.port, "GET", "a:x"), bulk("module x"));
});

test("the ready line says where, which groups, which members, how many threads", async (t) => {
  const alone = await start(t, ["port 0", "group scores ttl 1h", "group users ttl 1h", "http-port 0"]);
  t.is(
    readyLine(alone),
    `carrotCache is ready on 127.0.0.1:${alone.port} | groups: scores, users | alone | threads: 1`,
  );
  const [peerPort, httpPort] = await freePorts(2);
  const member = await start(t, [
    ...["port 0", "bind 127.0.0.1 127.0.0.2", `http-port ${httpPort}`],
    ...[`peer-port ${peerPort}`, `peers 127.0.0.1:${peerPort} 127.0.0.1:1 127.0.0.1:2`],
  ]);
  t.is(
    readyLine(member),
    `carrotCache is ready on 127.0.0.1:${member.port}, 127.0.0.2:${member.port} | groups: default | member 127.0.0.1:${peerPort} of 3 | threads: 1 | http: ${httpPort}`,
  );
});

test("HTTP answers with the node's values, asks for its password, and follows max-key-size", async (t) => {
  const [httpPort] = await freePorts(1);
  const loaders = new Map([["scores", { load: (name: unknown) => `value of ${name}` }]]);
  const server = await start(t, ["port 0", `http-port ${httpPort}`, "group scores ttl 0"], { loaders });
  const get = async (target: string) => {
    const response = await fetch(`http://127.0.0.1:${httpPort}${target}`);
    return [response.status, (await response.text()).trim()];
  };
  t.deepEqual(await get("/api?key=scores:Tom"), [200, "value of Tom"]);
  t.deepEqual(await get("/healthz"), [200, "ok"]);
  t.true(String((await get("/metrics"))[1]).includes("carrot"));
  t.is(await ask(server.port, "CONFIG", "SET", "max-key-size", "5"), "+OK\r\n");
  t.deepEqual(await get("/api?key=scores:Tom"), [400, "key is too long (max 5 bytes)"]);
  t.is(await ask(server.port, "CONFIG", "SET", "requirepass", "secret"), "+OK\r\n");
  t.is((await get("/api?key=a"))[0], 401);
});

test("SHUTDOWN closes the server, unless somebody else decides", async (t) => {
  const server = await start(t, ["port 0"]);
  t.is(await ask(server.port, "SHUTDOWN"), "");
  await server.close();
  t.true((await RawClient.connect(server.port)).socket.destroyed);
  let said = 0;
  const other = await start(t, ["port 0"], { onShutdown: () => said++ });
  t.is(await ask(other.port, "SHUTDOWN"), "");
  t.is(said, 1);
  t.is(await ask(other.port, "PING"), "+PONG\r\n");
});
