/**
 * Goal: the command does what its help says: what it prints, on which stream, and its exit code.
 * Method: real processes of the built command, in a directory of their own. The tests wait for output and exits only.
 */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import test from "ava";
import { version } from "../../server/machine/version.ts";
import { until } from "../until.ts";

type Child = ChildProcessByStdio<null, Readable, Readable>;

const CLI = resolve("dist/server/cli.js");
const directory = mkdtempSync(join(tmpdir(), "carrotcache-cli-"));

function write(name: string, content: string): string {
  writeFileSync(join(directory, name), content);
  return name;
}

function start(args: readonly string[], nodeArgs: readonly string[] = []): Child {
  return spawn(process.execPath, [...nodeArgs, CLI, ...args], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function finished(child: Child): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

async function run(...args: string[]): ReturnType<typeof finished> {
  return finished(start(args));
}

/** A node that has said that it is ready. */
async function ready(...args: string[]): Promise<Child> {
  const child = start(args);
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  return child;
}

for (const flag of ["--help", "-h"]) {
  test(`${flag} explains the command, whatever else is on the command line`, async (t) => {
    const { code, stdout, stderr } = await run("nowhere.conf", "--port", flag);
    t.is(code, 0);
    t.regex(stdout, /^Usage: {2}carrotcache \[FILE\] \[--directive value \.\.\.\]$/m);
    t.is(stderr, "");
  });
}

for (const flag of ["--version", "-v"]) {
  test(`${flag} prints the version`, async (t) => {
    t.deepEqual(await run(flag), { code: 0, stdout: `carrotcache ${version}\n`, stderr: "" });
  });
}

test("--check says OK, before or after the file, and starts nothing", async (t) => {
  const file = write("good.conf", "port 6390\ngroup a ttl 1s\n");
  for (const args of [
    ["--check", file],
    [file, "--maxclients", "7", "--check"],
  ]) {
    const { code, stdout, stderr } = await run(...args);
    t.is(code, 0);
    t.regex(stdout, /^good\.conf: OK\n/);
    t.is(stderr, "");
  }
});

test("more memory than the machine has is refused with the line, starting or checking", async (t) => {
  const file = write("huge.conf", "port 1\nmaxmemory 100000gb\n");
  for (const args of [[file], [file, "--check"]]) {
    const { code, stdout, stderr } = await run(...args);
    t.is(code, 1);
    t.is(stdout, "");
    t.regex(
      stderr,
      /^carrotcache: huge\.conf:2: maxmemory: expected at most [\d.]+[gm]b, which is what this (machine|container) has, got 100000gb\n$/,
    );
  }
});

test("--check without a file checks the command line", async (t) => {
  t.is((await run("--check", "--port", "1")).code, 0);
  t.is((await run("--check", "--port", "x")).code, 1);
});

const mistakes: readonly (readonly [content: string, args: readonly string[], message: string])[] = [
  ["\nmaxmemory lots", [], 'bad.conf:2: maxmemory: expected bytes such as 256mb, got "lots"'],
  ["prot 1", [], 'bad.conf:1: unknown directive "prot", did you mean "port"?'],
  ["port 1\nport 2", [], "bad.conf:2: port: given twice, first at bad.conf:1"],
  ["port", [], "bad.conf:1: port: missing value (as in port 6390)"],
  ["include gone.conf", [], 'bad.conf:1: include: "gone.conf" cannot be read: no such file'],
  ["include bad.conf", [], 'bad.conf:1: include: "bad.conf" includes itself'],
  ["", ["--port", "x"], 'command line: --port: expected a whole number from 0 to 65535, got "x"'],
  ["", ["again.conf"], 'command line: unexpected "again.conf"'],
  [
    "bind 10.0.0.1\npeers 10.0.0.1:16390",
    [],
    "bad.conf:2: peers: 10.0.0.1:16390 is not on this machine: members need a cluster-secret",
  ],
];

test.serial("a mistake is one line on standard error and exit code 1, starting or checking", async (t) => {
  for (const [content, args, message] of mistakes) {
    const file = write("bad.conf", content);
    const expected = { code: 1, stdout: "", stderr: `carrotcache: ${message}\n` };
    t.deepEqual(await run(file, ...args), expected);
    t.deepEqual(await run(file, ...args, "--check"), expected);
  }
});

for (const directive of ["requirepass", "admin-password", "cluster-secret"]) {
  test(`a ${directive} is refused in a file that everybody can read, not in one for owner and group`, async (t) => {
    const file = write(`${directive}.conf`, `port 0\n${directive} secret\n`);
    const including = write(`with-${directive}.conf`, `\ninclude ${file}\n`);
    for (const mode of [0o644, 0o604]) {
      chmodSync(join(directory, file), mode);
      const message = `carrotcache: ${file}:2: ${directive}: every user of this machine can read this file: chmod o-r it\n`;
      t.deepEqual(await run(file), { code: 1, stdout: "", stderr: message });
      t.is((await run(including, "--check")).stderr, message);
    }
    for (const mode of [0o600, 0o640]) {
      chmodSync(join(directory, file), mode);
      t.is((await run(including, "--check")).stderr, "");
    }
  });
}

test("an empty password in an open file, and a password on the command line, are accepted", async (t) => {
  const file = write("open.conf", 'requirepass ""\n');
  chmodSync(join(directory, file), 0o644);
  t.is((await run(file, "--requirepass", "secret", "--check")).stderr, "");
});

test("a missing file is named", async (t) => {
  t.deepEqual(await run("gone.conf"), {
    code: 1,
    stdout: "",
    stderr: "carrotcache: gone.conf: cannot be read: no such file\n",
  });
});

test("a port in use is named with its line", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const { code, stderr } = await run(write("taken.conf", `\nport ${port}\n`));
  taken.close();
  t.is(code, 1);
  t.regex(
    stderr,
    new RegExp(`^carrotcache: taken\\.conf:2: port: 127\\.0\\.0\\.1:${port} is in use\\n$`, "m"),
  );
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} ends a node with exit code 0`, async (t) => {
    const child = await ready(write("any.conf", "port 0\n"));
    child.kill(signal);
    t.is((await finished(child)).code, 0);
  });
}

test("SIGHUP, SIGUSR1 and SIGUSR2 neither end a node nor open a debugger", async (t) => {
  const child = await ready(write("any.conf", "port 0\n"));
  for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const) {
    child.kill(signal);
    t.is(
      String(await once(child.stderr, "data")).startsWith(`carrotcache: ${signal}, ignored`),
      true,
      signal,
    );
  }
  child.kill("SIGTERM");
  const { code, stderr } = await finished(child);
  t.is(code, 0);
  t.is(stderr, "carrotcache: SIGTERM, closing (send it again to exit at once)\n");
});

for (const format of ["json", "text"] as const) {
  test(`with log-format ${format} every line is ${format}: the log, the ready line and the last words`, async (t) => {
    const child = start(["--port", "0", "--log-format", format, "--bind", "0.0.0.0"]);
    let out = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    await until("it is ready", () => /is ready on .*\n/.test(out));
    child.kill("SIGTERM");
    const { code, stderr } = await finished(child);
    t.is(code, 0);
    const lines = [...out.trim().split("\n"), ...stderr.trim().split("\n")];
    const isJson = (line: string) => line.startsWith("{") && JSON.parse(line).time > 0;
    // "No conf file given" and "SIGTERM, closing" on standard error; the warning of bind and the ready line.
    t.is(lines.length, 4);
    for (const line of lines) t.is(isJson(line), format === "json", line);
  });
}

test("a log file that cannot be written stops the start, with its line and the reason", async (t) => {
  for (const [logfile, why] of [
    ["there/is/none.log", "no such directory"],
    [".", "it is a directory"],
  ]) {
    const { code, stdout, stderr } = await run(write("log.conf", `port 0\nlogfile ${logfile}\n`));
    t.is(stderr, `carrotcache: log.conf:2: logfile: cannot be written: ${why}\n`);
    t.deepEqual([code, stdout], [1, ""]);
  }
});

test("without a file a node starts on the defaults and says so", async (t) => {
  const child = await ready("--port", "0");
  child.kill("SIGTERM");
  const { code, stderr } = await finished(child);
  t.is(code, 0);
  t.regex(stderr, /^carrotcache: no conf file given, starting on the defaults/);
});

for (const thrown of ["throw new Error('boom')", "Promise.reject(new Error('boom'))"]) {
  test(`an uncaught error ends a node with its stack and exit code 1: ${thrown}`, async (t) => {
    const hook = `process.on("newListener", (n) => n === "unhandledRejection" && setImmediate(() => { ${thrown} }))`;
    const nodeArgs = ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
    const { code, stderr } = await finished(start(["--port", "0"], nodeArgs));
    t.is(code, 1);
    t.regex(stderr, /^carrotcache: uncaught: Error: boom\n {4}at /m);
  });
}

for (const [name, source, cause] of [
  ["never settles", "await new Promise(() => {});", "it has not finished after 100 ms \\(loader-timeout\\)"],
  ["throws", "throw new Error('no database');", "no database \\(at file:.*"],
  ["exports nothing", "", "exports no load function"],
  [
    "calls process.exit",
    "process.exit(0);",
    "a loader must not end the node: process.exit\\(0\\) \\(at file:.*",
  ],
  [
    "calls process.exit later",
    "await new Promise(setImmediate); process.exit();",
    "must not end the node: process.exit\\(\\) \\(at .*",
  ],
] as const) {
  test(`a module that ${name} ends the start with exit code 1 and one line`, async (t) => {
    const module = write(`${name.replaceAll(" ", "-")}.mjs`, source);
    const timeout = source.includes("await") ? "100ms" : "1m";
    const conf = `port 0\ngroup a loader module ${module}\ngroup a loader-timeout ${timeout}\n`;
    const file = write(`${module}.conf`, conf);
    for (const args of [[file], [file, "--check"]]) {
      const { code, stdout, stderr } = await run(...args);
      t.is(code, 1);
      t.is(stdout, "");
      t.regex(stderr, new RegExp(`^carrotcache: ${file}:2: loader: .*${module}.*${cause}.*\n$`));
    }
  });
}

test("a reader that closes standard output early causes no error", async (t) => {
  const child = start(["--help"]);
  child.stdout.destroy();
  t.is(await text(child.stderr), "");
});
