/**
 * Goal: what was gathered arrives as it was gathered, however slowly it is taken, and nobody's bytes are another's.
 * Method: a socket that takes what the test says; then real sockets, one of which does not read for a while.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import test from "ava";
import { ClientSocket } from "../../server/client-socket.ts";
import { Output } from "../../server/output.ts";

/** A socket whose kernel takes everything at once, or nothing. */
function fakeSocket(takes: boolean) {
  const state = { takes, written: [] as Buffer[], pending: 0, calls: [] as string[] };
  const socket = {
    setNoDelay: () => {},
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

test("what the kernel takes at once leaves without a copy, and its buffer is used again", (t) => {
  const output = new Output();
  const { state, socket } = fakeSocket(true);
  const flow = new ClientSocket(socket, output);
  for (const text of ["one", "two"]) {
    output.append(Buffer.from(text));
    flow.writeGathered();
    t.is(state.written.at(-1)!.toString(), text);
  }
  t.is(state.written[0]!.buffer, state.written[1]!.buffer);
  t.is(output.length, 0);
});

test("what the kernel has not taken stays as it is, and only the first of it keeps a whole buffer", (t) => {
  const output = new Output();
  const { state, socket } = fakeSocket(false);
  const flow = new ClientSocket(socket, output);
  for (const text of ["one", "two", "three"]) {
    output.append(Buffer.from(text));
    flow.writeGathered();
  }
  output.append(Buffer.from("xxxxxxxx"));
  t.deepEqual(state.written.map(String), ["one", "two", "three"]);
  t.true(state.written[0]!.buffer.byteLength > 1000);
  t.not(state.written[1]!.buffer, state.written[0]!.buffer);
});

test("a client that does not take what is written is choked until it has", (t) => {
  const output = new Output();
  const { socket } = fakeSocket(false);
  const flow = new ClientSocket(socket, output);
  flow.write(Buffer.alloc(10));
  t.false(flow.isChoked);
  flow.write(Buffer.alloc(100));
  t.true(flow.isChoked);
  flow.drained();
  t.false(flow.isChoked);
});

test("the socket is told once to pause and once to go on", (t) => {
  const { state, socket } = fakeSocket(true);
  const flow = new ClientSocket(socket, new Output());
  for (const isPaused of [false, true, true, false, false]) flow.pause(isPaused);
  t.deepEqual(state.calls, ["pause", "resume"]);
});

test("a client that reads late gets its own bytes, though others were written to meanwhile", async (t) => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = (server.address() as { port: number }).port;
  const pair = async () => {
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const client = connect(port, "127.0.0.1").pause();
    return { client, socket: (await accepted)[0] };
  };
  const output = new Output();
  const [late, quick] = [await pair(), await pair()];
  quick.client.resume();
  const flows = {
    late: new ClientSocket(late.socket, output),
    quick: new ClientSocket(quick.socket, output),
  };
  const expected: Buffer[] = [];
  for (let i = 0; i < 400; i++) {
    const bytes = Buffer.alloc(50_000, `late ${i} `);
    expected.push(bytes);
    output.append(bytes);
    flows.late.writeGathered();
    output.append(Buffer.alloc(50_000, "quick"));
    flows.quick.writeGathered();
  }
  t.true(late.socket.writableLength > 0, "the kernel has not taken all of it");
  late.socket.end();
  const got: Buffer[] = [];
  late.client.on("data", (chunk: Buffer) => got.push(chunk)).resume();
  await once(late.client, "end");
  t.true(Buffer.concat(got).equals(Buffer.concat(expected)));
  quick.socket.destroy();
  quick.client.destroy();
  late.client.destroy();
  server.close();
});
