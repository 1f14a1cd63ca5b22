/**
 * Goal: a worker answers from the shared stores, hands everything else over, and obeys the main thread.
 * Method: a real thread, on a host of its own; the test is its main thread and has the stores.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Worker } from "node:worker_threads";
import test, { type ExecutionContext } from "ava";
import { SharedCounts } from "../../../server/clients/shared-counts.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import type { WorkerFigures } from "../../../server/counters/worker-figures.ts";
import { monotonicClock } from "../../../server/machine/clock.ts";
import type { Question } from "../../../server/sessions/thread-questions.ts";
import { MUTEX, SEQUENCE } from "../../../server/store/layout.ts";
import { Store } from "../../../server/store/store.ts";
import { MISSED } from "../../../server/threads/commands-to-main.ts";
import { joinedBytes } from "../../../server/threads/joined-bytes.ts";
import type { CommandBatch, ToMain, ToWorker } from "../../../server/threads/messages.ts";
import { createWorker } from "../../../server/threads/workers.ts";
import { bytes, command, read } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { key } from "../fakes.ts";
import { ownHost } from "../rig.ts";

/** A fixed port: it is free, because each test has a host of its own. */
const PORT = 6390;

interface Rig {
  readonly worker: Worker;
  /** The host on which the worker listens, at PORT. */
  readonly host: string;
  readonly store: Store;
  readonly mirrors: Store;
  readonly counts: SharedCounts;
  tell(message: ToWorker): void;
  /** The next message of this kind, or one that has come already; each is given once. */
  next<Kind extends ToMain["kind"]>(kind: Kind): Promise<Extract<ToMain, { kind: Kind }>>;
  figures(withLines?: boolean): Promise<WorkerFigures>;
  /** Replies with these texts to the commands of a batch. */
  reply(batch: CommandBatch, ...texts: readonly string[]): void;
}

async function startWorker(
  t: ExecutionContext,
  lines: readonly string[] = [],
  standing: readonly Question[] = [],
  host = ownHost(),
): Promise<Rig> {
  const clock = monotonicClock();
  const conf = readConf({ text: [`bind ${host}`, "group scores ttl 0", ...lines].join("\n") });
  const createStore = () => new Store({ maxBytes: 1 << 20, eviction: "lru", clock, seed: 7 });
  const [store, mirrors] = [createStore(), createStore()];
  const counts = new SharedCounts(2);
  const groups = [{ name: "scores", store: store.handle, mirrors: mirrors.handle }];
  const start = {
    conf: { ...conf, places: new Map() },
    thread: 2,
    port: PORT,
    counts: counts.memory,
    groups,
    freeWrites: undefined,
    standing,
  };
  const worker = createWorker(start);
  t.teardown(() => worker.terminate());
  const unread: ToMain[] = [];
  const checks = new Set<() => void>();
  worker.on("message", (message: ToMain) => {
    unread.push(message);
    for (const check of checks) check();
  });
  const next = (kind: ToMain["kind"]) =>
    new Promise<never>((resolve) => {
      const check = () => {
        const at = unread.findIndex((message) => message.kind === kind);
        if (at < 0) return;
        checks.delete(check);
        resolve(unread.splice(at, 1)[0] as never);
      };
      checks.add(check);
      check();
    });
  const tell = (message: ToWorker) => worker.postMessage(message);
  const figures = async (withLines = false) => {
    tell({ kind: "figures", question: 1, withLines });
    return (await (next as Rig["next"])("figures")).figures;
  };
  const reply = ({ ids }: CommandBatch, ...texts: string[]) => {
    const parts = texts.map(bytes);
    const lengths = parts.map((part) => part.length);
    tell({ kind: "replies", ids, lengths, behind: undefined, bytes: joinedBytes(parts), pushes: [] });
  };
  return { worker, host, store, mirrors, counts, tell, next: next as Rig["next"], figures, reply };
}

