/**
 * Goal: a thread answers hits and commands about the connection by itself and hands all others to `run`; a hit that must
 * not overtake a change goes to `run`, too.
 * Method: a thread without a node: a group of real parts, sockets, and a `run` that notes what it gets.
 */
import { once } from "node:events";
import { connect } from "node:net";
import test, { type ExecutionContext } from "ava";
import pino from "pino";
import { OK, type Reply } from "../../../proto/reply.ts";
import type { Clients } from "../../../server/clients/clients.ts";
import type { Connection } from "../../../server/clients/connection.ts";
import { SharedCounts } from "../../../server/clients/shared-counts.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import { zeroClientCounters } from "../../../server/counters/client-counters.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { Groups, type HeldGroup } from "../../../server/groups/groups.ts";
import { ThreadSessions } from "../../../server/sessions/thread-sessions.ts";
import { createThreadClients, type ThreadClientsOptions } from "../../../server/threads/thread-clients.ts";
import { command } from "../../proto/read-commands.ts";
import { createGroup, found, key, worldAt } from "../fakes.ts";

type Run = (words: string[], connection: Connection) => Reply | Promise<Reply> | undefined;

interface Ways {
  readonly lines?: readonly string[];
  readonly missed?: ThreadClientsOptions["missed"];
}

async function startThread(t: ExecutionContext, run: Run = () => OK, { lines = [], missed }: Ways = {}) {
  const logged: { msg: string }[] = [];
  const ran: string[] = [];
  const gone: number[] = [];
  const group = createGroup();
  const counters = zeroClientCounters();
  const counts = new SharedCounts(3);
  const waitLatency = new Latency();
  const sessions: ThreadSessions = new ThreadSessions({
    conf: { slowlogMicros: 0, slowlogEntries: 10 },
    nextSlowId: () => 7,
    world: worldAt(),
    wallMs: () => 1000,
    connections: () => clients.all(),
    client: (id) => clients.get(id),
    seen: () => {},
    denied: () => {},
  });
  const clients: Clients = createThreadClients({
    sessions,
    conf: readConf({ text: lines.join("\n") }),
    log: pino({ level: "trace" }, { write: (line) => void logged.push(JSON.parse(line)) }),
    world: worldAt(),
    ...(missed && { missed }),
    groups: new Groups<HeldGroup>([group]),
    counters,
    waitLatency,
    thread: 3,
    counts,
    sharesPort: false,
    gone: (client) => gone.push(client),
    run: ({ name }, args, connection) => {
      ran.push(name);
      return run(args.map(String), connection);
    },
  });
  const port = await clients.listen(["127.0.0.1"], 0);
  t.teardown(() => clients.close());
  const ask = async (...commands: string[][]) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.end(commands.map((words) => command(...words)).join(""));
    await once(socket, "close");
    return text;
  };
  return { clients, group, counters, counts, sessions, waitLatency, logged, ran, gone, ask };
}

test("hits and commands about the connection are answered here, all others are handed over", async (t) => {
  const { group, counters, ran, ask } = await startThread(t, (words) => words.join(" "));
  group.store.put(key("scores:Tom"), key("630"), undefined);
  const text = await ask(
    ["GET", "scores:Tom"],
    ["PING"],
    ["GET", "scores:Jack"],
    ["CLIENT", "ID"],
    ["DBSIZE"],
  );
  t.is(text, "$3\r\n630\r\n+PONG\r\n$15\r\nGET scores:Jack\r\n:1\r\n$6\r\nDBSIZE\r\n");
  t.deepEqual(ran, ["get", "dbsize"]);
  t.is(counters.commands, 5);
  t.is(group.counters.hits, 1);
});

test("a thread with `ask` asks for a GET that missed, and counts it as one that had to wait", async (t) => {
  const rig = await startThread(t, () => OK, {
    missed: (name, answer) => {
      const isBroken = String(name) === "scores:broken";
      answer(isBroken ? { kind: "error", text: "loader failed" } : found(`value of ${name}`));
    },
  });
  const text = await rig.ask(["GET", "scores:Tom"], ["GET", "scores:broken"], ["PING"]);
  t.is(text, "$19\r\nvalue of scores:Tom\r\n-ERR loader failed\r\n+PONG\r\n");
  t.deepEqual(rig.ran, []);
  t.is(rig.waitLatency.snapshot().count, 2);
  t.like(rig.sessions.stats.all.get("get"), { calls: 2, failed: 1 });
  t.is(rig.sessions.stats.general, 3);
  t.deepEqual(
    rig.sessions.slowLog.entries.map(({ words }) => words.join(" ")),
    ["GET scores:Tom", "GET scores:broken", "PING"],
  );
});

test("while a client's change is under way on another thread, its hits are handed over behind the change", async (t) => {
  const { group, ran, ask } = await startThread(t, async (words, connection) => {
    if (words[0] === "DEL") connection.session.special.countChanges(1);
    await new Promise(setImmediate);
    if (words[0] === "DEL") connection.session.special.countChanges(-1);
    return words[0]!;
  });
  group.store.put(key("scores:Tom"), key("630"), undefined);
  const get = ["GET", "scores:Tom"];
  t.is(
    await ask(get, ["DEL", "scores:Tom"], get, ["MGET", "scores:Tom"]),
    "$3\r\n630\r\n$3\r\nDEL\r\n$3\r\nGET\r\n$4\r\nMGET\r\n",
  );
  t.deepEqual(ran, ["del", "get", "mget"]);
  t.is(await ask(get), "$3\r\n630\r\n", "another client's hit is answered here");
});

test("no command of a client without the password is handed over", async (t) => {
  const { ran, ask } = await startThread(t, () => OK, { lines: ["requirepass secret"] });
  t.regex(await ask(["DBSIZE"], ["AUTH", "secret"], ["DBSIZE"]), /^-NOAUTH .*\r\n\+OK\r\n\+OK\r\n$/);
  t.deepEqual(ran, ["dbsize"]);
});

test("a client counts for this thread while it is connected", async (t) => {
  const { counts, ask } = await startThread(t, () => {
    const inside = counts.total();
    counts.forget(3);
    return [inside, counts.total()];
  });
  t.is(await ask(["DBSIZE"]), "*2\r\n:1\r\n:0\r\n");
});

test("`gone` hears the number of each client that is no longer connected", async (t) => {
  const { gone, ask } = await startThread(t);
  await ask(["PING"]);
  await ask(["PING"]);
  t.deepEqual(gone, [1, 2]);
});

test("the reason for closing a client, and a reply that breaks an invariant, are logged", async (t) => {
  const { logged, ask } = await startThread(t, () => 0.5);
  t.regex(await ask(["DBSIZE"]), /^-ERR internal/);
  await ask(["POST", "/"]);
  t.deepEqual(
    logged.filter(({ msg }) => msg !== "a command").map(({ msg }) => msg.replace(/:\d{4,}/, ":PORT")),
    [
      "a reply broke an invariant",
      "closed client 2, 127.0.0.1:PORT: possible cross-protocol attack: POST or Host: as a command",
    ],
  );
});

test("a thousand clients closed for one reason are one line a minute, and all are counted", async (t) => {
  const { logged, counters, ask } = await startThread(t);
  for (let i = 0; i < 1000; i++) t.is(await ask(["POST", "/"], ["DBSIZE"]), "");
  t.is(logged.length, 1);
  t.is(counters.crossProtocolCloses, 1000);
  t.regex(await ask(["*", "x"]), /^-ERR unknown/);
  await ask(["HOST:", "x"]);
  t.is(logged.length, 1);
});
