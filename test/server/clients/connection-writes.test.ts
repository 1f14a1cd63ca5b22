/**
 * Goal: while replies wait to be written together with those of other clients, order, bounds and ends hold as ever, and
 * each client gets its own.
 * Method: connections that share an output, on sockets without a kernel; replies are written when the test says so.
 */
import test from "ava";
import fc from "fast-check";
import { Push } from "../../../proto/reply.ts";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { turn } from "../fakes.ts";
import { bulk } from "../rig.ts";
import { setUp } from "./connection-rig.ts";
import type { TestSocket } from "./test-socket.ts";

const closing = (socket: TestSocket) => new Promise((resolve) => socket.once("close", resolve));
const GET = command("GET", "scores:a");
const HIT = bulk("630");

function held(change: Parameters<typeof setUp>[0] = {}) {
  const rig = setUp(change, { isHeld: true });
  rig.store("scores:a", "630");
  return rig;
}

test("replies wait for those of the other clients, and count as outstanding while they wait", async (t) => {
  const { connection, socket, connect, writeHeld, due } = held();
  const other = connect(2);
  socket.arrive(GET + command("ECHO", "x"));
  other.socket.arrive(GET);
  await turn();
  t.deepEqual([socket.text, other.socket.text, due.length], ["", "", 1]);
  t.deepEqual(connection.outgoing, { bytes: HIT.length + bulk("x").length, replies: 0 });
  writeHeld();
  t.deepEqual([socket.text, other.socket.text], [HIT + bulk("x"), HIT]);
  t.is(connection.outgoing.bytes, 0);
});

test("replies behind a late one, and replies that are not read, count as outstanding too", async (t) => {
  const { connection, socket, later } = held();
  socket.stopReading();
  socket.arrive(command("LATER", "1") + command("ECHO", "x"));
  await turn();
  t.deepEqual(connection.outgoing, { bytes: bulk("x").length, replies: 2 });
  later[0]!.resolve("1");
  await turn();
  t.deepEqual(connection.outgoing, { bytes: (bulk("1") + bulk("x")).length, replies: 0 });
  socket.goOnReading();
  await turn();
  t.deepEqual(connection.outgoing, { bytes: 0, replies: 0 });
});

test("a late reply stays behind the replies that wait to be written, and is written at once when none do", async (t) => {
  const { connection, socket, later, writeHeld } = held();
  socket.arrive(command("LATER", "1"));
  await turn();
  later[0]!.resolve("1");
  await turn();
  t.is(socket.text, bulk("1"));
  socket.arrive(GET + command("LATER", "2"));
  await turn();
  later[1]!.resolve("2");
  await turn();
  connection.push(new Push(["3"]));
  await turn();
  t.is(socket.text, bulk("1"));
  writeHeld();
  t.is(socket.text, `${bulk("1")}${HIT}${bulk("2")}*1\r\n${bulk("3")}`);
});

test("replies of a client that is not plain are written at once, behind those that wait", async (t) => {
  const { connection, socket, writeHeld } = held();
  socket.arrive(GET);
  await turn();
  connection.session.special.set("subscribed", true);
  socket.arrive(command("ECHO", "x"));
  await turn();
  t.is(socket.text, "");
  writeHeld();
  t.is(socket.text, HIT + bulk("x"));
  socket.arrive(command("ECHO", "y"));
  await turn();
  t.true(socket.text.endsWith(bulk("y")));
});

test("a push that is written at once, during another client's turn, takes no other client's bytes along", async (t) => {
  const { connection, socket, host, connect, writeHeld } = held();
  const [third, fourth] = [connect(3), connect(4)];
  const { execute } = host;
  Object.assign(host, {
    execute: (...args: Parameters<typeof execute>) => {
      if (args[1] === fourth.connection) connection.push(new Push(["p"]), true);
      return execute(...args);
    },
  });
  socket.arrive(GET + command("LATER", "slow"));
  third.socket.arrive(GET);
  await turn();
  fourth.socket.arrive(GET + command("ECHO", "secret") + GET);
  await turn();
  writeHeld();
  t.is(socket.text, `${HIT}*1\r\n${bulk("p")}`);
  t.is(third.socket.text, HIT);
  t.is(fourth.socket.text, HIT + bulk("secret") + HIT);
});

test("the end comes behind the replies that wait to be written: QUIT, half-close, shutdown", async (t) => {
  const ends = {
    quit: ({ socket }: ReturnType<typeof held>) => void socket.arrive(command("QUIT")),
    finish: ({ socket }: ReturnType<typeof held>) => socket.finish(),
    shutdown: ({ connection }: ReturnType<typeof held>) => connection.closeAfterInput(),
  };
  for (const [name, end] of Object.entries(ends)) {
    const rig = held();
    rig.socket.arrive(GET);
    await turn();
    end(rig);
    await turn();
    t.false(rig.socket.writableEnded, name);
    rig.writeHeld();
    await turn();
    t.true(rig.socket.writableEnded, name);
    t.is(rig.socket.text, name === "quit" ? `${HIT}+OK\r\n` : HIT);
  }
});

