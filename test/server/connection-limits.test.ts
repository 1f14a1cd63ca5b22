/**
 * Goal: what waits for a client is bounded, in both directions.
 * Method: a connection on a socket in memory that takes nothing until the test lets it.
 */
import test from "ava";
import { command } from "../proto/read-commands.ts";
import { closing, setUp } from "./connection-rig.ts";
import { turn } from "./fakes.ts";
import { bulk } from "./rig.ts";

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
  while (connection.outgoing.bytes > 0 || executed.at(-1) !== "ECHO later") await turn();
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
  while (executed.length < 101) await turn();
  await turn();
  t.is(socket.text, bulk("first") + bulk(word).repeat(100));
});

test("a client for which more would wait than client-output-buffer-limit allows is closed", async (t) => {
  const { socket, conf, later, happened, counters, executed } = setUp();
  conf.maxOutputBytes = 1 << 16;
  const closed = closing(socket);
  socket.arrive(command("LATER", "a") + command("LATER", "b") + command("LATER", "c"));
  await turn();
  // None of these can be written before the first is there.
  later[1]!.resolve("x".repeat(40_000));
  await turn();
  t.false(socket.destroyed);
  later[2]!.resolve("x".repeat(40_000));
  await closed;
  t.deepEqual(happened, ["dropped: output buffer limit reached", "closed"]);
  t.is(counters.outputLimitCloses, 1);
  later[0]!.resolve("too late");
  await turn();
  t.is(executed.length, 3);
});

test("a reply beyond the limit closes at once, and the rest of the pipeline is not executed", async (t) => {
  const { socket, executed } = setUp({ maxOutputBytes: 1 << 19 });
  const closed = closing(socket);
  socket.arrive(command("ECHO", "x".repeat(1 << 19)) + command("PING"));
  await closed;
  t.is(executed.length, 1);
  t.is(socket.text, "");
});

test("nothing more is executed for a client that is gone", async (t) => {
  const { connection, socket, later, executed, happened } = setUp({ maxPendingCommands: 2 });
  socket.arrive(command("LATER", "a").repeat(10));
  await turn();
  t.is(executed.length, 2);
  const closed = closing(socket);
  socket.destroy();
  await closed;
  for (const held of later) held.resolve("late");
  await turn();
  t.is(executed.length, 2);
  t.deepEqual(happened, ["closed"]);
  t.deepEqual(connection.outgoing, { bytes: 0, replies: 0 });
});
