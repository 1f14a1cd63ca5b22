/**
 * Goal: what the README tells a newcomer to type does what it says.
 * Method: the built command with the repository's own carrot.conf; redis-cli as a person would use it.
 */
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { program, testWith } from "../needs.ts";
import { PATIENCE_MS } from "../until.ts";
import { allLinked, ROOT, reservePorts, start, startNodeProcess } from "./processes.ts";

const run = promisify(execFile);

async function redisCli(port: number, ...args: string[]): Promise<string> {
  return (await run("redis-cli", ["-p", String(port), ...args], { timeout: PATIENCE_MS })).stdout;
}

testWith(program("redis-cli"))("GET scores:Tom is 630, loaded once", async (t) => {
  const node = await startNodeProcess(t, ["carrot.conf", "--port", "0"]);
  t.is(await redisCli(node.port, "GET", "scores:Tom"), "630\n");
  t.is(await redisCli(node.port, "GET", "scores:Tom"), "630\n");
  t.is(await redisCli(node.port, "GET", "scores:Jack"), "589\n");
  t.is(await redisCli(node.port, "GET", "scores:Nobody"), "\n");
  await node.printed(/search key Nobody/);
  const searches = node.output().match(/\[SlowDB\] search key \w+/g);
  t.deepEqual(
    searches,
    ["Tom", "Jack", "Nobody"].map((name) => `[SlowDB] search key ${name}`),
  );
});

test("the ready line names address, groups, members and threads", async (t) => {
  const node = await startNodeProcess(t, ["carrot.conf", "--port", "0"]);
  t.regex(node.output(), /ready on 127\.0\.0\.1:\d+ \| groups: scores \| alone \| threads: 1\n/);
});

testWith(program("redis-cli"))("the three example nodes are one cache", async (t) => {
  const ports = await reservePorts(t, 6);
  const peers = ports.slice(3).map((port) => `127.0.0.1:${port}`);
  const nodes = await Promise.all(
    [0, 1, 2].map((i) =>
      startNodeProcess(t, [
        `examples/node${i + 1}.conf`,
        ...["--port", String(ports[i]), "--peer-port", String(ports[3 + i]), "--peers", ...peers],
      ]),
    ),
  );
  await Promise.all(nodes.map(allLinked));
  for (const { port } of nodes) t.is(await redisCli(port, "GET", "scores:Tom"), "630\n");
  await Promise.any(nodes.map((node) => node.printed(/search key Tom/)));
  const loads = nodes.map((node) => node.output().match(/search key Tom/g)?.length ?? 0);
  t.is(
    loads.reduce((sum, count) => sum + count),
    1,
  );
});

testWith(program("redis-cli"), program("script"))("redis-cli works in a terminal and in RESP3", async (t) => {
  const { port } = await startNodeProcess(t, ["carrot.conf", "--port", "0"]);
  t.is(await redisCli(port, "-3", "--no-raw", "GET", "scores:Nobody"), "(nil)\n");
  t.regex(await redisCli(port, "-3", "--no-raw", "CARROT.GROUPS"), /"name" => "scores"/);
  t.regex(await redisCli(port, "-3", "--no-raw", "HELLO"), /"proto" => \(integer\) 3/);
  const typed = 'printf "get scores:Sam\\nHELP get\\nquit\\n"';
  const session = execFileSync(
    "sh",
    ["-c", `${typed} | script -qec 'TERM=dumb redis-cli -p ${port}' /dev/null`],
    {
      encoding: "utf8",
      timeout: PATIENCE_MS,
    },
  );
  t.regex(session, /"567"/);
});

testWith(program("redis-benchmark"))("redis-benchmark runs unmodified", async (t) => {
  const { port } = await startNodeProcess(t, ["carrot.conf", "--port", "0"]);
  for (const dialect of [[], ["-3"]]) {
    const args = ["-p", String(port), "-n", "2000", "-c", "20", "-P", "4", "-q", ...dialect];
    const ping = execFileSync("redis-benchmark", [...args, "-t", "ping,get"], { encoding: "utf8" });
    t.regex(ping, /GET: [\d.]+ requests per second/);
    const named = execFileSync("redis-benchmark", [...args, "GET", "scores:Tom"], { encoding: "utf8" });
    t.regex(named, /[\d.]+ requests per second/);
  }
});

test("npm start's script runs the node in place of its shell, so that npm's SIGTERM reaches it", async (t) => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
  const node = start(t, "sh", ["-c", `${scripts.start} --port 0`]);
  await node.printed(/ready on /);
  node.kill("SIGTERM");
  t.is(await node.ended, 0);
});

testWith(program("redis-cli"))("SHUTDOWN ends the process with exit code 0", async (t) => {
  const node = await startNodeProcess(t, ["carrot.conf", "--port", "0"]);
  await redisCli(node.port, "SHUTDOWN");
  t.is(await node.ended, 0);
});

test("when the port is in use, the error names the line that asks for it", async (t) => {
  const node = await startNodeProcess(t, ["carrot.conf", "--port", "0"]);
  const second = start(t, process.execPath, [
    "dist/server/cli.js",
    "carrot.conf",
    "--port",
    String(node.port),
  ]);
  t.is(await second.ended, 1);
  t.regex(second.output(), /^carrotcache: command line: --port: 127\.0\.0\.1:\d+ is in use\n/m);
});
