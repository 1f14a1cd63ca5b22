/**
 * Goal: a mistake that shows at the start is reported with the line of the conf and leaves nothing running; a server says in
 * one line what runs, and ends as a whole.
 * Method: confs as text, ports that another server holds, loaders that count how often they are closed.
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
import { type RunningServer, readyLine, type StartOptions, startServer } from "../../server/main.ts";
import { command } from "../proto/read-commands.ts";
import { bulk, ownHost, RawClient } from "./rig.ts";

const log = pino({ level: "silent" });

async function start(t: ExecutionContext, lines: readonly string[], options: StartOptions = {}) {
  const server = await startServer(readConf({ text: lines.join("\n") }), { log, ...options });
  t.teardown(() => server.close());
  return server;
}

/** Holds a port until the test ends. */
async function occupy(t: ExecutionContext, host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  await once(server, "listening");
  t.teardown(() => server.close());
}

const ask = async ({ node, port }: RunningServer, ...words: string[]) =>
  (await RawClient.connect(port, node.conf.bind[0])).all(command(...words));

test("a port in use is named with the line that asks for it", async (t) => {
  const [host, port] = [ownHost(), 7000];
  await occupy(t, host, port);
  const message = (name: string, line: number) => ({
    instanceOf: ConfError,
    message: `carrot.conf:${line}: ${name}: ${host}:${port} is in use`,
  });
  const bind = `bind ${host}`;
  await t.throwsAsync(start(t, [bind, "# a comment", `port ${port}`]), message("port", 3));
  await t.throwsAsync(start(t, [bind, "port 7001", `http-port ${port}`]), message("http-port", 3));
  const peers = `peers ${host}:${port} 127.0.0.1:1`;
  await t.throwsAsync(start(t, [bind, "port 7001", peers, `peer-port ${port}`]), message("peer-port", 4));
  // What has been opened before is closed again: the same ports can be had.
  const server = await start(t, [bind, "port 7001", "http-port 7002"]);
  t.deepEqual([server.port, server.httpPort], [7001, 7002]);
});

test("a port of the command line is named as such, a default port by its directive", async (t) => {
  const host = ownHost();
  await occupy(t, host, 17_000);
  const message = `${host}:17000 is in use`;
  const overrides = ["--bind", host, "--port", "17000"];
  await t.throwsAsync(startServer(readConf({ overrides }), { log }), {
    message: `command line: --port: ${message}`,
  });
  const text = `bind ${host}\nport 7000\npeers ${host}:17000 127.0.0.1:1`;
  await t.throwsAsync(startServer(readConf({ text }), { log }), { message: `peer-port: ${message}` });
});

test("an address that is not this machine's is bind's mistake", async (t) => {
  await t.throwsAsync(start(t, ["port 0", "bind 192.0.2.1"]), {
    instanceOf: ConfError,
    message: "carrot.conf:2: bind: 192.0.2.1 is not an address of this machine",
  });
});

test("a loader that cannot be imported is named with its line, and loaders opened before are closed", async (t) => {
  const lines = ["port 0", "group good loader none", "group scores loader module nowhere.mjs"];
  let closed = 0;
  const loaders = new Map([["good", { load: () => null, close: () => void closed++ }]]);
  const error = await t.throwsAsync(start(t, lines, { loaders }));
  t.regex(error!.message, /^carrot\.conf:3: loader: .*nowhere\.mjs/);
  t.is(closed, 1);
});

test("loaders are made as the conf says, and one that is handed in takes the place of the conf's", async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-main-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  writeFileSync(path.join(directory, "loader.mjs"), 'export const load = (key) => "module " + key;');
  const text = "port 0\ngroup a loader module loader.mjs\ngroup b loader module loader.mjs";
  const loaders = new Map([["b", { load: () => "given" }]]);
  const server = await startServer(readConf({ text, cwd: directory }), { log, loaders });
  t.teardown(() => server.close());
  t.is(await ask(server, "GET", "a:x"), bulk("module x"));
  t.is(await ask(server, "GET", "b:x"), bulk("given"));
  const other = await startServer(readConf({ text, cwd: directory }), { log });
  t.teardown(() => other.close());
  t.is(await ask(other, "GET", "b:x"), bulk("module x"));
});

test("the ready line says where, which groups, which members, how many threads", async (t) => {
  const alone = await start(t, ["port 0", "group scores ttl 1h", "group users ttl 1h", "http-port 0"]);
  t.is(
    readyLine(alone),
    `carrotCache is ready on 127.0.0.1:${alone.port} | groups: scores, users | alone | threads: 1`,
  );
  const [first, second] = [ownHost(), ownHost()];
  const member = await start(t, [
    ...["port 0", `bind ${first} ${second}`, "http-port 9999"],
    ...["peer-port 16390", `peers ${first}:16390 127.0.0.1:1 127.0.0.1:2`],
  ]);
  const { port } = member;
  t.is(
    readyLine(member),
    `carrotCache is ready on ${first}:${port}, ${second}:${port} | groups: default | member ${first}:16390 of 3 | threads: 1 | http: 9999`,
  );
});

test("a unix socket that cannot be is named with its line, one that is stands in the ready line", async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-main-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  await t.throwsAsync(start(t, ["port 0", `unixsocket ${directory}`]), {
    instanceOf: ConfError,
    message: `carrot.conf:2: unixsocket: ${directory} exists and is no socket`,
  });
  const file = path.join(directory, "c.unix");
  const server = await start(t, ["port 0", `unixsocket ${file}`, "threads 3"]);
  t.is(readyLine(server), `carrotCache is ready on ${file} | groups: default | alone | threads: 1`);
});

test("HTTP answers with the node's values, asks for its password, and follows max-key-size", async (t) => {
  const [host, second] = [ownHost(), ownHost()];
  const loaders = new Map([["scores", { load: (name: unknown) => `value of ${name}` }]]);
  const server = await start(
    t,
    [`bind ${host} ${second}`, "port 0", "http-port 9999", "group scores ttl 0"],
    { loaders },
  );
  const get = async (target: string) => {
    const response = await fetch(`http://${host}:9999${target}`);
    return [response.status, (await response.text()).trim()];
  };
  t.deepEqual(await get("/api?key=scores:Tom"), [200, "value of Tom"]);
  t.deepEqual(await get("/healthz"), [200, "ok"]);
  t.is((await fetch(`http://${second}:9999/healthz`)).status, 200);
  t.true(String((await get("/metrics"))[1]).includes("carrot"));
  t.is(await ask(server, "CONFIG", "SET", "max-key-size", "5"), "+OK\r\n");
  t.deepEqual(await get("/api?key=scores:Tom"), [400, "key is too long (max 5 bytes)"]);
  t.is(await ask(server, "CONFIG", "SET", "requirepass", "secret"), "+OK\r\n");
  t.is((await get("/api?key=a"))[0], 401);
});

test("SHUTDOWN closes the server, unless onShutdown takes its place", async (t) => {
  const server = await start(t, ["port 0"]);
  t.is(await ask(server, "SHUTDOWN"), "");
  await server.close();
  t.true((await RawClient.connect(server.port)).socket.destroyed);
  let said = 0;
  const other = await start(t, ["port 0"], { onShutdown: () => said++ });
  t.is(await ask(other, "SHUTDOWN"), "");
  t.is(said, 1);
  t.is(await ask(other, "PING"), "+PONG\r\n");
});
