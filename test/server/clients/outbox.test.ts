/**
 * Goal: a client is owed its replies in order, no more than may wait, and everything else only between them.
 * Method: an outbox on a socket without a kernel, whose owner notes what it is told; connection.test.ts and
 * connection-pushes.test.ts show the same through commands.
 */
import test from "ava";
import { Encoded, OK, Push, type Reply } from "../../../proto/reply.ts";
import type { ConnectionHost } from "../../../server/clients/connection-host.ts";
import { Outbox } from "../../../server/clients/outbox.ts";
import type { OutboxOwner } from "../../../server/clients/outbox-owner.ts";
import { Session } from "../../../server/clients/session.ts";
import { WriteQueue } from "../../../server/clients/write-queue.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { Output } from "../../../server/hits/output.ts";
import { FakeTime } from "../fake-time.ts";
import { Held, turn } from "../fakes.ts";
import { bulk } from "../rig.ts";
import { TestSocket } from "./test-socket.ts";

function setUp({ authenticated = true } = {}) {
  const socket = new TestSocket();
  const output = new Output();
  const told: string[] = [];
  const due: (() => void)[] = [];
  const owner: OutboxOwner = {
    ...{ protocol: 2, authenticated, session: new Session() },
    takesPushes: true,
    drop: (why) => told.push(`drop: ${why}`),
    madeRoom: () => told.push("made room"),
    endIfDone: () => told.push("end if done"),
  };
  const host = {
    ...{ output, writes: new WriteQueue(output, (write) => due.push(write)) },
    ...{ conf: { maxOutputBytes: 1 << 21, maxPendingCommands: 3 } },
    ...{ clock: new FakeTime().clock, waitLatency: new Latency() },
    failed: (_: OutboxOwner, error: unknown) => told.push(String(error)),
  } as unknown as ConnectionHost<OutboxOwner>;
  const outbox = new Outbox(owner, socket.asSocket, host);
  const writeAll = () => {
    for (const each of due.splice(0)) each();
  };
  const word = (text: string) => Buffer.from(text);
  return { outbox, socket, output, owner, told, due, writeAll, word };
}

test("replies that are ready stand in the thread's output until the turn is written, with the other clients'", (t) => {
  const { outbox, socket, output, due, told, writeAll, word } = setUp();
  output.append(word("another client's"));
  outbox.beginTurn();
  outbox.add(word("a"));
  outbox.add(word("b"));
  outbox.writeTurn();
  outbox.writeTurn();
  t.deepEqual([socket.text, due.length, outbox.isEmpty], ["", 1, false]);
  t.deepEqual(outbox.outgoing, { bytes: (bulk("a") + bulk("b")).length, replies: 0 });
  writeAll();
  t.is(socket.text, bulk("a") + bulk("b"));
  t.deepEqual([told, outbox.isEmpty], [["end if done"], true]);
});

test("a hit behind a late reply is taken out of the output and follows that reply", async (t) => {
  const { outbox, socket, output, told, word } = setUp();
  outbox.beginTurn();
  const slot = outbox.open();
  const mark = output.length;
  output.append(word("hit"));
  outbox.addHit(mark);
  outbox.writeTurn();
  t.is(output.length, mark);
  outbox.fill(slot, word("late "));
  await turn();
  t.is(socket.text, "late hit");
  t.deepEqual(told, ["made room"]);
});

test("an outbox is full when its client does not read, and while too many replies or bytes wait", async (t) => {
  const { outbox, socket, told, word } = setUp();
  const slots = [outbox.open(), outbox.open()];
  t.false(outbox.isFull);
  slots.push(outbox.open());
  t.true(outbox.isFull, "three replies");
  for (const slot of slots.slice(0, 2)) outbox.fill(slot, word("x"));
  await turn();
  t.false(outbox.isFull);
  outbox.add(Buffer.alloc(1 << 20));
  t.true(outbox.isFull, "1 MiB behind a late reply");
  socket.stopReading();
  outbox.fill(slots[2]!, word("x"));
  await turn();
  t.deepEqual([outbox.isEmpty, outbox.isFull], [true, true], "the client does not read");
  told.length = 0;
  outbox.drained();
  t.false(outbox.isFull);
  t.deepEqual(told, ["made room"]);
});

