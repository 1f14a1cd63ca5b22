/**
 * Goal: startNode starts the node that the same words in a conf file would start, takes functions as loaders, and leaves no
 * trace in the program when the node is closed.
 * Method: nodes in this process; ioredis and fetch as clients. The types are tested by lines that must not compile.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import {
  type CarrotNode,
  ConfError,
  type GroupOptions,
  type LoaderKey,
  type StartNodeOptions,
  startNode,
} from "../../server/library.ts";
import { ROOT, reservePorts } from "../e2e/processes.ts";
import { until } from "../until.ts";

async function started(t: ExecutionContext, options: StartNodeOptions): Promise<CarrotNode> {
  const node = await startNode(options);
  t.teardown(() => node.close());
  return node;
}

function clientOf(t: ExecutionContext, node: CarrotNode): Redis {
  const client = new Redis(node.port, "127.0.0.1");
  t.teardown(() => client.disconnect());
  return client;
}

function confFile(t: ExecutionContext, ...lines: string[]): string {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-library-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, "carrot.conf");
  writeFileSync(file, lines.join("\n"));
  return file;
}

/** Resolves when the node's links to all members are up. */
async function linked(t: ExecutionContext, node: CarrotNode): Promise<void> {
  const client = clientOf(t, node);
  await until("the links are up", async () => {
    const members = (await client.call("CARROT.PEERS")) as (string[] | Record<string, string>)[];
    const text = members.map((member) => JSON.stringify(member));
    return text.every((member) => /"state"[:,]"up"/.test(member));
  });
}

test("clients on the port and over HTTP get what the program gets", async (t) => {
  const [httpPort] = await reservePorts(t, 1);
  const node = await started(t, {
    directives: { port: 0, "http-port": httpPort },
    groups: { scores: { load: (key) => `score of ${key}` } },
  });
  t.is(String(await node.get("scores:Tom")), "score of Tom");
  t.is(await clientOf(t, node).get("scores:Tom"), "score of Tom");
  t.is(node.httpPort, httpPort);
  const response = await fetch(`http://127.0.0.1:${node.httpPort}/api?key=scores:Tom`);
  t.is(await response.text(), "score of Tom");
  t.is(node.stats().scores?.loads, 1);
});

test("a group may have directives beside its functions; groups without functions load as in a conf", async (t) => {
  const node = await started(t, {
    directives: { port: 0 },
    groups: {
      small: { maxmemory: 2 << 10, prefix: "s/", "max-value-size": 10, load: () => "x".repeat(11) },
      none: { loader: "none" },
      default: { ttl: "10m", load: (key) => key },
    },
  });
  await t.throwsAsync(node.get("s/1"), { message: "loader value too large (max 10 bytes)" });
  t.is(await node.get("none:1"), null);
  t.is(String(await node.get("anything")), "anything");
  t.is(node.stats().small?.maxBytes, 2048);
  const loaders = (await clientOf(t, node).call("CARROT.GROUPS")) as unknown[];
  t.deepEqual(
    loaders.map((group) => /"loader"[:,]"(\w+)"/.exec(JSON.stringify(group))?.[1]),
    ["function", "none", "function"],
  );
});

test("directives given here win over the conf file, a function wins over the file's loader", async (t) => {
  const conf = confFile(
    t,
    "port 1",
    "loglevel nothing",
    "group scores loader module nowhere.mjs",
    "group scores max-value-size 3",
  );
  const node = await started(t, {
    conf,
    directives: { port: 0 },
    groups: { scores: { load: (key) => String(key) } },
  });
  t.is(String(await node.get("scores:Tom")), "Tom");
  await t.throwsAsync(node.get("scores:Jack"), { message: "loader value too large (max 3 bytes)" });
  await t.throwsAsync(startNode({ conf, directives: { port: 0 } }), {
    instanceOf: ConfError,
    message: new RegExp(`^${conf}:3: loader: .*nowhere\\.mjs not found$`),
  });
});

test("a password with blanks, quotes and dashes is the password", async (t) => {
  const password = `--port "1" it's`;
  const node = await started(t, { directives: { port: 0, requirepass: password } });
  const client = new Redis(node.port, "127.0.0.1", { password });
  t.teardown(() => client.disconnect());
  t.is(await client.ping(), "PONG");
});

test("without a conf file a node logs warnings only, unless it is told otherwise", async (t) => {
  const levelOf = async (options: StartNodeOptions) =>
    (await clientOf(t, await started(t, options)).config("GET", "loglevel")) as unknown;
  const shown = async (options: StartNodeOptions) => JSON.stringify(await levelOf(options));
  t.regex(await shown({ directives: { port: 0 } }), /warning/);
  t.regex(await shown({ directives: { port: 0, loglevel: "nothing" } }), /nothing/);
  t.regex(await shown({ conf: confFile(t, "port 0", "loglevel debug") }), /debug/);
});

