/**
 * Goal: what the README shows is true: its commands print what it shows, and the names in it exist.
 * Method: the test reads the README as text. It runs the commands of the console blocks against nodes of its own, with
 * their ports in place of the README's, reads the confs, and compares code with the file that it is taken from.
 * test/tidy/links.test.ts checks the links.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { loadHash32, Ring } from "../../cluster/ring.ts";
import { COMMANDS } from "../../server/commands/table.ts";
import { findDirective } from "../../server/conf/directives.ts";
import { readConf } from "../../server/conf/read-conf.ts";
import { NODE_NEW, program, sqlite, testWith } from "../needs.ts";
import { allLinked, CLI, ROOT, reservePorts, start, startNodeProcess } from "./processes.ts";

const readme = read("README.md");
/** Without the section about clients, which has flags of other programs; test/clients checks that section. */
const ours = readme.replace(/^## Clients$.*?(?=^## )/ms, "");
const run = promisify(execFile);

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

/** The contents of the fenced blocks of a language. "": blocks that name no language. */
function blocks(language: string): string[] {
  return Array.from(readme.matchAll(/^```(\w*)\n(.*?)^```$/gms))
    .filter((match) => match[1] === language)
    .map((match) => match[2]!);
}

/** Each command behind a `$ `, with the output below it. */
function shown(): { readonly command: string; readonly output: string }[] {
  return blocks("console")
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((text) => ({ command: text.split("\n")[0]!, output: text.slice(text.indexOf("\n") + 1).trim() }));
}

const FLAGS = ["help", "check", "version", "json", "completion"];
/** The port of examples/products.conf. */
const PRODUCTS_PORT = "6391";

test("the README has console blocks and shell blocks", (t) => {
  t.true(shown().length >= 5);
  t.true(blocks("sh").length >= 3);
});

for (const example of ["examples/embedded.mjs", "examples/products.mjs", "examples/users.mjs"]) {
  test(`the README shows the code of ${example}`, (t) => {
    const [, code] = /^\/\*\*.*?\*\/\n\n(.*)$/s.exec(read(example))!;
    t.true(blocks("js").includes(code!));
  });
}

test("no conf in the README has a mistake", (t) => {
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

test("every command that the README names is in the table", (t) => {
  const names = Array.from(readme.matchAll(/`([A-Z]{3,}(?:\.[A-Z]+)?)[ `]/g), (match) => match[1]!);
  const unknown = names.filter((name) => !COMMANDS.has(name.toLowerCase()));
  // A word of SET, and one of CARROT.PEERS.
  t.deepEqual([...new Set(unknown)].sort(), ["KEEPTTL", "REMOVE"]);
});

test("every npm script and every conf that the README names exists", (t) => {
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
    "simulate",
    "soak",
    "software",
    "start",
    "test",
    "test:all",
    "torn",
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

/** Runs a command of the README with these ports in place of those in the text, and compares what it prints. */
async function prints(
  t: ExecutionContext,
  { command, output }: { readonly command: string; readonly output: string },
  portOf: Readonly<Record<string, string>>,
): Promise<void> {
  const [name, ...args] = command.split(" ");
  const known = args.map((arg) => portOf[arg] ?? arg);
  // `npx carrotcache get KEY`, which asks port 6390.
  const asked = [...args.slice(1), "--port", portOf[6390] ?? "0"];
  const { stdout, stderr } = await (name === "redis-cli"
    ? run(name, ["--no-raw", ...known])
    : run(process.execPath, [CLI, ...(name === "npx" ? asked : args)], { cwd: ROOT }).catch(
        (failed) => failed,
      ));
  t.is((stdout || stderr).trim(), output, command);
}

const ofExample = (command: string): boolean => command.includes(` ${PRODUCTS_PORT} `);

testWith(program("redis-cli"), sqlite())("the commands of the SQL example print what is shown", async (t) => {
  const [port] = await reservePorts(t, 1);
  const args = ["--no-warnings", CLI, "examples/products.conf", "--port", String(port)];
  await start(t, NODE_NEW, args).printed(/ready on/);
  const commands = shown().filter(({ command }) => ofExample(command));
  t.true(commands.length > 0);
  for (const each of commands) await prints(t, each, { [PRODUCTS_PORT]: String(port) });
});

testWith(program("redis-cli"))("every other command prints what is shown", async (t) => {
  const ports = await reservePorts(t, 7);
  const at = (i: number): string => String(ports[i]);
  const peers = [4, 5, 6].map((i) => `127.0.0.1:${at(i)}`);
  const members = [1, 2, 3].map((i) =>
    startNodeProcess(t, [
      `examples/node${i}.conf`,
      ...["--port", at(i), "--peer-port", at(i + 3), "--peers", ...peers, "--peer-timeout", "30s"],
    ]),
  );
  await startNodeProcess(t, ["carrot.conf", "--port", at(0)]);
  await Promise.all((await Promise.all(members)).map(allLinked));
  const portOf = { 6390: at(0), 7001: at(1), 7002: at(2), 7003: at(3) };
  for (const each of shown()) {
    if (!each.command.includes(" CARROT.OWNER ") && !ofExample(each.command)) await prints(t, each, portOf);
  }
});
