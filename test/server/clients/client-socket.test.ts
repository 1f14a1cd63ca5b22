/**
 * Goal: bytes that are lent are not needed when the kernel has taken them, and never changed before.
 * Method: a socket that takes what the test says.
 */
import type { Socket } from "node:net";
import test from "ava";
import { ClientSocket } from "../../../server/clients/client-socket.ts";

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

test("what the kernel takes at once was lent, and nobody needs it any more", (t) => {
  const { state, socket } = fakeSocket(true);
  const bytes = Buffer.from("one");
  t.true(new ClientSocket(socket, nothing).writeLent(bytes));
  t.is(state.written[0], bytes);
});

test("what the kernel has not taken is the socket's; what comes behind it is copied", (t) => {
  const { state, socket } = fakeSocket(false);
  const flow = new ClientSocket(socket, nothing);
  const first = Buffer.from("one");
  const second = Buffer.from("two");
  t.false(flow.writeLent(first));
  t.true(flow.writeLent(second));
  second.fill("x");
  t.is(state.written[0], first);
  t.is(state.written[1]!.toString(), "two");
});

test("nothing is written to a socket that is gone", (t) => {
  const { state, socket } = fakeSocket(true);
  Object.assign(socket, { destroyed: true });
  const flow = new ClientSocket(socket, nothing);
  flow.write(Buffer.from("one"));
  t.true(flow.writeLent(Buffer.from("two")));
  t.is(state.written.length, 0);
});

test("the end of what waits for its departure is told once", (t) => {
  let told = 0;
  const flow = new ClientSocket(fakeSocket(true).socket, () => told++);
  flow.hasDeparted();
  t.is(told, 0);
  flow.departing = 7;
  flow.hasDeparted();
  flow.hasDeparted();
  t.deepEqual([told, flow.departing], [1, 0]);
});

test("a client that does not take what is written is choked until it has", (t) => {
  const { socket } = fakeSocket(false);
  const flow = new ClientSocket(socket, nothing);
  flow.write(Buffer.alloc(10));
  t.false(flow.isChoked);
  flow.write(Buffer.alloc(100));
  t.true(flow.isChoked);
  flow.drained();
  t.false(flow.isChoked);
});

test("replies do not wait for each other in the kernel", (t) => {
  const { state, socket } = fakeSocket(true);
  new ClientSocket(socket, nothing);
  t.deepEqual(state.calls, ["noDelay true"]);
});

test("the socket is told once to pause and once to go on", (t) => {
  const { state, socket } = fakeSocket(true);
  const flow = new ClientSocket(socket, nothing);
  for (const isPaused of [false, true, true, false, false]) flow.pause(isPaused);
  t.deepEqual(state.calls.slice(1), ["pause", "resume"]);
});
