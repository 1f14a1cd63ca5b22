/**
 * Goal: what was added is written in its order and to its client, when it is time and not before; no client gets another
 * client's bytes, however slowly it takes its own. Method: sockets that note what is written; random additions of several
 * clients; then real sockets, one of which does not read for a while.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import test from "ava";
import fc from "fast-check";
import { SocketWriter } from "../../../server/clients/socket-writer.ts";
import { WriteQueue } from "../../../server/clients/write-queue.ts";
import { Output } from "../../../server/hits/output.ts";

const nothing = () => {};

/** A client whose kernel takes everything, or nothing more from some moment on. */
class FakeClient {
  readonly written: Buffer[] = [];
  takes = true;
  ended = 0;
  corks = 0;
  uncorks = 0;
  writableLength = 0;
  readonly writer = new SocketWriter(this as unknown as Socket, () => {
    this.ended++;
    this.atEnd();
  });
  atEnd = nothing;
  destroyed = false;

  setNoDelay(): void {}
  cork(): void {
    this.corks++;
  }
  uncork(): void {
    this.uncorks++;
  }

  write(bytes: Buffer): boolean {
    // What was taken is the kernel's own copy.
    this.written.push(this.takes ? Buffer.from(bytes) : bytes);
    if (!this.takes) this.writableLength += bytes.length;
    return this.takes;
  }

  get text(): string {
    return Buffer.concat(this.written).toString();
  }
}

function setUp() {
  const output = new Output();
  const due: (() => void)[] = [];
  const queue = new WriteQueue(output, (write) => due.push(write));
  const say = (client: FakeClient, text: string) => {
    const start = output.length;
    output.append(Buffer.from(text));
    queue.add(client.writer, start);
  };
  const writeAll = () => {
    for (const each of due.splice(0)) each();
  };
  return { output, queue, say, writeAll, due };
}

test("replies are written when it is time, each to its client", (t) => {
  const { output, say, writeAll, due } = setUp();
  const [a, b] = [new FakeClient(), new FakeClient()];
  say(a, "a1");
  say(b, "b1");
  say(a, "a2");
  t.is(due.length, 1);
  t.deepEqual([a.text, b.text, a.writer.queuedBytes], ["", "", 4]);
  writeAll();
  t.deepEqual([a.text, b.text, a.writer.queuedBytes, output.length], ["a1a2", "b1", 0, 0]);
  t.deepEqual([a.ended, b.ended], [1, 1]);
  say(b, "b2");
  writeAll();
  t.is(b.text, "b1b2");
});

test("bytes outside the output stay behind what was added before them", (t) => {
  const { queue, say, writeAll } = setUp();
  const [a, b] = [new FakeClient(), new FakeClient()];
  say(a, "1");
  queue.addBytes(a.writer, Buffer.from("2"));
  say(b, "x");
  say(a, "3");
  t.is(a.writer.queuedBytes, 3);
  writeAll();
  t.deepEqual([a.text, b.text], ["123", "x"]);
});

test("several pieces for one client leave in one write; one piece needs no care", (t) => {
  const { queue, say, writeAll } = setUp();
  const [a, b] = [new FakeClient(), new FakeClient()];
  say(a, "1");
  queue.addBytes(a.writer, Buffer.from("2"));
  say(a, "3");
  say(b, "x");
  t.deepEqual([a.corks, a.uncorks], [1, 0]);
  writeAll();
  t.deepEqual([a.corks, a.uncorks, b.corks, b.uncorks], [1, 1, 0, 0]);
  say(a, "4");
  writeAll();
  t.is(a.corks, 1);
});

test("bytes outside the output are not copied, however slowly they are taken", (t) => {
  const { queue, writeAll } = setUp();
  const a = new FakeClient();
  a.takes = false;
  const own = ["1", "2"].map((text) => Buffer.from(text));
  for (const bytes of own) queue.addBytes(a.writer, bytes);
  writeAll();
  t.true(own.every((bytes, i) => a.written[i] === bytes));
});

test("the output is used again when everything was taken, and no earlier", (t) => {
  const { output, say, writeAll } = setUp();
  const a = new FakeClient();
  say(a, "1");
  const { buffer } = output.view(0, 1);
  writeAll();
  t.is(output.view(0, 0).buffer, buffer);
  const long = "x".repeat(2 << 20);
  say(a, long);
  writeAll();
  t.true(a.text === `1${long}`);
});

