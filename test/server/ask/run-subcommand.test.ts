/**
 * Goal: `carrotcache get` and its kin say what a node says, to people, to programs and to a shell.
 * Method: the built command as a process, with a node in this process. A terminal is one that `script` makes.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer, text } from "node:stream/consumers";
import test from "ava";
import { program, testWith } from "../../needs.ts";
import { startRig } from "../rig.ts";

const CLI = path.resolve("dist/server/cli.js");

interface Said {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

async function carrotcache(args: readonly string[], input: Buffer | string = "", env = {}): Promise<Said> {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, ...env } });
  child.stdin.on("error", () => {}).end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

const said = ({ code, stdout, stderr }: Said) => [code, stdout.toString("latin1"), stderr];

test("get writes the value byte for byte, and the exit code tells a value, nothing and an error apart", async (t) => {
  const loader = {
    load: (key: string | Uint8Array) => {
      if (key === "Nobody") return null;
      if (key === "Broken") throw new Error("down");
      return Buffer.from([0, 255, 10, 27]);
    },
  };
  const { port } = await startRig(t, [], { loader });
  const get = (key: string, ...more: string[]) => carrotcache(["get", key, "--port", String(port), ...more]);
  t.deepEqual(said(await get("scores:Tom")), [0, "\x00\xff\n\x1b", ""]);
  t.deepEqual(said(await get("scores:Nobody")), [1, "", ""]);
  const [code, out, error] = said(await get("scores:Broken"));
  t.deepEqual([code, out], [2, ""]);
  t.regex(String(error), /^carrotcache get: ERR loader [^\n]*\n$/);
  t.deepEqual(said(await get("scores:Tom", "--json")), [
    0,
    '{"key":"scores:Tom","value":{"base64":"AP8KGw=="}}\n',
    "",
  ]);
  t.deepEqual(said(await get("scores:Nobody", "--json")), [1, '{"key":"scores:Nobody","value":null}\n', ""]);
});

test("set keeps any bytes for a lifetime, del says how many entries there were", async (t) => {
  const { port, ask } = await startRig(t, ["group a loader none"]);
  const at = ["--port", String(port)];
  t.deepEqual(
    said(await carrotcache(["set", "a:x", "-", ...at, "--ttl", "1h"], Buffer.from("\xff\0\n", "latin1"))),
    [0, "OK\n", ""],
  );
  t.is(await ask(["GET", "a:x"]), "$3\r\n\xff\0\n\r\n");
  t.is(await ask(["PTTL", "a:x"]), ":3600000\r\n");
  t.deepEqual(said(await carrotcache(["set", "a:y", "--", ...at])).slice(0, 2), [2, ""]);
  t.deepEqual(said(await carrotcache(["set", ...at, "a:y", "--", "--v"])), [0, "OK\n", ""]);
  t.is(await ask(["GET", "a:y"]), "$3\r\n--v\r\n");
  t.deepEqual(said(await carrotcache(["del", "a:x", "a:y", "a:z", ...at])), [0, "2\n", ""]);
  t.deepEqual(said(await carrotcache(["del", "a:x", ...at, "--json"])), [1, '{"deleted":0}\n', ""]);
});

test("peers, stats and ping show tables, or JSON", async (t) => {
  // A clock that shows fractions, as the real one does.
  const { port, ask } = await startRig(t, [], { clock: () => performance.now() });
  await ask(["SET", "scores:a", "1", "EX", "100"]);
  const at = ["--port", String(port)];
  const peers = await carrotcache(["peers", ...at]);
  t.regex(peers.stdout.toString(), /^id +self +state .*\n127\.0\.0\.1:\d+ +1 +up .*\n$/);
  const [member] = JSON.parse((await carrotcache(["peers", "--json", ...at])).stdout.toString());
  t.like(member, { self: 1, state: "up" });
  t.regex(
    (await carrotcache(["stats", ...at])).stdout.toString(),
    /^ +node\n(.*\n)*hits +\d+\n(.*\n)*entries +1\n/,
  );
  const figures = JSON.parse((await carrotcache(["stats", "scores", "--json", ...at])).stdout.toString());
  t.is(figures.entries, 1);
  t.deepEqual(said(await carrotcache(["stats", "nosuch", ...at])), [
    2,
    "",
    "carrotcache stats: ERR no such group 'nosuch'\n",
  ]);
  t.deepEqual(said(await carrotcache(["ping", ...at])), [0, "PONG\n", ""]);
});

test("a password comes from an option or the environment, and a wrong one is an error", async (t) => {
  const { port } = await startRig(t, ["requirepass secret", "admin-password root", "group a loader none"]);
  const ping = (args: string[] = [], env = {}) =>
    carrotcache(["ping", "--port", String(port), ...args], "", env);
  t.is((await ping()).stderr, "carrotcache ping: NOAUTH Authentication required.\n");
  t.is((await ping(["--password", "secret"])).code, 0);
  t.is((await ping([], { CARROTCACHE_PASSWORD: "secret" })).code, 0);
  t.is((await ping(["--user=admin", "--password=root"])).code, 0);
  t.regex((await ping(["--password", "wrong"])).stderr, /^carrotcache ping: WRONGPASS /);
});

test("a unix socket is reached by --socket", async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-ask-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, "c.unix");
  t.deepEqual(said(await carrotcache(["ping", "--socket", file])), [
    2,
    "",
    `carrotcache ping: no node at ${file}: there is no such socket. Is the node started?\n`,
  ]);
  await startRig(t, [`unixsocket ${file}`]);
  t.is((await carrotcache(["ping", "--socket", file])).code, 0);
});

test("what is no node is said in one line, with exit code 2", async (t) => {
  const server = createServer((socket) => socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const other = await carrotcache(["ping", "--port", String(port)]);
  t.deepEqual(
    [other.code, other.stderr],
    [2, "carrotcache ping: this is no node: its answer is no Redis protocol\n"],
  );
  server.close();
  await once(server, "close");
  t.is(
    (await carrotcache(["ping", "--port", String(port)])).stderr,
    `carrotcache ping: no node at 127.0.0.1:${port}: nothing listens there. Is the node started?\n`,
  );
});

const mistakes: readonly (readonly [args: string[], message: string])[] = [
  [["get"], "get: expected: carrotcache get KEY"],
  [["get", "a", "b"], "get: expected: carrotcache get KEY"],
  [["get", "a", "--prot", "1"], "get: unknown option --prot"],
  [["get", "a", "--port"], "get: --port: missing value"],
  [["get", "a", "--port", "x"], 'get: --port: expected a port, got "x"'],
  [["get", "a", "--ttl", "1s"], "get: only set takes --ttl"],
  [["set", "a", "b", "--ttl", "5"], 'set: --ttl: expected a time such as 500ms, 10s, 5m, 1h or 7d, got "5"'],
  [["ping", "--user", "bob"], 'ping: --user: expected default or admin, got "bob"'],
];

test("a mistake is one line with the way to help, and exit code 2", async (t) => {
  for (const [args, message] of mistakes) {
    const expected = `carrotcache ${message} (carrotcache ${args[0]} --help)\n`;
    t.deepEqual(said(await carrotcache(args)), [2, "", expected]);
  }
  const help = await carrotcache(["set", "--help"]);
  t.regex(help.stdout.toString(), /^carrotcache set KEY VALUE\|- \[--ttl TIME\] \[OPTIONS\] /);
});

testWith(program("script"))("a terminal gets no byte that it obeys", async (t) => {
  const { port } = await startRig(t, [], { loader: { load: () => "\x1b[2Jred" } });
  // The node answers in this process, so the command must not hold it up.
  const child = spawn(
    "script",
    ["-qec", `${process.execPath} ${CLI} get scores:a --port ${port}`, "/dev/null"],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  t.is(await text(child.stdout), '"\\x1b[2Jred"\r\n');
});

test("a file that is named like a subcommand needs a path", (t) => {
  const { stderr } = spawnSync(process.execPath, [CLI, "./get", "--check"], { encoding: "utf8" });
  t.is(stderr, "carrotcache: ./get: cannot be read: no such file\n");
});
