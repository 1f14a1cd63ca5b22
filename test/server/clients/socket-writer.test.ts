/**
 * Goal: bytes that are lent are not needed when the kernel has taken them, and never changed before.
 * Method: a socket that takes what the test says.
 */
import type { Socket } from "node:net";
import test from "ava";
import { SocketWriter } from "../../../server/clients/socket-writer.ts";

/** A socket whose kernel takes everything at once, or nothing. */
function fakeSocket(takes: boolean) {
  const state = { takes, written: [] as Buffer[], pending: 0, calls: [] as string[] };
  const socket = {
    setNoDelay: (isOn: boolean) => state.calls.push(`noDelay ${isOn}`),
    pause: () => state.calls.push("pause"),
    resume: () => state.calls.push("resume"),
    write: (bytes: Buffer) => {
      state.written.push(bytes);
      if (!state.takes) state.pending += bytes.length;
      return state.pending < 100;
    },
    get writableLength() {
      return state.pending;
    },
  };
  return { state, socket: socket as unknown as Socket };
}

const nothing = () => {};

test("bytes that the kernel takes at once were lent, and are not needed any more", (t) => {
  const { state, socket } = fakeSocket(true);
  const bytes = Buffer.from("one");
  t.true(new SocketWriter(socket, nothing).writeLent(bytes));
  t.is(state.written[0], bytes);
});

test("bytes that the kernel has not taken stay with the socket; those behind them are copied", (t) => {
  const { state, socket } = fakeSocket(false);
  const writer = new SocketWriter(socket, nothing);
  const first = Buffer.from("one");
  const second = Buffer.from("two");
  t.false(writer.writeLent(first));
  t.true(writer.writeLent(second));
  second.fill("x");
  t.is(state.written[0], first);
  t.is(state.written[1]!.toString(), "two");
});

test("nothing is written to a socket that is gone", (t) => {
  const { state, socket } = fakeSocket(true);
  Object.assign(socket, { destroyed: true });
  const writer = new SocketWriter(socket, nothing);
  writer.write(Buffer.from("one"));
  t.true(writer.writeLent(Buffer.from("two")));
  t.is(state.written.length, 0);
});

test("the end of the bytes in the write queue is told once", (t) => {
  let told = 0;
  const writer = new SocketWriter(fakeSocket(true).socket, () => told++);
  writer.wroteQueued();
  t.is(told, 0);
  writer.queuedBytes = 7;
  writer.wroteQueued();
  writer.wroteQueued();
  t.deepEqual([told, writer.queuedBytes], [1, 0]);
});

test("a client that does not take what is written is choked until it has", (t) => {
  const { socket } = fakeSocket(false);
  const writer = new SocketWriter(socket, nothing);
  writer.write(Buffer.alloc(10));
  t.false(writer.isChoked);
  writer.write(Buffer.alloc(100));
  t.true(writer.isChoked);
  writer.drained();
  t.false(writer.isChoked);
});

test("replies do not wait for each other in the kernel", (t) => {
  const { state, socket } = fakeSocket(true);
  new SocketWriter(socket, nothing);
  t.deepEqual(state.calls, ["noDelay true"]);
});
