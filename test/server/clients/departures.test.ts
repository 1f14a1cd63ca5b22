/**
 * Goal: what was added leaves in its order and to whom it belongs, when it is time and not before; nobody's bytes are
 * another's, however slowly they are taken. Method: sockets that note what is written; random additions of several
 * clients; then real sockets, one of which does not read for a while.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import test from "ava";
import fc from "fast-check";
import { ClientSocket } from "../../../server/clients/client-socket.ts";
import { Departures } from "../../../server/clients/departures.ts";
import { Output } from "../../../server/hits/output.ts";

const nothing = () => {};

/** A client whose kernel takes everything, or nothing more from some moment on. */
class FakeClient {
  readonly written: Buffer[] = [];
  takes = true;
  ended = 0;
  writableLength = 0;
  readonly flow = new ClientSocket(this as unknown as Socket, () => {
    this.ended++;
    this.atEnd();
  });
  atEnd = nothing;
  destroyed = false;

  setNoDelay(): void {}

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
  const departures = new Departures(output, (leave) => due.push(leave));
  const say = (client: FakeClient, text: string) => {
    const start = output.length;
    output.append(Buffer.from(text));
    departures.add(client.flow, start);
  };
  const leave = () => {
    for (const each of due.splice(0)) each();
  };
  return { output, departures, say, leave, due };
}

test("replies leave when it is time, each to its client", (t) => {
  const { output, say, leave, due } = setUp();
  const [a, b] = [new FakeClient(), new FakeClient()];
  say(a, "a1");
  say(b, "b1");
  say(a, "a2");
  t.is(due.length, 1);
  t.deepEqual([a.text, b.text, a.flow.departing], ["", "", 4]);
  leave();
  t.deepEqual([a.text, b.text, a.flow.departing, output.length], ["a1a2", "b1", 0, 0]);
  t.deepEqual([a.ended, b.ended], [1, 1]);
  say(b, "b2");
  leave();
  t.is(b.text, "b1b2");
});

test("bytes of their own stay behind what was added before them", (t) => {
  const { departures, say, leave } = setUp();
  const [a, b] = [new FakeClient(), new FakeClient()];
  say(a, "1");
  departures.addBytes(a.flow, Buffer.from("2"));
  say(b, "x");
  say(a, "3");
  t.is(a.flow.departing, 3);
  leave();
  t.deepEqual([a.text, b.text], ["123", "x"]);
});

test("bytes of their own are not copied, however slowly they are taken", (t) => {
  const { departures, leave } = setUp();
  const a = new FakeClient();
  a.takes = false;
  const own = ["1", "2"].map((text) => Buffer.from(text));
  for (const bytes of own) departures.addBytes(a.flow, bytes);
  leave();
  t.true(own.every((bytes, i) => a.written[i] === bytes));
});

test("the output is used again when everything was taken, and no earlier", (t) => {
  const { output, say, leave } = setUp();
  const a = new FakeClient();
  say(a, "1");
  const { buffer } = output.view(0, 1);
  leave();
  t.is(output.view(0, 0).buffer, buffer);
  const long = "x".repeat(2 << 20);
  say(a, long);
  leave();
  t.true(a.text === `1${long}`);
});

test("what a client is told at the end of its replies comes when it is time again", (t) => {
  const { output, say, leave, due } = setUp();
  const [a, b] = [new FakeClient(), new FakeClient()];
  a.atEnd = () => {
    a.atEnd = nothing;
    say(a, "more");
  };
  say(a, "1");
  say(b, "2");
  leave();
  t.deepEqual([a.text, b.text, due.length, output.length], ["1", "2", 1, 4]);
  leave();
  t.deepEqual([a.text, b.text], ["1more", "2"]);
});

test("a client that is gone before its replies leave harms nobody, and is told all the same", (t) => {
  const { output, departures, say, leave } = setUp();
  const [gone, stuck, other] = [new FakeClient(), new FakeClient(), new FakeClient()];
  stuck.takes = false;
  say(stuck, "0");
  leave();
  for (const each of [gone, stuck]) {
    say(each, "1");
    departures.addBytes(each.flow, Buffer.from("2"));
    each.destroyed = true;
  }
  say(other, "x");
  leave();
  t.deepEqual([gone.text, stuck.text, other.text], ["", "0", "x"]);
  t.deepEqual([gone.ended, gone.flow.departing, stuck.flow.departing, output.length], [1, 0, 0, 0]);
});

test("bytes for one client that come while another's are being gathered are taken for neither's", (t) => {
  const { output, departures, say, leave } = setUp();
  const [a, b, c] = [new FakeClient(), new FakeClient(), new FakeClient()];
  say(a, "1");
  say(b, "2");
  const start = output.length;
  output.append(Buffer.from("secret"));
  departures.addBytes(a.flow, Buffer.from("push"));
  output.append(Buffer.from(" of c"));
  departures.add(c.flow, start);
  leave();
  t.deepEqual([a.text, b.text, c.text], ["1push", "2", "secret of c"]);
});

test("while somebody's kernel has not taken what was lent, it is not written over", (t) => {
  const { output, say, leave } = setUp();
  const [slow, quick] = [new FakeClient(), new FakeClient()];
  slow.takes = false;
  say(quick, "q1");
  say(slow, "s1");
  leave();
  output.append(Buffer.from("xxxxxxxx"));
  t.deepEqual([slow.text, quick.text], ["s1", "q1"]);
});

test("whatever is added in whatever order, everybody gets his own, in order", (t) => {
  const step = fc.tuple(fc.nat(3), fc.constantFrom("output", "bytes", "leave", "stop"));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const { departures, say, leave } = setUp();
      const clients = Array.from({ length: 4 }, () => new FakeClient());
      const expected = ["", "", "", ""];
      for (const [i, [who, what]] of steps.entries()) {
        const text = `<${i}>`;
        if (what === "leave") leave();
        else if (what === "stop") clients[who]!.takes = false;
        else {
          if (what === "output") say(clients[who]!, text);
          else departures.addBytes(clients[who]!.flow, Buffer.from(text));
          expected[who] += text;
        }
      }
      leave();
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
  const departures = new Departures(output, (leave) => leave());
  const flows = {
    late: new ClientSocket(late.socket, nothing),
    quick: new ClientSocket(quick.socket, nothing),
  };
  const expected: Buffer[] = [];
  for (let i = 0; i < 400; i++) {
    const bytes = Buffer.alloc(50_000, `late ${i} `);
    expected.push(bytes);
    output.append(bytes);
    departures.add(flows.late, 0);
    output.append(Buffer.alloc(50_000, "quick"));
    departures.add(flows.quick, 0);
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
