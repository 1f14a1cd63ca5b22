/**
 * Goal: a node survives what happens to its machine: a clock that jumps, a full disk, a log that nobody reads. A member
 * whose event loop is held up takes no peer for dead.
 * Method: real processes; faketime for the clock, /dev/full for the disk, a loader that computes for the event loop.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { program, testWith } from "../needs.ts";
import { command } from "../proto/read-commands.ts";
import { RawClient } from "../server/rig.ts";
import { until } from "../until.ts";
import { startOrigin } from "./origin.ts";
import { CLI, reservePorts, start, startCluster, startNodeProcess, temporaryDirectory } from "./processes.ts";

const PING = command("PING");
const EXACT = ["--group", "item ttl 4000s", "--group", "item ttl-jitter 0%"];

async function ask(port: number, ...commands: string[][]): Promise<string> {
  return (await RawClient.connect(port)).all(commands.map((words) => command(...words)).join(""));
}

/** Breaks the protocol, so that the node logs a line. */
async function breakProtocol(port: number): Promise<void> {
  const raw = await RawClient.connect(port);
  raw.send("*x\r\n");
  await raw.ended;
  raw.socket.destroy();
}

function libfaketime(): string | undefined {
  const machines = ["x86_64", "aarch64"].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime`);
  return machines.map((directory) => path.join(directory, "libfaketime.so.1")).find(existsSync);
}

testWith(program("faketime"))("a clock that jumps an hour forth and back changes no lifetime", async (t) => {
  const origin = await startOrigin(t);
  const offset = path.join(temporaryDirectory(t), "offset");
  const jump = (text: string) => writeFileSync(offset, `${text}\n`);
  jump("+0");
  const env = [
    ...[`LD_PRELOAD=${libfaketime()}`, `FAKETIME_TIMESTAMP_FILE=${offset}`],
    ...["FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"],
  ];
  const loader = `item loader http http://127.0.0.1:${origin.port}/items/{key}`;
  const args = [CLI, "--port", "0", "--group", loader, ...EXACT];
  const node = start(t, "env", [...env, process.execPath, ...args]);
  const port = Number((await node.printed(/ready on [^ ]*:(\d+)/))[1]);
  const seconds = async () => Number(/^\*2\r\n\$\d+\r\n(\d+)/.exec(await ask(port, ["TIME"]))?.[1]);
  const life = async () => Number(/^:(\d+)/.exec(await ask(port, ["PTTL", "item:a"]))?.[1]);
  await ask(port, ["MGET", "item:a", "item:b", "item:c"]);
  for (const shift of [3600, -3600, 0]) {
    jump(`${shift < 0 ? "" : "+"}${shift}`);
    const away = (await seconds()) - (Date.now() / 1000 + shift);
    t.true(Math.abs(away) < 1800, `the node's clock has jumped by ${shift} s, but for ${away} s`);
    const left = await life();
    t.true(left > 2_000_000 && left <= 4_000_000, `${left} ms left`);
  }
  await ask(port, ["MGET", "item:a", "item:b", "item:c"]);
  t.is(origin.total(), 3);
});

test("a log on a full disk loses lines, which are counted, and harms nothing else", async (t) => {
  const node = await startNodeProcess(t, ["--port", "0", "--logfile", "/dev/full"]);
  const dropped = async () => Number(/log_lines_dropped:(\d+)/.exec(await ask(node.port, ["INFO"]))?.[1]);
  await breakProtocol(node.port);
  await until("a line is dropped", async () => (await dropped()) > 0);
  for (let i = 0; i < 50; i++) t.is(await ask(node.port, ["PING"]), "+PONG\r\n");
  t.is(node.child.exitCode, null);
});

test("a log whose reader has gone loses lines, which are counted, and harms nothing else", async (t) => {
  const [port] = (await reservePorts(t, 1)) as [number];
  const node = spawn(process.execPath, [CLI, "--port", String(port)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.teardown(() => node.kill("SIGKILL"));
  await once(node.stdout, "data");
  node.stdout.destroy();
  await once(node.stdout, "close");
  await breakProtocol(port);
  await until("a line is dropped", async () => /log_lines_dropped:[1-9]/.test(await ask(port, ["INFO"])));
  for (let i = 0; i < 50; i++) t.is(await ask(port, ["PING"]), "+PONG\r\n");
  t.is(node.exitCode, null);
});

const BUSY = `export const load = () => {
  const end = performance.now() + 500;
  while (performance.now() < end);
  return "done";
};
`;

test("members whose event loops are held up for 500 ms take no peer for dead", async (t) => {
  const file = path.join(temporaryDirectory(t), "busy.mjs");
  writeFileSync(file, BUSY);
  const { nodes } = await startCluster(t, 3, [
    `group busy loader module ${file}`,
    // What a busy machine takes besides is not what this is about.
    ...["group busy loader-timeout 30s", "peer-timeout 30s"],
  ]);
  // One key after the other: a node that owns several would be held up for all of them, and be silent for too long.
  for (let i = 0; i < 9; i++) {
    const { port } = nodes[i % 3]!;
    t.is(await ask(port, ["GET", `busy:${i}`]), "$4\r\ndone\r\n");
  }
  for (const node of nodes) {
    t.notRegex(node.output(), /ready on.*link is down/s);
    t.regex(await ask(node.port, ["INFO", "carrot"]), /\r\nmembers_up:3\r\n.*\r\nstand_ins:0\r\n/s);
  }
});

test("the descriptors of clients are given back, however the clients go", async (t) => {
  const node = await startNodeProcess(t, ["--port", "0"]);
  const open = () => readdirSync(`/proc/${node.child.pid}/fd`).length;
  await ask(node.port, ["PING"]);
  const before = open();
  for (let i = 0; i < 300; i++) {
    const raw = await RawClient.connect(node.port);
    raw.send(i % 2 === 0 ? PING : "*1\r\n$4\r\nPI");
    if (i % 3 === 0) raw.socket.resetAndDestroy();
    else raw.socket.destroy();
  }
  // Connections are accepted in order, so this client comes behind all others. Its own descriptor may still be open,
  // here and in the count before.
  await ask(node.port, ["PING"]);
  await until("no descriptor is left over", () => open() <= before + 1);
  t.true(open() <= before + 1);
});
