/**
 * Goal: when a worker dies, only its own clients notice. A node with workers ends like a node without. A node that
 * cannot have workers says so.
 * Method: a real node with `threads 2`. The test terminates its worker, or sends the node a signal. The origin answers
 * when the test says so.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { hasReusePort } from "../../../server/machine/reuse-port.ts";
import { NODE_NEW, testWith } from "../../needs.ts";
import { until } from "../../until.ts";
import { originValue, startOrigin } from "../origin.ts";
import { CLI, ROOT, start, startNodeProcess, temporaryDirectory } from "../processes.ts";
import { itemsFrom, startThreaded, THREADS, talkTo } from "./rig.ts";

const testThreads = testWith(THREADS);

testThreads.serial(
  "a worker that dies is replaced, and clients of the main thread notice nothing",
  async (t) => {
    const node = await startThreaded(t);
    const [main, worker] = await node.clients();
    const gone = once(worker, "close");
    let [isOver, served] = [false, 0];
    const load = async () => {
      for (let i = 0; !isOver; i++, served++) {
        const keys = [`hot${i % 3}`, `cold${i}`];
        const values = await main.mget(keys.map((key) => `item:${key}`));
        t.deepEqual(values, keys.map(originValue));
        t.is(await main.del(`item:cold${i}`), 1);
      }
    };
    const underLoad = load();
    for (let i = 0; i < 5; i++) await worker.get(`item:w${i}`);
    t.is(await node.ask("connected"), 2);
    await node.ask("terminate", 2);
    await gone;
    t.is(await node.ask("connected"), 1);
    await node.printed(/a worker thread ended, starting another.* thread=2/);
    const before = served;
    const next = await node.clientOn("worker");
    t.is(await next.get("item:w1"), originValue("w1"));
    isOver = true;
    await underLoad;
    t.true(served > before);
    t.deepEqual(await node.ask("workers"), [2]);
  },
);

testThreads.serial("what a dead worker had counted stays counted", async (t) => {
  const node = await startThreaded(t);
  const [main, worker] = await node.clients();
  await main.config("RESETSTAT");
  await main.get("item:a");
  for (let i = 0; i < 10; i++) await worker.get("item:a");
  const hits = async () => /^keyspace_hits:(\d+)/m.exec(await main.info("stats"))?.[1];
  t.is(await hits(), "10");
  await node.ask("terminate", 2);
  t.is(await hits(), "10");
  await (await node.clientOn("worker")).get("item:a");
  t.is(await hits(), "11");
  await main.config("RESETSTAT");
  t.is(await hits(), "0");
});

testThreads.serial("commands that a dying worker has handed over end without harm", async (t) => {
  const node = await startThreaded(t);
  const release: (() => void)[] = [];
  const asked = new Promise<void>((resolve) => {
    node.origin.respond = (_key, response) => {
      release.push(() => void response.end("late"));
      if (release.length === 2) resolve();
    };
  });
  const [main, worker] = await node.clients();
  const lost = Promise.allSettled([worker.get("item:1"), worker.get("item:2"), worker.info()]);
  await asked;
  const waiting = main.get("item:1");
  await node.ask("terminate", 2);
  await lost;
  for (const answer of release) answer();
  t.is(await waiting, "late");
  t.is(await main.get("item:2"), "late");
  t.is(release.length, 2);
  t.regex(await main.info("stats"), /keyspace_hits:/);
});

testThreads.serial(
  "an error that nobody catches ends the worker, not the process, and is logged",
  async (t) => {
    const node = await startThreaded(t);
    const main = await node.clientOn("main");
    await node.ask("breakWorkers");
    await node.printed(/! a worker thread failed err=.*TypeError.* thread=2/);
    await node.printed(/a worker thread ended, starting another thread=2 code=1/);
    t.is(await main.ping(), "PONG");
    t.is(await (await node.clientOn("worker")).ping(), "PONG");
  },
);

testThreads.serial(
  "closing a node ends although a worker has just died, and leaves nothing behind",
  async (t) => {
    const node = await startThreaded(t);
    const gone = node.ask("terminate", 2);
    await node.ask("close");
    await gone;
    t.is(await node.ended, 0);
  },
);

testThreads.serial("closing a node ends while a dead worker waits to be replaced", async (t) => {
  const node = await startThreaded(t);
  await node.ask("terminate", 2);
  await node.ask("close");
  t.is(await node.ended, 0);
});

for (const how of ["SIGTERM", "SHUTDOWN"] as const) {
  testThreads.serial(`${how} answers what workers have read, in order, and exits 0`, async (t) => {
    const origin = await startOrigin(t);
    const held: (() => void)[] = [];
    const CLIENTS = 12;
    const asked = new Promise<void>((resolve) => {
      origin.respond = (key, response) => {
        held.push(() => void response.end(key));
        if (held.length === CLIENTS) resolve();
      };
    });
    const args = [...itemsFrom(origin.port), "--threads", "2"];
    const node = start(t, NODE_NEW, [CLI, ...args]);
    const port = Number((await node.printed(/ready on [^ ]*:(\d+).*threads: 2/))[1]);
    const talks = Array.from({ length: CLIENTS }, (_, i) =>
      talkTo(t, port, `PING\r\nGET item:${i}\r\nPING\r\n`),
    );
    await asked;
    if (how === "SIGTERM") node.kill("SIGTERM");
    else t.is(await talkTo(t, port, "SHUTDOWN\r\n"), "");
    await node.printed(/SIGTERM, closing/);
    for (const answer of held) answer();
    const texts = await Promise.all(talks);
    t.deepEqual(
      texts,
      texts.map((_, i) => `+PONG\r\n$${String(i).length}\r\n${i}\r\n+PONG\r\n`),
    );
    t.is(await node.ended, 0);
  });
}

testThreads.serial(
  "a second process on the port is refused, with the line of the conf, whatever its threads",
  async (t) => {
    const node = await startThreaded(t);
    for (const threads of ["1", "2"]) {
      const second = start(t, NODE_NEW, [CLI, "--port", String(node.port), "--threads", threads]);
      t.is(await second.ended, 1);
      t.regex(second.output(), /carrotcache: command line: --port: 127\.0\.0\.1:\d+ is in use\n$/);
    }
  },
);

testThreads.serial("workers listen on every host that bind names", async (t) => {
  const node = await startThreaded(t, ["--bind", "127.0.0.1", "127.0.0.2"]);
  for (const host of ["127.0.0.1", "127.0.0.2"]) {
    const seen = new Set<string>();
    await until(`either thread takes a connection to ${host}`, async () => {
      seen.add(await node.threadAt(host));
      return seen.size === 2;
    });
    t.deepEqual([...seen].sort(), ["main", "worker"]);
  }
});

testThreads.serial("lines of all threads are in one logfile, each whole", async (t) => {
  const logfile = path.join(temporaryDirectory(t), "carrot.log");
  const node = await startThreaded(t, ["--logfile", logfile, "--log-format", "json"]);
  // Two reasons to close, because each thread logs one line a minute for each reason.
  for (const said of ["POST / HTTP/1.1\r\n", "*x\r\n"])
    for (const where of ["main", "worker"] as const) await node.talk(where, said);
  await node.ask("close");
  t.is(await node.ended, 0);
  const lines = readFileSync(logfile, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const dropped = lines.filter(({ msg }) => msg.startsWith("closed client "));
  t.deepEqual(
    dropped.map(({ thread, level }) => [thread, level]),
    [
      [undefined, 40],
      [2, 40],
      [undefined, 40],
      [2, 40],
    ],
  );
});

async function hasOneThread(t: ExecutionContext): Promise<void> {
  const node = await startNodeProcess(t, ["--port", "0", "--threads", "4"]);
  const why = `# threads 4 needs Node 22\\.12 or later on Linux to share a port; this is Node ${process.versions.node}`;
  t.regex(node.output(), new RegExp(why));
  t.regex(node.output(), /ready on .* threads: 1\b/);
  t.is(await talkTo(t, node.port, "PING\r\n"), "+PONG\r\n");
  const text = readFileSync(path.join(ROOT, "carrot.conf"), "utf8");
  t.regex(text, /^# threads 1$/m);
}

const title = "where threads cannot share a port, a node has one thread, and the log says why";
if (hasReusePort()) test.skip(`${title} [this Node lets threads share a port]`, hasOneThread);
else test.serial(title, hasOneThread);
