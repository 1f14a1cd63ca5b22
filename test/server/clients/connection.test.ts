/**
 * Goal: a client gets its replies in order and what waits for it is bounded, whatever it sends, in whatever chunks, and
 * however it reads.
 * Method: a connection of real parts on a socket without a kernel, commands whose replies the test gives when it likes;
 * random pipelines in random pieces. What needs a real socket is in connection-sockets.test.ts.
 */
import test from "ava";
import fc from "fast-check";
import type { Reply } from "../../../proto/reply.ts";
import { command, cutAt } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { type Held, turn } from "../fakes.ts";
import { bulk } from "../rig.ts";
import { setUp } from "./connection-rig.ts";

test("replies keep the order of the commands, whenever and in whatever chunks things come (1,000 pipelines)", async (t) => {
  const { socket, later, store } = setUp();
  store("scores:a", "630");
  store("scores:b", "589");
  const kind = fc.constantFrom("hit", "mget", "echo", "later", "later", "inline");
  const pipeline = fc.array(kind, { minLength: 1, maxLength: 12 });
  let number = 0;
  const property = fc.asyncProperty(
    pipeline,
    fc.array(fc.nat(400), { maxLength: 5 }),
    fc.infiniteStream(fc.nat()),
    async (...drawn) => {
      const [kinds, cuts, dice] = drawn;
      const sent = kinds.map((each) => {
        const name = String(number++);
        if (each === "hit") return { request: command("GET", "scores:a"), reply: bulk("630") };
        if (each === "mget")
          return {
            request: command("mget", "scores:a", "scores:b"),
            reply: `*2\r\n${bulk("630")}${bulk("589")}`,
          };
        if (each === "inline") return { request: `ECHO ${name}\r\n`, reply: bulk(name) };
        if (each === "echo") return { request: command("ECHO", name), reply: bulk(name) };
        return { request: command("LATER", name), reply: bulk(`late ${name}`), late: name };
      });
      const expected = sent.map(({ reply }) => reply).join("");
      const stream = Buffer.from(sent.map(({ request }) => request).join(""));
      socket.text = "";
      for (const chunk of cutAt(stream, cuts)) {
        if (chunk.length === 0) continue;
        socket.arrive(chunk);
        await turn();
        if (later.length > 0 && dice.next().value! % 3 === 0) end(later, dice);
      }
      while (later.length > 0) end(later, dice);
      await turn();
      return socket.text === expected;
    },
  );
  await fc.assert(property, { numRuns: 1000 });
  t.is(socket.text.length > 0, true);
});

function end(later: Held<string, Reply>[], dice: fc.Stream<number>): void {
  const [held] = later.splice(dice.next().value! % later.length, 1);
  held!.resolve(`late ${held!.argument}`);
}

test("a pipeline split at any byte gives the same replies", async (t) => {
  const stream = Buffer.from(
    `${command("GET", "scores:a")}PING\r\n${command("ECHO", "x\r\ny")}${command("QUIT")}`,
  );
  for (let at = 0; at <= stream.length; at++) {
    const { socket, store } = setUp();
    store("scores:a", "630");
    for (const chunk of cutAt(stream, [at])) {
      if (chunk.length > 0) socket.arrive(chunk);
      await turn();
    }
    if (socket.text !== `${bulk("630")}+OK\r\n${bulk("x\r\ny")}+OK\r\n`)
      return t.fail(`cut at ${at}: ${socket.text}`);
  }
  t.pass();
});

test("the replies of a chunk are one write, and so are replies that are ready together", async (t) => {
  const { socket, later } = setUp();
  let writes = 0;
  const write = socket._write.bind(socket);
  socket._write = (...args) => {
    writes++;
    write(...args);
  };
  socket.arrive(command("PING").repeat(100));
  await turn();
  t.is(writes, 1);
  t.is(socket.text, "+OK\r\n".repeat(100));
  socket.arrive(command("LATER", "a") + command("LATER", "b") + command("LATER", "c"));
  await turn();
  later[1]!.resolve("b");
  await turn();
  t.is(writes, 1, "nothing may leave");
  later[0]!.resolve("a");
  later[2]!.resolve("c");
  await turn();
  t.is(writes, 2);
});

