/**
 * Goal: what `npm publish` would send works on its own: the command, the conf and examples beside it, the library and
 * its types.
 * Method: `npm pack`, then `npm install` of the tarball into an empty directory; no file of this repository is in reach
 * there. Dependencies are held to the versions of package-lock.json, which are in npm's cache after `npm ci`.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { Redis } from "ioredis";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { version } from "../../server/machine/version.ts";
import { SHELLS } from "../../server/manual/completions.ts";
import { NODE_NEW, testWith } from "../needs.ts";
import { ROOT, reservePorts, start } from "./processes.ts";
import { THREADS } from "./threads/rig.ts";

const run = promisify(execFile);

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string }>>;
}

const directory = mkdtempSync(path.join(tmpdir(), "carrot-package-"));
const installed = path.join(directory, "node_modules/carrotcache");
const bin = path.join(directory, "node_modules/.bin/carrotcache");
/** Paths in the package. */
let packed: string[] = [];
let tarball = "";

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(ROOT, file), "utf8"));
}

/** Every package at the top of package-lock.json, by name. */
function lockedVersions(): Record<string, string> {
  const { packages } = readJson("package-lock.json") as Lock;
  const top = Object.entries(packages).filter(([at]) => /^node_modules\/(?!.*node_modules\/)/.test(at));
  return Object.fromEntries(top.map(([at, locked]) => [at.slice("node_modules/".length), locked.version]));
}

test.before(async (t) => {
  t.timeout(180_000, "npm install");
  // Without npm's scripts, so that the package has the build that is being tested.
  const pack = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", directory], {
    cwd: ROOT,
  });
  const [{ filename, files }] = JSON.parse(pack.stdout);
  packed = files.map((file: { readonly path: string }) => file.path);
  tarball = path.join(directory, filename);
  const versions = lockedVersions();
  const manifest = {
    private: true,
    dependencies: { carrotcache: `file:${filename}` },
    devDependencies: { "@types/node": versions["@types/node"] },
    overrides: versions,
  };
  writeFileSync(path.join(directory, "package.json"), JSON.stringify(manifest));
  await run("npm", ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: directory,
  });
});

test.after.always(() => rmSync(directory, { recursive: true, force: true }));

test("the package has its sources built, its manual and its examples, and nothing else", (t) => {
  const inGit = (...folders: string[]): string[] =>
    execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...folders], {
      cwd: ROOT,
      encoding: "utf8",
    })
      .trim()
      .split("\n");
  const types = inGit("server", "cluster", "proto")
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.replace(/\.ts$/, ""))
    .concat("proto/generated/carrot")
    .map((file) => `dist/${file}.d.ts`);
  const entries = ["cli", "library", "worker"].flatMap((name) => [
    `dist/bundle/${name}.js`,
    `dist/bundle/${name}.js.map`,
  ]);
  const beside = ["package.json", "README.md", "LICENSE", "CHANGELOG.md", "carrot.conf"];
  const manual = ["1", ...SHELLS].map((kind) => `dist/manual/carrotcache.${kind}`);
  const isPart = (file: string) => /^dist\/bundle\/part-[\w-]+\.js(\.map)?$/.test(file);
  t.deepEqual(
    packed.filter((file) => !isPart(file)).toSorted(),
    [...types, ...entries, ...beside, ...manual, ...inGit("examples")].sort(),
  );
  t.true(packed.filter(isPart).length < 60, "few files: a start opens them");
});

test("an error in the package names the source's line where Node reads source maps", async (t) => {
  const script =
    'import("carrotcache").then(({ startNode }) => startNode({ directives: { prot: 1 } })).catch((error) => console.log(error.stack))';
  const { stdout } = await run(process.execPath, ["--enable-source-maps", "-e", script], { cwd: directory });
  t.regex(stdout, /server\/conf\/[\w-]+\.ts:\d+/);
});

test("the manual page and the completions of the package are those that its command prints", async (t) => {
  for (const args of [["--man"], ...SHELLS.map((shell) => ["--completion", shell])]) {
    const file = path.join(installed, `dist/manual/carrotcache.${args[1] ?? "1"}`);
    t.is((await run(bin, args, { cwd: directory })).stdout, readFileSync(file, "utf8"));
  }
});

