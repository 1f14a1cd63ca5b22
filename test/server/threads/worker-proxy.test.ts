/**
 * Goal: the commands that a worker hands over run in their order, each is answered once, and a dead or silent worker
 * holds nobody up.
 * Method: a worker without a thread, for which the test speaks; a real thread where the test is about a dead one.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import test from "ava";
import { errors } from "../../../proto/error-texts.ts";
import { ErrorReply, OK, Push, type Reply } from "../../../proto/reply.ts";
import type { Waiter } from "../../../server/groups/flights.ts";
import type { AnyClient } from "../../../server/sessions/any-client.ts";
import { MISSED } from "../../../server/threads/commands-to-main.ts";
import { joinedBytes } from "../../../server/threads/joined-bytes.ts";
import type { ClientPush } from "../../../server/threads/messages.ts";
import { WorkerProxy } from "../../../server/threads/worker-proxy.ts";
import { bytes, command } from "../../proto/read-commands.ts";
import { Held, turn, worldAt } from "../fakes.ts";
import { FakeWorker, figuresWith, textsOf } from "./fake-worker.ts";

const INTERNAL = `-${errors.internal}\r\n`;

function createProxy(
  execute: (words: string[], client: AnyClient, number: number) => Reply | Promise<Reply> | undefined,
) {
  const worker = new FakeWorker();
  const failures: unknown[] = [];
  const logged: string[] = [];
  const gone: number[] = [];
  const seen: string[] = [];
  const misses: { readonly key: Buffer; readonly waiter: Waiter }[] = [];
  const proxy = new WorkerProxy({
    worker: worker.asThread,
    world: worldAt(),
    execute: (number, args, client) => execute(args.map(String), client, number),
    missed: (key, waiter) => void misses.push({ key, waiter }),
    failed: (error) => failures.push(error),
    logged: (line) => logged.push(line),
    gone: (client) => gone.push(client),
    seen: (line) => seen.push(line),
    denied: () => {},
  });
  proxy.ready.catch(() => {});
  return { worker, proxy, failures, logged, gone, seen, misses };
}

test("a miss is answered in its turn, by its id; the key is a copy; one without a key is an error", async (t) => {
  const ran: string[] = [];
  const { worker, misses, failures } = createProxy((words) => {
    ran.push(`${words[0]} after ${misses.length} misses`);
    return OK;
  });
  const all = joinedBytes([["k\xff"], ["PING"], ["k2"]].map((words) => bytes(command(...words))));
  const columns = { clients: [0, 77, 0], protocols: [2, 3, 2], databases: [0, 0, 0] } as const;
  worker.say({ kind: "commands", ids: [5, 6, 7], numbers: [MISSED, 0, MISSED], ...columns, bytes: all });
  all.fill(0x78);
  t.deepEqual(ran, ["PING after 1 misses"]);
  t.deepEqual(
    misses.map(({ key }) => key.toString("latin1")),
    ["k\xff", "k2"],
  );
  misses[1]!.waiter({ kind: "error", text: "down" });
  misses[0]!.waiter({ kind: "value", value: Buffer.from("v"), ttlMs: 5 });
  await turn();
  t.deepEqual(worker.toldOf("replies").map(textsOf), [
    { 5: "$1\r\nv\r\n", 6: "+OK\r\n", 7: "-ERR down\r\n" },
  ]);
  worker.say({
    ...{ kind: "commands", ids: [8], numbers: [MISSED], clients: [0], protocols: [2], databases: [0] },
    bytes: joinedBytes([]),
  });
  await turn();
  t.deepEqual(textsOf(worker.toldOf("replies")[1]!), { 8: INTERNAL });
  t.is(failures.length, 1);
});

test("commands run in their order, each for its client; the replies of one tick are one message", async (t) => {
  const ran: string[] = [];
  const { worker } = createProxy((words, { id }, number) => {
    ran.push(`${id} #${number} ${words.join(" ")}`);
    return words[0] === "DEL" ? 1 : words[1]!;
  });
  worker.handOver(
    [
      ["GET", "a"],
      ["DEL", "a"],
      ["GET", "b"],
    ],
    5,
    3,
  );
  t.deepEqual(ran, ["77 #0 GET a", "77 #1 DEL a", "77 #2 GET b"]);
  await turn();
  t.deepEqual(worker.toldOf("replies").map(textsOf), [{ 5: "$1\r\na\r\n", 6: ":1\r\n", 7: "$1\r\nb\r\n" }]);
});

test("a slow reply holds up no other, and is encoded for the RESP version of its command", async (t) => {
  const held = new Held<string, Reply>("slow");
  const { worker } = createProxy((words) => (words[1] === "slow" ? held.promise : null));
  worker.handOver(
    [
      ["GET", "slow"],
      ["GET", "a"],
    ],
    1,
    3,
  );
  worker.handOver([["GET", "b"]], 3, 2);
  await turn();
  held.resolve(null);
  await turn();
  t.deepEqual(worker.toldOf("replies").map(textsOf), [{ 2: "_\r\n", 3: "$-1\r\n" }, { 1: "_\r\n" }]);
});

test("a command without a reply gets one of no bytes", async (t) => {
  const { worker } = createProxy(() => undefined);
  worker.handOver([["SHUTDOWN"]]);
  await turn();
  t.deepEqual(worker.toldOf("replies").map(textsOf), [{ 1: "" }]);
});

test("a broken invariant is an error reply to its client and to nobody else", async (t) => {
  const { worker, failures } = createProxy(async (words) => {
    if (words[0] === "REJECT") throw new Error("rejected");
    return words[0] === "ODD" ? 0.5 : OK;
  });
  worker.handOver([["PING"], ["REJECT"], ["ODD"], ["PING"]]);
  await turn();
  const sent = Object.assign({}, ...worker.toldOf("replies").map(textsOf));
  t.deepEqual(sent, { 1: "+OK\r\n", 2: INTERNAL, 3: INTERNAL, 4: "+OK\r\n" });
  t.deepEqual(failures.map(String), ["Error: rejected", "RangeError: not an integer reply: 0.5"]);
});

test("what a command pushes to its own client follows its reply, even one that is late", async (t) => {
  const held = new Held<string, Reply>("late");
  const { worker } = createProxy((words, client) => {
    client.push(new Push([words[1]!]), words[0] === "GET");
    return words[0] === "GETDEL" ? held.promise : OK;
  });
  worker.handOver(
    [
      ["GETDEL", "a"],
      ["DEL", "b"],
      ["GET", "c"],
    ],
    9,
    3,
  );
  await turn();
  held.resolve(null);
  await turn();
  t.deepEqual(worker.toldOf("replies").map(textsOf), [
    { 10: "+OK\r\n|>1\r\n$1\r\nb\r\n", 11: "+OK\r\n|>1\r\n$1\r\nc\r\n" },
    { 9: "_\r\n|>1\r\n$1\r\na\r\n" },
  ]);
  t.deepEqual(worker.toldOf("pushes"), []);
});

test("a push to another client travels behind the replies of its tick, for both RESP versions", async (t) => {
  let first: AnyClient | undefined;
  const { worker } = createProxy((_, client) => {
    first ??= client;
    return OK;
  });
  worker.handOver([["GET", "a"]], 9, 3);
  first!.push(new Push(["invalidate", null]), true);
  await turn();
  t.deepEqual(
    worker.told.map(({ kind }) => kind),
    ["replies", "pushes"],
  );
  const [{ client, bytes2, bytes3 } = t.fail()] = worker.toldOf("pushes")[0]!.pushes as [ClientPush];
  t.is(client, 77);
  t.is(String(bytes2), "*2\r\n$10\r\ninvalidate\r\n$-1\r\n");
  t.is(String(bytes3), ">2\r\n$10\r\ninvalidate\r\n_\r\n");
});

test("`gone` hears of a client that has had commands run, when it leaves and when its thread dies", (t) => {
  const { worker, gone } = createProxy(() => OK);
  worker.say({ kind: "gone", client: 77 });
  t.deepEqual(gone, [], "no command of it has been run");
  worker.handOver([["DEL", "a"]]);
  worker.say({ kind: "gone", client: 77 });
  worker.handOver([["DEL", "a"]]);
  worker.die(1);
  worker.die(1);
  t.deepEqual(gone, [77, 77]);
});

test("bytes that are no command get an error reply", async (t) => {
  const { worker, failures } = createProxy(() => OK);
  const batch = {
    kind: "commands",
    ids: [1, 2],
    numbers: [0, 0],
    clients: [1, 1],
    protocols: [2, 2],
    databases: [0, 0],
  } as const;
  worker.say({ ...batch, bytes: Buffer.from("*1\r\n$4\r\nPING\r\n*1\r\n$x") });
  await turn();
  t.deepEqual(Object.assign({}, ...worker.toldOf("replies").map(textsOf)), { 1: "+OK\r\n", 2: INTERNAL });
  t.is(failures.length, 1);
});

test("figures are the last ones told, also when the worker dies before it answers", async (t) => {
  const { worker, proxy } = createProxy(() => OK);
  t.is(proxy.figures, undefined);
  const first = proxy.askFigures(false);
  worker.tellFigures(figuresWith(5));
  await first;
  t.is(proxy.figures?.clients.commands, 5);
  const second = proxy.askFigures(true);
  t.deepEqual(
    worker.toldOf("figures").map(({ withLines }) => withLines),
    [false, true],
  );
  let isSettled = false;
  void second.then(() => (isSettled = true));
  worker.die(1);
  await turn();
  t.true(isSettled);
  t.is(proxy.figures?.clients.commands, 5);
});

test("figures that come too late count all the same", (t) => {
  const { worker, proxy } = createProxy(() => OK);
  worker.say({ kind: "figures", question: 99, figures: figuresWith(3) });
  t.is(proxy.figures?.clients.commands, 3);
});

test("`ready` resolves when the worker listens, and rejects when it fails or dies before", async (t) => {
  const [ready, failed, dead] = [0, 1, 2].map(() => createProxy(() => OK));
  ready!.worker.say({ kind: "ready" });
  await t.notThrowsAsync(ready!.proxy.ready);
  failed!.worker.say({ kind: "failed", text: "listen EADDRNOTAVAIL" });
  await t.throwsAsync(failed!.proxy.ready, { message: "listen EADDRNOTAVAIL" });
  dead!.worker.die(1);
  await t.throwsAsync(dead!.proxy.ready, { message: "the worker ended before it listened" });
});

test("a worker answers a question, and a dead one is not waited for", async (t) => {
  const { worker, proxy } = createProxy(() => OK);
  const about = { what: "kill", filter: { self: 1, skipsSelf: true } } as const;
  const first = proxy.ask(about);
  const [asked] = worker.toldOf("ask");
  t.deepEqual(asked?.about, about);
  worker.say({ kind: "answer", question: asked!.question, answer: 3 });
  t.is(await first, 3);
  const second = proxy.ask(about);
  worker.die(1);
  t.is(await second, undefined);
});

test("the worker's log lines and MONITOR lines are passed on", (t) => {
  const { worker, logged, seen } = createProxy(() => new ErrorReply("ERR"));
  worker.say({ kind: "log", line: "{}" });
  worker.say({ kind: "seen", line: "1.0" });
  t.deepEqual([logged, seen], [["{}"], ["1.0"]]);
});

test("messages to a dead thread, and replies to its commands, are thrown away", async (t) => {
  const held = new Held<string, Reply>("late");
  const program = `require("node:worker_threads").parentPort.postMessage({
    kind: "commands", ids: [1], numbers: [0], clients: [1], protocols: [2], databases: [0], bytes: Buffer.from("*1\\r\\n$4\\r\\nPING\\r\\n") });`;
  const worker = new Worker(program, { eval: true });
  const failures: unknown[] = [];
  let asked = 0;
  const proxy = new WorkerProxy({
    worker,
    world: worldAt(),
    execute: () => {
      asked++;
      return held.promise;
    },
    missed: () => {},
    failed: (error) => failures.push(error),
    logged: () => {},
    gone: () => {},
    seen: () => {},
    denied: () => {},
  });
  proxy.ready.catch(() => {});
  await once(worker, "exit");
  t.is(asked, 1);
  t.notThrows(() => proxy.post({ kind: "reset" }));
  held.resolve(Buffer.alloc(10));
  await turn();
  await turn();
  t.deepEqual(failures, []);
});