test("a reply is in the dialect of when its command was read", async (t) => {
  const { socket, later } = setUp();
  socket.arrive(command("LATER", "a") + command("RESP3") + command("LATER", "b"));
  await turn();
  for (const held of later) held.resolve(null);
  await turn();
  t.is(socket.text, "$-1\r\n+OK\r\n_\r\n");
});

test("QUIT waits for the replies before it and executes nothing after it", async (t) => {
  const { socket, later, executed, closed } = setUp();
  socket.arrive(command("LATER", "a") + command("QUIT") + command("ECHO", "never"));
  socket.arrive(command("ECHO", "nor this"));
  await turn();
  t.is(socket.text, "");
  later[0]!.resolve("late");
  await closed();
  t.is(socket.text, `${bulk("late")}+OK\r\n`);
  t.deepEqual(executed, ["LATER a", "QUIT"]);
});

test("a protocol error comes after the replies before it, and nothing is executed after it", async (t) => {
  const { socket, later, executed, counters, closed } = setUp();
  socket.arrive(`${command("LATER", "a")}*1\r\n:3\r\n${command("ECHO", "never")}`);
  await turn();
  later[0]!.resolve("late");
  await closed();
  t.is(socket.text, `${bulk("late")}-ERR Protocol error: expected '$', got ':'\r\n`);
  t.deepEqual(executed, ["LATER a"]);
  t.is(counters.protocolErrors, 1);
});

test("a client that broke the protocol and never reads is gone after 200 ms all the same", async (t) => {
  const { socket, time } = setUp();
  socket.stopReading();
  socket.arrive("*1\r\n:3\r\n");
  await turn();
  time.advance(199);
  t.false(socket.destroyed);
  time.advance(1);
  t.true(socket.destroyed);
  t.is(socket.text, "");
});

test("a client has 200 ms to read its last reply, however slowly it has read before", async (t) => {
  const { socket, time } = setUp();
  socket.stopReading();
  socket.arrive(command("QUIT"));
  await turn();
  time.advance(60_000);
  t.false(socket.destroyed, "the reply has not been read");
  socket.goOnReading();
  await until("the end of what is written", () => socket.writableFinished);
  time.advance(199);
  t.false(socket.destroyed);
  time.advance(1);
  t.true(socket.destroyed);
  t.is(socket.text, "+OK\r\n");
});

test("POST and Host: close without a word, the replies before them included", async (t) => {
  for (const word of ["POST / HTTP/1.1", "Host: x"]) {
    const { socket, happened, executed, closed } = setUp();
    socket.arrive(`PING\r\n${word}\r\nPING\r\n`);
    await closed();
    t.is(socket.text, "");
    t.deepEqual(executed, ["PING"]);
    t.deepEqual(happened, ["dropped: possible cross-protocol attack: POST or Host: as a command", "closed"]);
  }
});

test("a client that does not read is not read from, and what waits for it stays bounded", async (t) => {
  const { connection, socket, executed } = setUp();
  socket.stopReading();
  const word = "x".repeat(1000);
  const chunk = command("ECHO", word).repeat(64);
  let chunks = 0;
  while (!socket.isPaused() && chunks++ < 1000) {
    socket.arrive(chunk);
    await turn();
    t.true(connection.outgoing.bytes < 2 * 64 * 1010 + (1 << 18), `${connection.outgoing.bytes} bytes wait`);
  }
  t.true(socket.isPaused());
  const taken = executed.length;
  socket.arrive(command("ECHO", "later"));
  await turn();
  t.is(executed.length, taken);
  socket.goOnReading();
  await until("the last reply", () => connection.outgoing.bytes === 0 && executed.at(-1) === "ECHO later");
  t.is(socket.text, bulk(word).repeat(executed.length - 1) + bulk("later"));
});