test("a reply that is added when earlier ones have been written waits for the next time", (t) => {
  const { output, say, writeAll, due } = setUp();
  const [a, b] = [new FakeClient(), new FakeClient()];
  a.atEnd = () => {
    a.atEnd = nothing;
    say(a, "more");
  };
  say(a, "1");
  say(b, "2");
  writeAll();
  t.deepEqual([a.text, b.text, due.length, output.length], ["1", "2", 1, 4]);
  writeAll();
  t.deepEqual([a.text, b.text], ["1more", "2"]);
});

test("a client that is gone before its replies are written harms no other, and is told all the same", (t) => {
  const { output, queue, say, writeAll } = setUp();
  const [gone, stuck, other] = [new FakeClient(), new FakeClient(), new FakeClient()];
  stuck.takes = false;
  say(stuck, "0");
  writeAll();
  for (const each of [gone, stuck]) {
    say(each, "1");
    queue.addBytes(each.writer, Buffer.from("2"));
    each.destroyed = true;
  }
  say(other, "x");
  writeAll();
  t.deepEqual([gone.text, stuck.text, other.text], ["", "0", "x"]);
  t.deepEqual([gone.ended, gone.writer.queuedBytes, stuck.writer.queuedBytes, output.length], [1, 0, 0, 0]);
});

test("bytes for one client that come while another's are gathered belong to the one, not to the other", (t) => {
  const { output, queue, say, writeAll } = setUp();
  const [a, b, c] = [new FakeClient(), new FakeClient(), new FakeClient()];
  say(a, "1");
  say(b, "2");
  const start = output.length;
  output.append(Buffer.from("secret"));
  queue.addBytes(a.writer, Buffer.from("push"));
  output.append(Buffer.from(" of c"));
  queue.add(c.writer, start);
  writeAll();
  t.deepEqual([a.text, b.text, c.text], ["1push", "2", "secret of c"]);
});

test("many bytes are written at once, and the output does not grow for what comes behind them", (t) => {
  const { output, queue, say, writeAll, due } = setUp();
  const [a, b] = [new FakeClient(), new FakeClient()];
  const long = "x".repeat(200_000);
  say(a, "a1");
  queue.addBytes(a.writer, Buffer.from("a2"));
  say(b, long);
  t.deepEqual([a.text, b.text, due.length], ["", "", 1]);
  say(b, long);
  t.deepEqual([a.text, b.text.length, output.length, due.length], ["a1a2", 400_000, 0, 1]);
  t.deepEqual([a.writer.queuedBytes, b.writer.queuedBytes, a.ended, b.ended], [0, 0, 1, 1]);
  const { buffer } = output.view(0, 0);
  for (let i = 0; i < 100; i++) say(i % 2 === 0 ? a : b, long);
  t.is(output.view(0, 0).buffer, buffer);
  say(a, "end");
  t.is(due.length, 1, "no second call is planned while one is due");
  writeAll();
  t.is(a.text, `a1a2${long.repeat(50)}end`);
  say(a, "later");
  t.is(due.length, 1);
  writeAll();
  t.is(output.length, 0);
});

test("while a kernel has not taken what was lent, it is not written over", (t) => {
  const { output, say, writeAll } = setUp();
  const [slow, quick] = [new FakeClient(), new FakeClient()];
  slow.takes = false;
  say(quick, "q1");
  say(slow, "s1");
  writeAll();
  output.append(Buffer.from("xxxxxxxx"));
  t.deepEqual([slow.text, quick.text], ["s1", "q1"]);
});

test("each client gets its own bytes in order, whatever is added when", (t) => {
  const step = fc.tuple(fc.nat(3), fc.constantFrom("output", "bytes", "write", "stop"));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const { queue, say, writeAll } = setUp();
      const clients = Array.from({ length: 4 }, () => new FakeClient());
      const expected = ["", "", "", ""];
      for (const [i, [who, what]] of steps.entries()) {
        const text = `<${i}>`;
        if (what === "write") writeAll();
        else if (what === "stop") clients[who]!.takes = false;
        else {
          if (what === "output") say(clients[who]!, text);
          else queue.addBytes(clients[who]!.writer, Buffer.from(text));
          expected[who] += text;
        }
      }
      writeAll();
      return clients.every((client, i) => client.text === expected[i]);
    }),
    { numRuns: 300 },
  );
  t.pass();
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
  const queue = new WriteQueue(output, (write) => write());
  const writers = {
    late: new SocketWriter(late.socket, nothing),
    quick: new SocketWriter(quick.socket, nothing),
  };
  const expected: Buffer[] = [];
  for (let i = 0; i < 400; i++) {
    const bytes = Buffer.alloc(50_000, `late ${i} `);
    expected.push(bytes);
    output.append(bytes);
    queue.add(writers.late, 0);
    output.append(Buffer.alloc(50_000, "quick"));
    queue.add(writers.quick, 0);
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