const mistakes: readonly (readonly [options: object, message: string])[] = [
  [{ directives: { prot: 1 } }, 'startNode: unknown directive "prot", did you mean "port"?'],
  [{ directives: { port: "x" } }, 'startNode: port: expected a whole number from 0 to 65535, got "x"'],
  [{ groups: { "a b": { ttl: "1s" } } }, "startNode: group: expected a name of up to 64 letters"],
  [{ groups: { a: {} } }, "startNode: group a: missing directive"],
  [{ groups: { a: { laod: () => null } } }, 'startNode: group a: unknown function "laod"'],
  [{ groups: { a: { load: () => null, loader: "none" } } }, "startNode: group a: has a load function and"],
  [
    { groups: { a: { loader: ["file", "x"] } } },
    'startNode: loader: expected module, http or none, got "file"',
  ],
  [{ groups: { a: () => null } }, "startNode: group a: expected an object of directives and functions"],
  [{ directives: { port: {} } }, "startNode: port: expected text, a number, yes or no, got an object"],
  [{ directives: { port: null } }, "startNode: port: expected text, a number, yes or no, got null"],
  [{ directives: { bind: [["::1"]] } }, "startNode: bind: expected text, a number, yes or no, got an array"],
  [
    { directives: { bind: new Array(1) } },
    "startNode: bind: expected text, a number, yes or no, got undefined",
  ],
  [
    { groups: { a: { load: () => null, ttl: new Date() } } },
    "startNode: ttl: expected text, a number, yes or no, got an object",
  ],
  [{ conf: "nowhere.conf" }, "nowhere.conf: cannot be read: no such file"],
];

for (const [options, message] of mistakes) {
  test(`refused: ${message}`, async (t) => {
    const error = await t.throwsAsync(startNode(options), { instanceOf: ConfError });
    t.true(error.message.startsWith(message), error.message);
  });
}

const wrongTypes: readonly (readonly [options: unknown, message: string])[] = [
  [null, "startNode: expected an object, got null"],
  ["carrot.conf", "startNode: expected an object, got text"],
  [{ port: 7000 }, 'startNode: unknown option "port", expected conf, directives, groups'],
  [{ conf: new URL("file:///carrot.conf") }, "conf: expected a path as text, got an object"],
  [{ directives: ["port 0"] }, "directives: expected an object, got an array"],
  [
    { groups: new Map([["a", { loader: "none" }]]) },
    "groups: expected an object of groups by name, got a Map",
  ],
];

for (const [options, message] of wrongTypes) {
  test(`options of a wrong type are refused: ${message}`, async (t) => {
    await t.throwsAsync(startNode(options as StartNodeOptions), { instanceOf: TypeError, message });
  });
}

test("three nodes in one process are one cache", async (t) => {
  const ports = await reservePorts(t, 3);
  const peers = ports.map((port) => `127.0.0.1:${port}`);
  const loads: string[] = [];
  const load = (key: LoaderKey) => {
    loads.push(String(key));
    return `value of ${key}`;
  };
  const nodes = await Promise.all(
    ports.map((port) =>
      started(t, {
        directives: { port: 0, "peer-port": port, peers, "peer-timeout": "30s" },
        groups: { item: { load } },
      }),
    ),
  );
  await Promise.all(nodes.map((node) => linked(t, node)));
  t.deepEqual(
    nodes.map((node) => node.id),
    peers,
  );
  const keys = Array.from({ length: 300 }, (_, i) => `item:${i}`);
  const values = await Promise.all(nodes.map((node) => node.getMany(keys)));
  for (const own of values) {
    t.deepEqual(
      own.map(String),
      keys.map((_, i) => `value of ${i}`),
    );
  }
  t.is(loads.length, 300);
  for (const node of nodes) t.true(node.stats().item!.loads > 50);
  t.is(await nodes[0]!.delete("item:7", "item:8"), 2);
  await Promise.all(nodes.map((node) => node.get("item:7")));
  t.is(loads.length, 301);
});

test.serial("many nodes one after the other leave no listener behind", async (t) => {
  const warnings: string[] = [];
  const note = (warning: Error) => void warnings.push(String(warning));
  process.on("warning", note);
  const before = process.stdout.listenerCount("error");
  for (let i = 0; i < 12; i++) await (await startNode({ directives: { port: 0 } })).close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", note);
  t.deepEqual(warnings, []);
  t.true(process.stdout.listenerCount("error") <= before + 1);
  t.is(process.listenerCount("SIGTERM"), 0);
});

test("undici and prom-client are not imported for a node without HTTP and http loader", async (t) => {
  const program = `
    import { createRequire } from "node:module";
    const { startNode } = await import("carrotcache");
    await (await startNode({ directives: { port: 0 } })).close();
    console.log(Object.keys(createRequire(import.meta.url).cache).join("\\n"));`;
  const args = ["--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  t.regex(stdout, /node_modules\/pino\//);
  t.notRegex(stdout, /node_modules\/(undici|prom-client)\//);
});

test("the compiler knows a loader's parameters and a group's words", (t) => {
  const typed: GroupOptions = { load: (key) => ({ value: key satisfies LoaderKey, ttlMs: 1 }) };
  // @ts-expect-error no value
  const wrongValue: GroupOptions = { load: () => 630 };
  // @ts-expect-error no such directive
  const wrongName: GroupOptions = { laod: () => null };
  // @ts-expect-error no such option
  const wrongOption: StartNodeOptions = { direktives: {} };
  t.truthy([typed, wrongValue, wrongName, wrongOption]);
});
