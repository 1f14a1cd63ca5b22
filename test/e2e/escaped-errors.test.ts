/**
 * Goal: no error of a loader's module ends the node, wherever the module lets it happen; the log and the figures name its
 * group, and other groups notice nothing.
 * Method: nodes as processes, with a module that does at each key what the key says. Node 24 keeps the context of code in
 * another way than the versions before it, so each test runs on both where both are there.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { NODE_NEW } from "../needs.ts";
import { until } from "../until.ts";
import { CLI, type Program, start, temporaryDirectory } from "./processes.ts";

/** Each one makes an error that nothing in the module catches. */
const ESCAPES = {
  "a timer": `setTimeout(() => { throw new Error(key) }, 1)`,
  "a timer that comes again": `const timer = setInterval(() => { clearInterval(timer); throw new Error(key) }, 1)`,
  setImmediate: `setImmediate(() => { throw new Error(key) })`,
  "process.nextTick": `process.nextTick(() => { throw new Error(key) })`,
  queueMicrotask: `queueMicrotask(() => { throw new Error(key) })`,
  "a promise that nobody awaits": `Promise.reject(new Error(key))`,
  "a promise that rejects later": `(async () => { await new Promise(setImmediate); throw new Error(key) })()`,
  "an error event that nobody listens to": `const e = new EventEmitter(); setImmediate(() => e.emit("error", new Error(key)))`,
  "a listener that throws": `const e = new EventEmitter(); e.on("x", () => { throw new Error(key) }); setImmediate(() => e.emit("x"))`,
  "a socket that is refused": `connect(1, "127.0.0.1")`,
  "an idle socket that is reset": `const s = createServer((c) => setTimeout(() => c.resetAndDestroy(), 5)); s.listen(0, "127.0.0.1", () => connect(s.address().port, "127.0.0.1").on("close", () => s.close()))`,
  "a stream without a file": `createReadStream("/nowhere")`,
  "a program that is not there": `spawn("/nowhere")`,
  "a callback of the file system": `readFile("/", () => { throw new Error(key) })`,
  "a thread that throws": `new Worker("throw new Error(1)", { eval: true })`,
  "a listener of a signal": `context.signal.addEventListener("abort", () => { throw new Error(key) }); return new Promise(() => {})`,
  "a query that begins with its then": `return { then(resolve) { setImmediate(() => { throw new Error(key) }); resolve("") } }`,
};

const MODULE = `
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { createReadStream, readFile } from "node:fs";
import { connect, createServer } from "node:net";
import { Worker } from "node:worker_threads";
setImmediate(() => { throw new Error("at import") });
await new Promise((resolve) => setTimeout(resolve, 5));
Promise.reject(new Error("after an await at import"));
const escapes = { ${Object.entries(ESCAPES).map(([name, code]) => `${JSON.stringify(name)}(key, context) { ${code} }`)} };
export const load = (key, context) => escapes[key]?.(key, context) ?? "value";
`;

const NODES = [...new Set([process.execPath, NODE_NEW])];

async function startNode(t: ExecutionContext, node: string): Promise<{ program: Program; client: Redis }> {
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, "escapes.mjs"), MODULE);
  const lines = [
    "group bad loader module escapes.mjs",
    "group bad loader-timeout 1s",
    "group good loader none",
  ];
  writeFileSync(path.join(directory, "carrot.conf"), `port 0\n${lines.join("\n")}\n`);
  const program = start(t, node, [CLI, path.join(directory, "carrot.conf")]);
  const [, port] = await program.printed(/ready on [^ ]*:(\d+)/);
  const client = new Redis(Number(port), "127.0.0.1", { retryStrategy: () => null });
  t.teardown(() => client.disconnect());
  return { program, client };
}

for (const node of NODES) {
  const version = node === NODES[0] ? "the Node of the tests" : "a newer Node";

  test(`errors that escape a loader do not end the node, on ${version}`, async (t) => {
    const { program, client } = await startNode(t, node);
    await program.printed(
      /# an error escaped a loader, and nobody caught it group=bad cause="at import" at=/,
    );
    await client.set("good:a", "1");
    const escaped = async () => Number(/escaped_errors:(\d+)/.exec(await client.info("carrot"))![1]);
    let before = await escaped();
    t.is(before, 2);
    for (const name of Object.keys(ESCAPES)) {
      await client.get(`bad:${name}`).catch(() => {});
      await until(`the error of ${name} has escaped`, async () => (await escaped()) > before);
      before = await escaped();
      t.is(program.child.exitCode, null, name);
    }
    t.is(before, 2 + Object.keys(ESCAPES).length);
    t.is(await client.get("good:a"), "1");
    const stats = (await client.call("CARROT.STATS", "good")) as string[];
    t.is(Number(stats[stats.indexOf("escaped_errors") + 1]), 0);
    program.kill("SIGTERM");
    t.is(await program.ended, 0);
    t.regex(program.output(), /nobody caught it \(\d+ more in between\) group=bad/);
  });
}