test("every import in the package leads to a file of the package or to one of its dependencies", (t) => {
  const { dependencies } = readJson("package.json") as Manifest;
  const known = new Set(packed);
  const missing = packed
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(path.join(installed, file), "utf8");
      const targets = text.matchAll(
        /^(?:import|export|\}).* from "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm,
      );
      return Array.from(targets, (match) => [file, (match[1] ?? match[2] ?? match[3])!] as const);
    })
    .filter(([file, target]) => {
      if (target.startsWith("node:")) return false;
      if (!target.startsWith(".")) return !((/^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? "") in dependencies);
      const at = path.posix.join(path.posix.dirname(file), target);
      return !known.has(file.endsWith(".d.ts") ? at.replace(/\.[jt]s$/, ".d.ts") : at);
    });
  t.deepEqual(missing, []);
});

test("publint finds nothing wrong", async (t) => {
  const bytes = Uint8Array.from(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  t.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test("carrotcache --version prints the package's version", async (t) => {
  t.is((await run(bin, ["--version"], { cwd: directory })).stdout, `carrotcache ${version}\n`);
});

test("a node on the package's own conf gives Tom's score", async (t) => {
  const conf = path.join(installed, "carrot.conf");
  const node = start(t, bin, [conf, "--port", "0"], directory);
  const [, port] = await node.printed(/ready on [^ ]*:(\d+)/);
  const client = new Redis(Number(port), "127.0.0.1");
  t.is(await client.get("scores:Tom"), "630");
  client.disconnect();
  node.kill("SIGTERM");
  t.is(await node.ended, 0);
});

testWith(THREADS)("what a start does not import is found when it is asked for", async (t) => {
  const [http] = await reservePorts(t, 1);
  const cli = path.join(installed, "dist/bundle/cli.js");
  const conf = path.join(installed, "carrot.conf");
  const node = start(
    t,
    NODE_NEW,
    [cli, conf, "--port", "0", "--http-port", String(http), "--threads", "2"],
    directory,
  );
  const [, port] = await node.printed(/ready on [^ ]*:(\d+).* threads: 2 /);
  const client = new Redis(Number(port), "127.0.0.1");
  t.is(await client.eval("return redis.call('GET', KEYS[1])", 1, "scores:Tom"), "630");
  client.disconnect();
  t.regex(await (await fetch(`http://127.0.0.1:${http}/metrics`)).text(), /^nodejs_version_info/m);
  node.kill("SIGTERM");
  t.is(await node.ended, 0);
});

test("the example of a node inside a program runs to its end", async (t) => {
  const { stdout, stderr } = await run(process.execPath, [path.join(installed, "examples/embedded.mjs")]);
  t.regex(stdout, /^Tom has 630, /);
  t.is(stderr, "");
});

const PROGRAM = `
import { type CarrotNode, ConfError, type GroupFigures, LoadError, startNode } from "carrotcache";

const scores = new Map<unknown, string>([["Tom", "630"]]);
const node: CarrotNode = await startNode({
  directives: { port: 0, eviction: "s3fifo" },
  groups: {
    scores: { maxmemory: 2 << 10, ttl: "10m", load: (key) => scores.get(key) ?? null },
    other: {
      load: async (key, { signal, keyBytes }) => ({ value: keyBytes.subarray(signal.aborted ? 1 : 0), ttlMs: key.length }),
      loadMany: (keys) => keys.map((key) => (key === "x" ? new Error("no x") : String(key))),
    },
  },
});
const value: Buffer | null = await node.get("scores:Tom");
const figures: GroupFigures | undefined = node.stats().scores;
if (String(value) !== "630" || figures?.loads !== 1) throw new LoadError("wrong");
await node.close();
// @ts-expect-error no such directive
const error: unknown = await startNode({ directives: { prot: 1 } }).catch((error: unknown) => error);
console.log(error instanceof ConfError && error.message);
`;

test("a TypeScript program that uses the library compiles and runs", async (t) => {
  t.timeout(60_000);
  const compilerOptions = {
    module: "nodenext",
    target: "es2022",
    lib: ["es2022"],
    strict: true,
    types: ["node"],
  };
  writeFileSync(path.join(directory, "program.mts"), PROGRAM);
  writeFileSync(
    path.join(directory, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["program.mts"] }),
  );
  const compiled = run(path.join(ROOT, "node_modules/.bin/tsc"), ["-p", directory]).catch((failed) => failed);
  t.is((await compiled).stdout, "");
  const { stdout } = await run(process.execPath, ["program.mjs"], { cwd: directory });
  t.is(stdout, 'startNode: unknown directive "prot", did you mean "port"?\n');
});
