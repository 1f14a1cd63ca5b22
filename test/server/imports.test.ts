/**
 * Goal: a node imports only what its conf asks for, so that its start is short.
 * Method: real nodes of the built command, with a module before them that says at their end which packages and which parts
 * of Node were loaded. A conf that asks for something shows that the module would have seen it.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { CLI, ROOT, reservePorts, start, temporaryDirectory } from "../e2e/processes.ts";

const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
const PACKAGES = Object.keys({ ...dependencies, ...devDependencies });
const WATCHER = `
  import module from "node:module";
  const { instantiate } = WebAssembly;
  const noted = [];
  WebAssembly.instantiate = (...given) => {
    noted.push(...new Error().stack.split("\\n"));
    return instantiate(...given);
  };
  process.on("exit", () => {
    const loaded = [...Object.keys(module._cache), ...process.moduleLoadList, ...noted];
    process.stdout.write("loaded: " + JSON.stringify(loaded) + "\\n");
  });
`;

/** What a node with this conf has loaded when it ends (of an ES module only its WebAssembly is seen): packages of package.json, and parts of Node as `node:NAME`. */
async function loadedWith(t: ExecutionContext, ...args: string[]): Promise<Set<string>> {
  const watcher = `data:text/javascript,${encodeURIComponent(WATCHER)}`;
  const node = start(
    t,
    process.execPath,
    ["--import", watcher, CLI, "--port", "0", "--maxmemory", "8mb", ...args],
    temporaryDirectory(t),
  );
  await node.printed(/ready on /);
  node.kill("SIGTERM");
  const [, list] = await node.printed(/loaded: (.*)\n/);
  const loaded: string[] = JSON.parse(list!);
  const packages = PACKAGES.filter((name) => loaded.some((file) => file.includes(`/node_modules/${name}/`)));
  const parts = loaded.filter((entry) => entry.startsWith("NativeModule "));
  return new Set([...packages, ...parts.map((entry) => `node:${entry.slice("NativeModule ".length)}`)]);
}

const NOT_IN_A_PLAIN_START = [
  ...["protobufjs", "prom-client", "undici", "fengari", "pg"],
  ...["node:http", "node:https", "node:http2", "node:tls", "node:sqlite"],
];

test("a node on a plain conf loads no package but those of its log and its protocol", async (t) => {
  const loaded = await loadedWith(t);
  t.deepEqual(
    PACKAGES.filter((name) => loaded.has(name)),
    ["pino", "redis-parser"],
  );
  t.deepEqual(
    NOT_IN_A_PLAIN_START.filter((name) => loaded.has(name)),
    [],
  );
});

test("peers, an HTTP port and an HTTP loader bring their packages along", async (t) => {
  const [peerPort, other, http] = await reservePorts(t, 3);
  const peers = ["--peers", `127.0.0.1:${peerPort}`, `127.0.0.1:${other}`, "--peer-port", String(peerPort)];
  const group = ["--group", "pages", "loader", "http", "http://127.0.0.1:1/{key}"];
  const loaded = await loadedWith(t, ...peers, "--http-port", String(http), ...group);
  for (const name of ["protobufjs", "xxhash-wasm", "prom-client", "undici", "node:http"])
    t.true(loaded.has(name), name);
});