test("no more than max-pending-commands are under way, and the limit is read at use", async (t) => {
  const { connection, socket, conf, later } = setUp({ maxPendingCommands: 3 });
  socket.arrive(Array.from({ length: 10 }, (_, i) => command("LATER", `${i}`)).join(""));
  await turn();
  t.is(later.length, 3);
  t.true(socket.isPaused());
  later[0]!.resolve("0");
  await turn();
  t.is(later.length, 4);
  t.is(connection.outgoing.replies, 3);
  conf.maxPendingCommands = 5;
  later[1]!.resolve("1");
  await turn();
  t.is(later.length, 7);
  for (let i = 2; i < 10; i++) {
    later[i]!.resolve(`${i}`);
    await turn();
  }
  t.false(socket.isPaused());
  t.is(socket.text, Array.from({ length: 10 }, (_, i) => bulk(`${i}`)).join(""));
});

test("finished replies behind a late one are bounded too, and nothing is lost", async (t) => {
  const { connection, socket, later, executed } = setUp();
  const word = "x".repeat(100_000);
  socket.arrive(command("LATER", "first") + command("ECHO", word).repeat(100));
  await turn();
  t.true(connection.outgoing.bytes < (1 << 20) + 100_020, `${connection.outgoing.bytes} bytes wait`);
  t.true(executed.length < 20);
  later[0]!.resolve("first");
  await until("101 commands", () => executed.length === 101);
  await turn();
  t.is(socket.text, bulk("first") + bulk(word).repeat(100));
});

test("a client for which more would wait than client-output-buffer-limit allows is closed", async (t) => {
  const { socket, conf, later, happened, counters, executed, closed } = setUp();
  conf.maxOutputBytes = 1 << 16;
  socket.arrive(command("LATER", "a") + command("LATER", "b") + command("LATER", "c"));
  await turn();
  // None of these can be written before the first is there.
  later[1]!.resolve("x".repeat(40_000));
  await turn();
  t.false(socket.destroyed);
  later[2]!.resolve("x".repeat(40_000));
  await closed();
  t.deepEqual(happened, ["dropped: output buffer limit reached", "closed"]);
  t.is(counters.outputLimitCloses, 1);
  later[0]!.resolve("too late");
  await turn();
  t.is(executed.length, 3);
});

test("a reply beyond the limit closes at once, and the rest of the pipeline is not executed", async (t) => {
  const { socket, executed, closed } = setUp({ maxOutputBytes: 1 << 19 });
  socket.arrive(command("ECHO", "x".repeat(1 << 19)) + command("PING"));
  await closed();
  t.is(executed.length, 1);
  t.is(socket.text, "");
});

test("nothing more is executed for a client that is gone", async (t) => {
  const { connection, socket, later, executed, happened, closed } = setUp({ maxPendingCommands: 2 });
  socket.arrive(command("LATER", "a").repeat(10));
  await turn();
  t.is(executed.length, 2);
  socket.destroy();
  await closed();
  for (const held of later) held.resolve("late");
  await turn();
  t.is(executed.length, 2);
  t.deepEqual(happened, ["closed"]);
  t.deepEqual(connection.outgoing, { bytes: 0, replies: 0 });
});

test("a half-closed client gets what is still under way, then the end", async (t) => {
  const { socket, later, closed } = setUp();
  socket.arrive(command("LATER", "a") + command("PING"));
  socket.finish();
  await turn();
  t.false(socket.writableEnded);
  later[0]!.resolve("late");
  await closed();
  t.is(socket.text, `${bulk("late")}+OK\r\n`);
});

test("closing after the input answers all that has arrived, even what had to wait, and takes nothing more", async (t) => {
  const { connection, socket, later, executed, closed } = setUp({ maxPendingCommands: 1 });
  socket.arrive(command("LATER", "a") + command("LATER", "b"));
  await turn();
  connection.closeAfterInput();
  socket.arrive(command("PING"));
  await turn();
  later[0]!.resolve("1");
  await turn();
  later[1]!.resolve("2");
  await closed();
  t.is(socket.text, bulk("1") + bulk("2"));
  t.deepEqual(executed, ["LATER a", "LATER b"]);
});

