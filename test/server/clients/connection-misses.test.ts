/**
 * Goal: a GET that missed, which skips the command table, is like any other command to its client and to the figures.
 * Method: a connection of real parts on a socket without a kernel; the test answers what is asked.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { found, turn } from "../fakes.ts";
import { bulk } from "../rig.ts";
import { setUp } from "./connection-rig.ts";

const GET = (name: string) => command("GET", `scores:${name}`);

function loading(change: Parameters<typeof setUp>[0] = {}) {
  return setUp(change, { loads: true });
}

test("replies keep their order, whenever misses are answered, at once too", async (t) => {
  const { connection, socket, host, misses, executed, later, store } = loading();
  store("scores:hit", "630");
  socket.arrive(GET("a") + GET("hit") + GET("b") + command("ECHO", "x") + command("LATER", "c"));
  await turn();
  t.deepEqual(
    misses.map(({ key }) => String(key)),
    ["scores:a", "scores:b"],
  );
  t.deepEqual(executed, ["ECHO x", "LATER c"]);
  t.is(connection.outgoing.replies, 5);
  later[0]!.resolve("late");
  misses[1]!.answer(found("of b"));
  await turn();
  t.is(socket.text, "");
  misses[0]!.answer({ kind: "absent", ttlMs: 1 });
  await turn();
  t.is(socket.text, `$-1\r\n${bulk("630")}${bulk("of b")}${bulk("x")}${bulk("late")}`);
  socket.text = "";
  Object.assign(host, { missed: (_: Buffer, answer: (typeof misses)[0]["answer"]) => answer(found("now")) });
  socket.arrive(GET("a") + GET("hit") + GET("a"));
  await turn();
  t.is(socket.text, bulk("now") + bulk("630") + bulk("now"));
});

test("the key is a copy: the client's bytes may go", async (t) => {
  const { socket, misses } = loading();
  const chunk = Buffer.from(GET("Tom"));
  socket.arrive(chunk);
  await turn();
  chunk.fill("x");
  t.is(String(misses[0]!.key), "scores:Tom");
});

test("each is told of once, with its time and whether it failed; a client that is gone, too", async (t) => {
  const { connection, socket, time, misses, happened, group } = loading();
  connection.lastCommand = "NULL";
  socket.arrive(GET("a") + GET("b") + GET("c"));
  await turn();
  t.is(connection.lastCommand, "get");
  time.advance(7);
  misses[0]!.answer(found("1"));
  time.advance(1);
  misses[1]!.answer({ kind: "error", text: "loader failed: x" });
  await turn();
  t.is(socket.text, `${bulk("1")}-ERR loader failed: x\r\n`);
  socket.destroy();
  await turn();
  misses[2]!.answer(found("3"));
  await turn();
  t.deepEqual(happened, [
    "missed: 1 scores:a 7 false",
    "missed: 1 scores:b 8 true",
    "closed",
    "missed: 1 scores:c 8 false",
  ]);
  t.deepEqual(connection.outgoing, { bytes: 0, replies: 0 });
  t.is(group.counters.hits, 0);
});

test("the reply is in the dialect of when the command was read", async (t) => {
  const { socket, misses } = loading();
  socket.arrive(GET("a") + command("RESP3") + GET("b"));
  await turn();
  for (const { answer } of misses) answer({ kind: "absent", ttlMs: 1 });
  await turn();
  t.is(socket.text, "$-1\r\n+OK\r\n_\r\n");
});

test("a key of no group, one that is too long, other commands and special connections go to the command table", async (t) => {
  const { connection, socket, misses, executed } = loading({ maxKeyBytes: 20 });
  const long = "x".repeat(14);
  socket.arrive(command("GET", "elsewhere") + GET(long) + command("MGET", "scores:a") + command("GET"));
  socket.arrive(command("TTL", "scores:a"));
  await turn();
  connection.session.special.set("tracking", true);
  socket.arrive(GET("a"));
  await turn();
  t.deepEqual(misses, []);
  t.deepEqual(executed, [
    ...["GET elsewhere", `GET scores:${long}`, "MGET scores:a", "GET", "TTL scores:a", "GET scores:a"],
  ]);
  connection.session.special.set("tracking", false);
  socket.arrive(GET("a"));
  await turn();
  t.is(misses.length, 1);
});

test("misses count as commands under way: max-pending-commands, QUIT and the buffer limit hold", async (t) => {
  const { socket, misses, happened } = loading({ maxPendingCommands: 2, maxOutputBytes: 1000 });
  socket.arrive(GET("a") + GET("b") + GET("c"));
  await turn();
  t.is(misses.length, 2);
  misses[0]!.answer(found("1"));
  await turn();
  t.is(misses.length, 3);
  socket.arrive(command("QUIT"));
  misses[1]!.answer(found("2"));
  await turn();
  t.false(socket.writableEnded);
  misses[2]!.answer(found("x".repeat(1000)));
  await turn();
  t.deepEqual(happened.slice(2), [
    "missed: 1 scores:c 0 false",
    "dropped: output buffer limit reached",
    "closed",
  ]);
  t.is(socket.text, bulk("1") + bulk("2"));
});