/** A client that keeps what it has read. `received` waits for as many bytes as are expected, and takes what has come. */
function connectTo(t: ExecutionContext, host: string) {
  const socket: Socket = connect({ port: PORT, host, allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  socket.on("end", () => socket.end());
  const received = async (expected: string) => {
    await until(`the client has read ${JSON.stringify(expected)}`, () => text.length >= expected.length);
    const got = text;
    text = "";
    return got;
  };
  const closed = once(socket, "close").then(() => text);
  return { socket, received, closed, send: (...words: string[]) => socket.write(bytes(command(...words))) };
}

const commandsIn = (batch: CommandBatch): string[] =>
  read([Buffer.from(batch.bytes)])
    .commands.map((words) => words.join(" ").replace(" (get)", ""))
    .map((text, i) => (batch.numbers[i] === MISSED ? `miss: ${text}` : text));

test("a worker answers from the stores as soon as the main thread has written to them", async (t) => {
  const rig = await startWorker(t);
  await rig.next("ready");
  const { send, received } = connectTo(t, rig.host);
  rig.store.put(key("scores:Tom"), key("630"), undefined);
  rig.store.put(key("scores:none"), null, 60_000);
  rig.mirrors.put(key("scores:far"), key("7"), undefined);
  send("GET", "scores:Tom");
  t.is(await received("$3\r\n630\r\n"), "$3\r\n630\r\n");
  send("MGET", "scores:none", "scores:far");
  t.is(await received("*2\r\n$-1\r\n$1\r\n7\r\n"), "*2\r\n$-1\r\n$1\r\n7\r\n");
  rig.store.put(key("scores:Tom"), key("631"), undefined);
  send("GET", "scores:Tom");
  t.is(await received("$3\r\n631\r\n"), "$3\r\n631\r\n");
  const { groups, clients } = await rig.figures();
  t.like(groups.scores, { hits: 2, negativeHits: 1, mirrorHits: 1, misses: 0 });
  t.like(clients, { commands: 3, connectionsReceived: 1, connectionsRejected: 0 });
  t.is(rig.counts.total(), 1);
});

test("a GET of a key in a shard that is being written is handed over", async (t) => {
  const rig = await startWorker(t);
  await rig.next("ready");
  const { send } = connectTo(t, rig.host);
  rig.store.put(key("scores:Tom"), key("630"), undefined);
  const words = new Int32Array(rig.store.handle.memory[0]!);
  Atomics.store(words, MUTEX, 1);
  Atomics.add(words, SEQUENCE, 1);
  send("GET", "scores:Tom");
  t.deepEqual(commandsIn(await rig.next("commands")), ["miss: scores:Tom"]);
});

test("a GET of an entry that has expired by the main thread's clock is handed over", async (t) => {
  const rig = await startWorker(t);
  await rig.next("ready");
  const { send, received } = connectTo(t, rig.host);
  rig.store.put(key("scores:brief"), key("1"), 1);
  rig.store.put(key("scores:long"), key("2"), 60_000);
  await until("the brief entry has expired", () => rig.store.get(key("scores:brief")) === undefined);
  send("GET", "scores:long");
  t.is(await received("$1\r\n2\r\n"), "$1\r\n2\r\n");
  send("GET", "scores:brief");
  t.deepEqual(commandsIn(await rig.next("commands")), ["miss: scores:brief"]);
});

test("misses and commands that need the node are handed over; replies keep their order", async (t) => {
  const rig = await startWorker(t);
  await rig.next("ready");
  rig.store.put(key("scores:Tom"), key("630"), undefined);
  const { socket, closed } = connectTo(t, rig.host);
  socket.end(
    ["GET scores:slow", "GET scores:Tom", "PING", "NOSUCH", "DEL scores:Tom", "GET scores:Tom", "QUIT"]
      .map((line) => command(...line.split(" ")))
      .join(""),
  );
  const batch = await rig.next("commands");
  t.deepEqual(commandsIn(batch), ["miss: scores:slow", "DEL scores:Tom", "GET scores:Tom"]);
  t.deepEqual(
    [batch.clients, batch.protocols],
    [
      [0, 1, 1],
      [2, 2, 2],
    ],
  );
  rig.reply(batch, "$4\r\nlate\r\n", ":1\r\n", "$-1\r\n");
  const text = await closed;
  t.regex(text, /^\$4\r\nlate\r\n\$3\r\n630\r\n\+PONG\r\n-ERR unknown command .*\r\n:1\r\n\$-1\r\n\+OK\r\n$/);
  const { waits } = await rig.figures();
  t.is(waits.at(-1), 3, "three commands had to wait");
});

test("new directives and a reset are in force before the next question is answered", async (t) => {
  const rig = await startWorker(t);
  await rig.next("ready");
  const first = connectTo(t, rig.host);
  first.send("PING");
  await first.received("+PONG\r\n");
  rig.tell({
    kind: "conf",
    changes: [
      ["requirepass", Buffer.from("s\u00e9cret")],
      ["maxclients", "2"],
      ["loglevel", "nothing"],
    ],
  });
  rig.tell({ kind: "reset" });
  const { clients, lines } = await rig.figures(true);
  t.like(clients, { commands: 0, connectionsReceived: 0 });
  t.regex(lines[0]!, /^id=1 addr=127\.[\d.:]+ .* cmd=ping /);
  t.deepEqual((await rig.figures()).lines, []);
  const second = connectTo(t, rig.host);
  second.send("PING");
  second.send("AUTH", Buffer.from("s\u00e9cret").toString("latin1"));
  const expected = "-NOAUTH Authentication required.\r\n+OK\r\n";
  t.is(await second.received(expected), expected);
  t.is(await connectTo(t, rig.host).closed, "-ERR max number of clients reached\r\n");
  t.is(rig.counts.total(), 2);
});

test("a push has the RESP version of its client; `gone` comes behind the client's commands", async (t) => {
  const rig = await startWorker(t);
  await rig.next("ready");
  const { socket, send, received } = connectTo(t, rig.host);
  const pushes = [1, 99].map((client) => ({ client, bytes2: bytes("*two"), bytes3: bytes(">three") }));
  send("GET", "scores:slow");
  const batch = await rig.next("commands");
  rig.tell({ kind: "pushes", pushes });
  rig.reply(batch, "$4\r\nlate\r\n");
  t.is(await received("$4\r\nlate\r\n*two"), "$4\r\nlate\r\n*two");
  send("HELLO", "3");
  await once(socket, "data");
  await received("");
  rig.tell({ kind: "pushes", pushes });
  t.is(await received(">three"), ">three");
  socket.end(bytes(command("DEL", "scores:a")));
  rig.reply(await rig.next("commands"), ":1\r\n");
  t.is((await rig.next("gone")).client, 1);
});

test("the worker's log lines go to the main thread", async (t) => {
  const rig = await startWorker(t);
  await rig.next("ready");
  const bad = connectTo(t, rig.host);
  bad.socket.write("POST / HTTP/1.1\r\n");
  const { line } = await rig.next("log");
  t.like(JSON.parse(line), { level: 40 });
  t.regex(JSON.parse(line).msg, /^closed client 1, 127\.[\d.:]+: possible cross-protocol attack/);
});

test("a worker that closes answers what its clients have sent, and ends with 0", async (t) => {
  const rig = await startWorker(t);
  await rig.next("ready");
  const { send, closed } = connectTo(t, rig.host);
  send("GET", "scores:slow");
  const batch = await rig.next("commands");
  const ended = once(rig.worker, "exit");
  rig.tell({ kind: "close" });
  rig.reply(batch, "$4\r\nlate\r\n");
  t.is(await closed, "$4\r\nlate\r\n");
  t.deepEqual(await ended, [0]);
  t.is(rig.counts.total(), 0);
});

test("a worker that has stopped listening goes on serving the clients it has", async (t) => {
  const rig = await startWorker(t);
  await rig.next("ready");
  const { send, received } = connectTo(t, rig.host);
  send("PING");
  await received("+PONG\r\n");
  rig.tell({ kind: "stopListening", question: 7 });
  t.is((await rig.next("figures")).question, 7);
  const late = connect(PORT, rig.host);
  const [error] = (await once(late, "error")) as [NodeJS.ErrnoException];
  t.is(error.code, "ECONNREFUSED");
  send("PING");
  t.is(await received("+PONG\r\n"), "+PONG\r\n");
});

test("a worker that cannot listen says why and ends", async (t) => {
  const rig = await startWorker(t, [], [], "192.0.2.1");
  const ended = once(rig.worker, "exit");
  t.regex((await rig.next("failed")).text, /EADDRNOTAVAIL/);
  t.deepEqual(await ended, [1]);
});
