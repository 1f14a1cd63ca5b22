/**
 * Goal: what the README shows is so: its commands give what it prints, its links lead somewhere, its names exist.
 * Method: the README read as text. Console blocks are run, with the ports of nodes that this test has started in place
 * of those in the text; confs are read; code is compared with the file that it is taken from.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { loadHash32, Ring } from "../../cluster/ring.ts";
import { COMMANDS } from "../../server/commands/table.ts";
import { findDirective } from "../../server/conf/directives.ts";
import { readConf } from "../../server/conf/read-conf.ts";
import { program, testWith } from "../needs.ts";
import { CLI, ROOT, reservePorts, startNodeProcess } from "./processes.ts";

const readme = read("README.md");
/** Without the section about clients, which has flags of others; test/clients looks after that. */
const ours = readme.replace(/^## Clients$.*?(?=^## )/ms, "");
const run = promisify(execFile);

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

/** The contents of the fenced blocks of a language; "" are those without one. */
function blocks(language: string): string[] {
  return Array.from(readme.matchAll(/^```(\w*)\n(.*?)^```$/gms))
    .filter((match) => match[1] === language)
    .map((match) => match[2]!);
}

/** What stands after each `$ `, with the output below it. */
function shown(): { readonly command: string; readonly output: string }[] {
  return blocks("console")
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((text) => ({ command: text.split("\n")[0]!, output: text.slice(text.indexOf("\n") + 1).trim() }));
}

const FLAGS = ["help", "check", "version"];

test("there is something to look at", (t) => {
  t.true(shown().length >= 5);
  t.true(blocks("sh").length >= 3);
});

test("the code inside a program is the example's", (t) => {
  const [, code] = /^\/\*\*.*?\*\/\n\n(.*)$/s.exec(read("examples/embedded.mjs"))!;
  t.true(blocks("js").includes(code!));
});

test("every relative link of every manual leads to a file", (t) => {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"];
  const manuals = execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  const broken = manuals.flatMap((file) => {
    const targets = Array.from(read(file).matchAll(/\]\(([^)#\s]+)[^)]*\)/g), (match) => match[1]!);
    return targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(path.join(ROOT, path.dirname(file), target)))
      .map((target) => `${file}: ${target}`);
  });
  t.deepEqual(broken, []);
});

test("every conf is one without mistakes", (t) => {
  const confs = blocks("");
  t.true(confs.length >= 2);
  for (const text of confs) t.notThrows(() => readConf({ text }), text);
});

test("every --word is a directive or a flag, and so is every hyphenated word in code", (t) => {
  const flags = Array.from(ours.matchAll(/(?<=[ `])--([a-z][a-z-]*)/g), (match) => match[1]!);
  const inCode = Array.from(ours.matchAll(/`([a-z]+(?:-[a-z]+)+)[ :`]/g), (match) => match[1]!);
  t.true(inCode.includes("http-port"));
  const unknown = [...flags, ...inCode].filter(
    (word) => !FLAGS.includes(word) && !findDirective("node", word) && !findDirective("group", word),
  );
  t.deepEqual([...new Set(unknown)].sort(), ["redis-cli", "redis-server", "redis-tools"]);
});

test("every command is in the table", (t) => {
  const names = Array.from(readme.matchAll(/`([A-Z]{3,}(?:\.[A-Z]+)?)[ `]/g), (match) => match[1]!);
  const unknown = names.filter((name) => !COMMANDS.has(name.toLowerCase()));
  // A word of SET, and one of CARROT.PEERS.
  t.deepEqual([...new Set(unknown)].sort(), ["KEEPTTL", "REMOVE"]);
});

test("every npm script and every conf that is named is there", (t) => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const names = Array.from(
    readme.matchAll(/\bnpm (?:(start|test)\b|run ([\w:]+))/g),
    (match) => (match[1] ?? match[2])!,
  );
  t.deepEqual([...new Set(names)].sort(), [
    "bench",
    "build",
    "clients",
    "differential",
    "fuzz",
    "start",
    "test",
    "test:all",
  ]);
  for (const name of names) t.true(name in scripts, name);
  for (const [, file] of readme.matchAll(/cli\.js (\S+)/g)) t.true(existsSync(path.join(ROOT, file!)), file);
});

test("the owner shown is the one that the example's ring names", async (t) => {
  const owner = shown().find(({ command }) => command.includes(" CARROT.OWNER "))!;
  const conf = readConf({ file: "examples/node3.conf", cwd: ROOT });
  const options = { virtualNodes: conf.virtualNodes, seed: conf.ringSeed };
  const ring = new Ring(conf.peers, options, await loadHash32());
  t.is(owner.output, JSON.stringify(ring.ownerOf(Buffer.from(owner.command.split(" ").at(-1)!))));
});

testWith(program("redis-cli"))("every other command prints what is shown", async (t) => {
  const ports = await reservePorts(t, 7);
  const at = (i: number): string => String(ports[i]);
  const peers = [4, 5, 6].map((i) => `127.0.0.1:${at(i)}`);
  const members = [1, 2, 3].map((i) =>
    startNodeProcess(t, [
      `examples/node${i}.conf`,
      ...["--port", at(i), "--peer-port", at(i + 3), "--peers", ...peers],
    ]),
  );
  await Promise.all([startNodeProcess(t, ["carrot.conf", "--port", at(0)]), ...members]);
  const portOf: Record<string, string> = { 6390: at(0), 7001: at(1), 7002: at(2), 7003: at(3) };
  for (const { command, output } of shown()) {
    if (command.includes(" CARROT.OWNER ")) continue;
    const [program, ...args] = command.split(" ");
    const known = args.map((arg) => portOf[arg] ?? arg);
    const { stdout, stderr } = await (program === "redis-cli"
      ? run(program, ["--no-raw", ...known])
      : run(process.execPath, [CLI, ...args], { cwd: ROOT }).catch((failed) => failed));
    t.is((stdout || stderr).trim(), output, command);
  }
});
