/**
 * Goal: one client can neither keep others waiting nor make the node keep much for it before it has given the password.
 * Method: a connection on a socket without a kernel, turn by turn.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { Held, turn } from "../fakes.ts";
import { bulk } from "../rig.ts";
import { setUp } from "./connection-rig.ts";

/** Resolves when the first commands have been taken, before anything that `soon` has planned. */
async function firstTurn(executed: readonly string[]): Promise<void> {
  for (let ticks = 0; ticks < 10 && executed.length === 0; ticks++)
    await new Promise<void>((resolve) => process.nextTick(resolve));
}

test("a client that sends without end has its turn, and then the others have theirs", async (t) => {
  const { socket, executed, connection } = setUp();
  socket.arrive("ECHO a\r\n".repeat(2000));
  await firstTurn(executed);
  t.is(executed.length, 512);
  t.true(socket.isPaused());
  for (let turns = 2; turns <= 4; turns++) {
    await turn();
    t.is(executed.length, Math.min(2000, 512 * turns));
  }
  t.is(connection.outgoing.replies, 0);
  t.is(socket.text, "$1\r\na\r\n".repeat(2000));
  t.false(socket.isPaused());
});

test("a client that is gone has no more turns, nor does one that waited for something", async (t) => {
  const { socket, executed } = setUp();
  socket.arrive("ECHO a\r\n".repeat(2000));
  await firstTurn(executed);
  socket.destroy();
  for (let turns = 0; turns < 4; turns++) await turn();
  t.is(executed.length, 512);
  const other = setUp();
  const held = new Held<string, void>("a");
  other.connection.waitFor(held.promise);
  other.socket.arrive("ECHO a\r\n");
  await turn();
  other.socket.destroy();
  await turn();
  held.resolve();
  await turn();
  t.deepEqual(other.executed, []);
});

test("after a chunk of full size nothing more is read before the others have had their turn", async (t) => {
  const { socket, executed } = setUp();
  const chunk = command("ECHO", "x".repeat(65_536 - 24));
  t.is(chunk.length, 65_536);
  for (let i = 0; i < 3; i++) socket.arrive(chunk);
  for (let turns = 1; turns <= 3; turns++) {
    await turn();
    t.true(executed.length <= turns, "one chunk a turn");
  }
  await until("the third chunk", () => executed.length === 3);
});

test("what waits for a client without a password is bounded by 16 kB, whatever it asks", async (t) => {
  const { socket, connection, happened, counters } = setUp({ requirePass: "secret" });
  socket.stopReading();
  for (let i = 0; i < 8 && !socket.destroyed; i++) {
    socket.arrive("ECHO 123456789\r\n".repeat(4000));
    for (let j = 0; j < 10; j++) await turn();
    t.true(connection.outgoing.bytes <= 16_384 + 4096);
  }
  t.true(socket.destroyed);
  t.is(happened[0], "dropped: output buffer limit reached");
  t.is(counters.outputLimitCloses, 1);
});

test("one that reads may have as many replies as it likes before it gives the password", async (t) => {
  const { socket } = setUp({ requirePass: "secret" });
  const word = "x".repeat(100);
  socket.arrive(`ECHO ${word}\r\n`.repeat(4000));
  for (let i = 0; i < 20; i++) await turn();
  t.is(socket.text, bulk(word).repeat(4000));
});