test("closing after the input ends an idle client at once, an unfinished command or not", async (t) => {
  const { connection, socket, closed } = setUp();
  socket.arrive("*2\r\n$3\r\nGET\r\n");
  await turn();
  t.is(connection.pendingBytes, 13);
  connection.closeAfterInput();
  await closed();
  t.is(socket.text, "");
});

test("a command that has no reply leaves no gap", async (t) => {
  const { socket } = setUp();
  socket.arrive(command("ECHO", "a") + command("SILENT") + command("ECHO", "b"));
  await turn();
  t.is(socket.text, bulk("a") + bulk("b"));
});

test("a reply that cannot be encoded, or a promise that rejects, is an internal error that is reported", async (t) => {
  const { socket, later, happened } = setUp();
  socket.arrive(command("BROKEN") + command("LATER", "a") + command("LATER", "b") + command("PING"));
  await turn();
  later[0]!.resolve(Number.NaN);
  later[1]!.reject(new Error("secret detail"));
  await turn();
  t.is(socket.text, `${"-ERR internal error\r\n".repeat(3)}+OK\r\n`);
  t.deepEqual(happened, [...Array(2).fill("failed: not an integer reply: NaN"), "failed: secret detail"]);
});

test("before AUTH nothing is served from the store, and the reader's limits are Redis' smaller ones", async (t) => {
  const { socket, store, executed } = setUp({ requirePass: "secret" });
  store("scores:a", "630");
  socket.arrive(command("GET", "scores:a"));
  await turn();
  t.deepEqual(executed, ["GET scores:a"]);
  socket.arrive(command("AUTH", "secret") + command("GET", "scores:a") + command("ECHO", "x".repeat(20_000)));
  await turn();
  t.is(socket.text, `+OK\r\n+OK\r\n${bulk("630")}${bulk("x".repeat(20_000))}`);
  const other = setUp({ requirePass: "secret" });
  other.socket.arrive(command("ECHO", "x".repeat(20_000)));
  await turn();
  t.is(other.socket.text, "-ERR Protocol error: unauthenticated bulk length\r\n");
});

test("a client that is in stays in when a password is set; without a password every client is in", async (t) => {
  const early = setUp();
  early.conf.requirePass = "secret";
  t.true(early.connection.authenticated);
  const late = setUp({ requirePass: "secret" });
  t.false(late.connection.authenticated);
  late.conf.requirePass = "";
  t.true(late.connection.authenticated);
  late.socket.arrive(command("ECHO", "x".repeat(20_000)));
  await turn();
  t.is(late.socket.text, bulk("x".repeat(20_000)));
});

test("a limit on commands that is changed holds from the next chunk on", async (t) => {
  const { socket, conf } = setUp();
  socket.arrive(command("ECHO", "x".repeat(1000)));
  await turn();
  t.is(socket.text, bulk("x".repeat(1000)));
  conf.maxCommandBytes = 500;
  socket.arrive(command("ECHO", "x".repeat(1000)));
  await turn();
  t.true(socket.text.endsWith("-ERR Protocol error: invalid bulk length\r\n"));
});

test("a key longer than max-key-size goes the general way, cached or not", async (t) => {
  const { socket, conf, store, executed } = setUp();
  store("scores:long", "630");
  conf.maxKeyBytes = 10;
  socket.arrive(command("GET", "scores:long") + command("MGET", "scores:long"));
  await turn();
  t.deepEqual(executed, ["GET scores:long", "MGET scores:long"]);
});

test("the last command of a client is also one that was answered in place", async (t) => {
  const { connection, socket, store } = setUp();
  store("scores:a", "630");
  for (const name of ["GET", "MGET"]) {
    socket.arrive(command(name, "scores:a"));
    await turn();
    t.is(connection.lastCommand, name.toLowerCase());
  }
});

test("a client is active when it sends and when it is written to", async (t) => {
  const { connection, socket, time, later } = setUp();
  time.advance(1000);
  socket.arrive(command("LATER", "a"));
  await turn();
  t.is(connection.lastActiveMs, 2000);
  time.advance(5000);
  later[0]!.resolve("late");
  await turn();
  t.is(connection.lastActiveMs, 7000);
});