test("a turn's replies are written early when they are many, which shows whether the client takes them", (t) => {
  const { outbox, socket, due, owner, word } = setUp();
  const long = Buffer.alloc(1 << 18);
  outbox.beginTurn();
  outbox.add(word("x"));
  t.false(outbox.writeLongTurn());
  outbox.add(long);
  t.false(outbox.writeLongTurn(), "written");
  t.is(socket.text.length, (1 << 18) + bulk("x").length + "$262144\r\n\r\n".length);
  outbox.add(word("x"));
  outbox.writeTurn();
  outbox.add(long);
  t.false(outbox.writeLongTurn(), "written with the reply that waits");
  t.is(socket.text.length, 2 * ((1 << 18) + bulk("x").length + "$262144\r\n\r\n".length));
  outbox.add(word("x"));
  outbox.writeTurn();
  owner.session.special.set("subscribed", true);
  outbox.add(long);
  t.true(outbox.writeLongTurn(), "of a special client, behind a reply that waits");
  t.is(due.length, 1);
});

test("what is pushed while a command is executed is in the output right behind its reply", (t) => {
  const { outbox, socket, told, writeAll, word } = setUp();
  outbox.beginTurn();
  outbox.beginCommand();
  outbox.push(new Push(["early"]), false);
  outbox.endCommand(word("reply"));
  outbox.add(word("next"));
  outbox.writeTurn();
  writeAll();
  t.is(socket.text, `${bulk("reply")}*1\r\n${bulk("early")}${bulk("next")}`);
  t.deepEqual(told, ["end if done"]);
});

test("what another thread's command has pushed to its client leaves with the late reply", async (t) => {
  const { outbox, socket, word } = setUp();
  outbox.endCommand(Promise.resolve(new Encoded(word("reply"), word("push"))));
  outbox.endCommand(Promise.resolve(word("next")));
  await turn();
  t.is(socket.text, `replypush${bulk("next")}`);
});

test("replies to a client that tracks wait for what is pushed in the same turn of the event loop", async (t) => {
  const { outbox, socket, owner, writeAll, word } = setUp();
  owner.session.special.set("tracking", true);
  outbox.beginTurn();
  outbox.add(word("reply"));
  outbox.writeTurn();
  outbox.push(new Push(["p"]), false);
  await turn();
  t.is(socket.text, "");
  const writes: string[] = [];
  const { _writev: writev } = socket;
  socket._writev = (chunks, done) => {
    writes.push(chunks.map(({ chunk }) => String(chunk)).join(""));
    done();
  };
  writeAll();
  socket._writev = writev;
  t.deepEqual(writes, [`${bulk("reply")}*1\r\n${bulk("p")}`]);
});

test("a push at once is written before the late replies as well, unless they are sealed", async (t) => {
  const { outbox, socket, word } = setUp();
  const slot = outbox.open();
  outbox.push(new Push(["a"]), true);
  t.is(socket.text, `*1\r\n${bulk("a")}`);
  outbox.seal();
  outbox.push(new Push(["b"]), true);
  t.is(socket.text, `*1\r\n${bulk("a")}`);
  outbox.fill(slot, word("late "));
  await turn();
  t.is(socket.text, `*1\r\n${bulk("a")}late *1\r\n${bulk("a")}*1\r\n${bulk("b")}`);
});

test("more than may wait drops the client, once the bytes of all kinds are added up", (t) => {
  const { outbox, told, word } = setUp();
  outbox.open();
  outbox.add(Buffer.alloc(1 << 20));
  t.true(outbox.hasRoom((1 << 20) - 100));
  outbox.beginTurn();
  t.false(outbox.hasRoom(1 << 20));
  outbox.add(Buffer.alloc(1 << 20));
  t.deepEqual(told, Array(2).fill("drop: output buffer limit reached"));
  outbox.clear();
  t.deepEqual([outbox.isEmpty, outbox.hasRoom(word("x").length)], [true, true]);
});

test("without the password replies are written in small pieces, and few may wait", (t) => {
  const { outbox, due, told } = setUp({ authenticated: false });
  outbox.beginTurn();
  outbox.add("x".repeat(4096));
  t.is(due.length, 1, "in the middle of the turn");
  t.false(outbox.hasRoom(1 << 14));
  t.deepEqual(told, ["drop: output buffer limit reached"]);
});

test("a reply that cannot be encoded, and one that rejects, is an internal error in the place of the reply", async (t) => {
  const { outbox, socket, told, writeAll } = setUp();
  outbox.beginTurn();
  outbox.endCommand(0.5);
  const late = new Held<string, Reply>("late");
  outbox.endCommand(late.promise);
  outbox.endCommand(OK);
  outbox.writeTurn();
  writeAll();
  late.reject(new Error("broken"));
  await turn();
  t.is(socket.text, "-ERR internal error\r\n-ERR internal error\r\n+OK\r\n");
  t.deepEqual(told.slice(0, 1), ["RangeError: not an integer reply: 0.5"]);
  t.true(told.includes("Error: broken"));
});
