/**
 * Goal: whatever a worker hands over is run in its order and answered once; its death and its silence hold nobody up.
 * Method: a worker without a thread, on the other side of which the test sits; a real one where it is about a dead one.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import test from "ava";
import { errors } from "../../../proto/error-texts.ts";
import { ErrorReply, OK, Push, type Reply } from "../../../proto/reply.ts";
import type { AnyClient } from "../../../server/sessions/any-client.ts";
import type { ClientPush } from "../../../server/threads/messages.ts";
import { WorkerLink } from "../../../server/threads/worker-link.ts";
import { Held, turn, worldAt } from "../fakes.ts";
import { FakeWorker, figuresWith, textsOf } from "./fake-worker.ts";

const INTERNAL = `-${errors.internal}\r\n`;

function createLink(
  execute: (words: string[], client: AnyClient, number: number) => Reply | Promise<Reply> | undefined,
) {
  const worker = new FakeWorker();
  const failures: unknown[] = [];
  const logged: string[] = [];
  const gone: number[] = [];
  const seen: string[] = [];
  const link = new WorkerLink({
    worker: worker.asLinked,
    world: worldAt(),
    execute: (number, args, client) => execute(args.map(String), client, number),
    failed: (error) => failures.push(error),
    logged: (line) => logged.push(line),
    gone: (client) => gone.push(client),
    seen: (line) => seen.push(line),
  });
  link.ready.catch(() => {});
  return { worker, link, failures, logged, gone, seen };
}

test("commands run in their order, for their client; replies of one tick are one message", async (t) => {
  const ran: string[] = [];
  const { worker } = createLink((words, { id }, number) => {
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

test("a reply that takes long holds no other up, and has the dialect of its command", async (t) => {
  const held = new Held<string, Reply>("slow");
  const { worker } = createLink((words) => (words[1] === "slow" ? held.promise : null));
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
  const { worker } = createLink(() => undefined);
  worker.handOver([["SHUTDOWN"]]);
  await turn();
  t.deepEqual(worker.toldOf("replies").map(textsOf), [{ 1: "" }]);
});

test("a broken invariant is an error reply to its client and to nobody else", async (t) => {
  const { worker, failures } = createLink(async (words) => {
    if (words[0] === "REJECT") throw new Error("rejected");
    return words[0] === "ODD" ? 0.5 : OK;
  });
  worker.handOver([["PING"], ["REJECT"], ["ODD"], ["PING"]]);
  await turn();
  const sent = Object.assign({}, ...worker.toldOf("replies").map(textsOf));
  t.deepEqual(sent, { 1: "+OK\r\n", 2: INTERNAL, 3: INTERNAL, 4: "+OK\r\n" });
  t.deepEqual(failures.map(String), ["Error: rejected", "RangeError: not an integer reply: 0.5"]);
});

test("what is pushed to its clients comes behind the replies of the tick, in both dialects", async (t) => {
  const { worker } = createLink((_, client) => {
    client.push(new Push(["invalidate", null]));
    return OK;
  });
  worker.handOver([["DEL", "a"]], 9, 3);
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

test("a client that has had commands run is told of when it goes, and when its thread dies", (t) => {
  const { worker, gone } = createLink(() => OK);
  worker.say({ kind: "gone", client: 77 });
  t.deepEqual(gone, [], "nobody knew it here");
  worker.handOver([["DEL", "a"]]);
  worker.say({ kind: "gone", client: 77 });
  worker.handOver([["DEL", "a"]]);
  worker.die(1);
  worker.die(1);
  t.deepEqual(gone, [77, 77]);
});

test("what is no command is answered too", async (t) => {
  const { worker, failures } = createLink(() => OK);
  const batch = {
    kind: "commands",
    ids: [1, 2],
    numbers: [0, 0],
    clients: [1, 1],
    protocols: [2, 2],
  } as const;
  worker.say({ ...batch, bytes: Buffer.from("*1\r\n$4\r\nPING\r\n*1\r\n$x") });
  await turn();
  t.deepEqual(Object.assign({}, ...worker.toldOf("replies").map(textsOf)), { 1: "+OK\r\n", 2: INTERNAL });
  t.is(failures.length, 1);
});

test("figures are those last told, also of a worker that dies before it answers", async (t) => {
  const { worker, link } = createLink(() => OK);
  t.is(link.figures, undefined);
  const first = link.ask(false);
  worker.tellFigures(figuresWith(5));
  await first;
  t.is(link.figures?.clients.commands, 5);
  const second = link.ask(true);
  t.deepEqual(
    worker.toldOf("figures").map(({ withLines }) => withLines),
    [false, true],
  );
  let isSettled = false;
  void second.then(() => (isSettled = true));
  worker.die(1);
  await turn();
  t.true(isSettled);
  t.is(link.figures?.clients.commands, 5);
});

test("an answer nobody waits for any more counts all the same", (t) => {
  const { worker, link } = createLink(() => OK);
  worker.say({ kind: "figures", question: 99, figures: figuresWith(3) });
  t.is(link.figures?.clients.commands, 3);
});

test("it is ready when the worker listens, and never when that fails or dies", async (t) => {
  const [ready, failed, dead] = [0, 1, 2].map(() => createLink(() => OK));
  ready!.worker.say({ kind: "ready" });
  await t.notThrowsAsync(ready!.link.ready);
  failed!.worker.say({ kind: "failed", text: "listen EADDRNOTAVAIL" });
  await t.throwsAsync(failed!.link.ready, { message: "listen EADDRNOTAVAIL" });
  dead!.worker.die(1);
  await t.throwsAsync(dead!.link.ready, { message: "the worker ended before it listened" });
});

test("it is asked about its clients, and a dead one is not waited for", async (t) => {
  const { worker, link } = createLink(() => OK);
  const about = { what: "kill", filter: { self: 1, skipsSelf: true } } as const;
  const first = link.askAbout(about);
  const [asked] = worker.toldOf("ask");
  t.deepEqual(asked?.about, about);
  worker.say({ kind: "answer", question: asked!.question, answer: 3 });
  t.is(await first, 3);
  const second = link.askAbout(about);
  worker.die(1);
  t.is(await second, undefined);
});

test("lines of its log are passed on, and those of MONITOR", (t) => {
  const { worker, logged, seen } = createLink(() => new ErrorReply("ERR"));
  worker.say({ kind: "log", line: "{}" });
  worker.say({ kind: "seen", line: "1.0" });
  t.deepEqual([logged, seen], [["{}"], ["1.0"]]);
});

test("what is said to a dead thread, and what it asked for, is thrown away", async (t) => {
  const held = new Held<string, Reply>("late");
  const program = `require("node:worker_threads").parentPort.postMessage({
    kind: "commands", ids: [1], numbers: [0], clients: [1], protocols: [2], bytes: Buffer.from("*1\\r\\n$4\\r\\nPING\\r\\n") });`;
  const worker = new Worker(program, { eval: true });
  const failures: unknown[] = [];
  let asked = 0;
  const link = new WorkerLink({
    worker,
    world: worldAt(),
    execute: () => {
      asked++;
      return held.promise;
    },
    failed: (error) => failures.push(error),
    logged: () => {},
    gone: () => {},
    seen: () => {},
  });
  link.ready.catch(() => {});
  await once(worker, "exit");
  t.is(asked, 1);
  t.notThrows(() => link.post({ kind: "reset" }));
  held.resolve(Buffer.alloc(10));
  await turn();
  await turn();
  t.deepEqual(failures, []);
});