test("a client that is gone before its replies are written costs no other client its own", async (t) => {
  const { socket, connect, writeHeld, happened } = held();
  const other = connect(2);
  socket.arrive(GET);
  other.socket.arrive(GET);
  await turn();
  const closed = closing(socket);
  socket.destroy();
  await closed;
  other.socket.arrive(command("ECHO", "x"));
  await turn();
  writeHeld();
  t.deepEqual([socket.text, other.socket.text], ["", HIT + bulk("x")]);
  t.deepEqual(happened, ["closed"]);
});

test("replies that wait to be written count against client-output-buffer-limit", async (t) => {
  const { socket, writeHeld, happened } = held({ maxOutputBytes: 100 });
  const fits = Math.floor(100 / HIT.length);
  for (let i = 0; i < fits; i++) socket.arrive(GET);
  await turn();
  t.deepEqual(happened, []);
  const closed = closing(socket);
  socket.arrive(GET);
  await closed;
  writeHeld();
  t.is(socket.text, "");
  t.deepEqual(happened, ["dropped: output buffer limit reached", "closed"]);
});

test("a reply that is too long takes no other client's along when it is given up", async (t) => {
  const { socket, connect, writeHeld } = held({ maxOutputBytes: 1000 });
  const other = connect(2);
  other.socket.arrive(GET);
  await turn();
  const closed = closing(socket);
  socket.arrive(GET + command("ECHO", "x".repeat(1000)));
  await closed;
  other.socket.arrive(GET);
  await turn();
  writeHeld();
  t.deepEqual([socket.text, other.socket.text], ["", HIT + HIT]);
});

test("very long replies are written alone; while some wait, no more are made", async (t) => {
  const { connection, socket, executed, writeHeld } = held();
  const long = "x".repeat(100_000);
  socket.arrive(command("ECHO", long).repeat(4));
  await turn();
  t.is(socket.text.length, 3 * bulk(long).length, "written at once: nothing waited");
  writeHeld();
  socket.text = "";
  socket.arrive(GET);
  await turn();
  executed.length = 0;
  socket.arrive(command("ECHO", long).repeat(20));
  for (let i = 0; i < 5 && executed.length === 0; i++)
    await new Promise<void>((resolve) => process.nextTick(resolve));
  t.is(executed.length, 3);
  t.true(connection.outgoing.bytes < 400_000);
  await until("20 replies", () => {
    writeHeld();
    return executed.length === 20 && connection.outgoing.bytes === 0;
  });
  t.true(socket.text === HIT + bulk(long).repeat(20));
});

test("replies that are written in pieces during a turn are written once, when a password is set in its middle", async (t) => {
  const { socket, conf, host, writeHeld } = held({ requirePass: "secret" });
  conf.requirePass = "";
  const { execute } = host;
  Object.assign(host, {
    execute: (...args: Parameters<typeof execute>) => {
      if (String(args[0]) === "LOCK") conf.requirePass = "another";
      return execute(...args);
    },
  });
  const long = "x".repeat(5000);
  socket.arrive(command("LOCK") + command("ECHO", long) + command("ECHO", "y"));
  await turn();
  writeHeld();
  t.is(socket.text, `+OK\r\n${bulk(long)}${bulk("y")}`);
});

test("each client gets its own replies in order, whatever the order of events (300 rounds)", async (t) => {
  const step = fc.tuple(fc.nat(2), fc.constantFrom("hit", "echo", "later", "end", "write", "watch", "push"));
  const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const rig = held();
    const clients = [rig, rig.connect(2), rig.connect(3)];
    const expected = ["", "", ""];
    let isWatched = false;
    const end = () => {
      const [first] = rig.later.splice(0, 1);
      first?.resolve(first.argument);
    };
    for (const [i, [who, what]] of steps.entries()) {
      const { connection, socket } = clients[who]!;
      if (what === "write") rig.writeHeld();
      else if (what === "end") end();
      else if (what === "watch") connection.session.special.set("tracking", (isWatched = !isWatched));
      else if (what === "push") {
        connection.push(new Push([`${i}`]));
        expected[who] += `*1\r\n${bulk(`${i}`)}`;
      } else if (what === "hit") {
        connection.session.special.set("tracking", false);
        socket.arrive(GET);
        expected[who] += HIT;
      } else {
        socket.arrive(command(what.toUpperCase(), `${i}`));
        expected[who] += bulk(`${i}`);
      }
      if (i % 3 === 0) await turn();
    }
    await turn();
    while (rig.later.length > 0) end();
    await turn();
    rig.writeHeld();
    return clients.every(({ socket }, i) => socket.text === expected[i]);
  });
  await fc.assert(property, { numRuns: 300 });
  t.pass();
});
