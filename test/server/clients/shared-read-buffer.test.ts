/**
 * Goal: a socket whose reads are lent is as good as the one that was accepted: the same bytes, ends, pauses and addresses.
 * Method: real sockets on loopback; the test looks at a chunk again when another socket has read into the buffer.
 */
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import { isTurn, readFor, readIntoSharedBuffer } from "../../../server/clients/shared-read-buffer.ts";
import { until } from "../../until.ts";
import { turn } from "../fakes.ts";

async function pair(
  t: ExecutionContext,
): Promise<{ client: Socket; accepted: Socket; closed: () => boolean }> {
  let isClosed = false;
  const server = createServer({ allowHalfOpen: true });
  const coming = new Promise<Socket>((resolve) =>
    server.once("connection", (one) => resolve(readIntoSharedBuffer(one))),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await next(client, "connect");
  const accepted = await coming;
  server.close(() => (isClosed = true));
  for (const socket of [client, accepted]) {
    socket.on("error", () => {});
    t.teardown(() => socket.destroy());
  }
  return { client, accepted, closed: () => isClosed };
}

const next = (socket: Socket, event: string) => new Promise((resolve) => socket.once(event, resolve));

test.serial(
  "bytes come in a buffer that all sockets share, and are others' once the listener has returned",
  async (t) => {
    const [a, b] = [await pair(t), await pair(t)];
    const chunks: Buffer[] = [];
    for (const { accepted } of [a, b]) accepted.on("data", (chunk) => chunks.push(chunk));
    a.client.write("hello");
    await until("a chunk", () => chunks.length === 1);
    t.is(String(chunks[0]), "hello");
    b.client.write("HE");
    await until("another socket's chunk", () => chunks.length === 2);
    t.is(String(chunks[1]), "HE");
    t.is(chunks[0]!.buffer, chunks[1]!.buffer, "Node does no longer what readIntoSharedBuffer relies on");
    t.is(String(chunks[0]), "HEllo");
  },
);

test.serial(
  "what is written arrives, each side ends for itself, and both know where the other is",
  async (t) => {
    const { client, accepted, closed } = await pair(t);
    t.is(accepted.remotePort, client.localPort);
    t.is(accepted.remoteAddress, "127.0.0.1");
    t.is(accepted.localPort, client.remotePort);
    let [there, back] = ["", ""];
    accepted.on("data", (chunk) => (there += chunk));
    client.on("data", (chunk) => (back += chunk));
    client.end("over");
    await next(accepted, "end");
    t.is(there, "over");
    t.false(accepted.writableEnded, "the other half stays open");
    accepted.end("and out");
    await next(client, "close");
    t.is(back, "and out");
    await until("the server's end", closed);
  },
);

test.serial("a server that closes does not wait for a socket that was handed on", async (t) => {
  const { accepted, closed } = await pair(t);
  await until("the server's end", closed);
  t.false(accepted.destroyed);
});

test.serial("nothing is read while it pauses, and nothing is lost", async (t) => {
  const { client, accepted } = await pair(t);
  let read = 0;
  let sum = 0;
  accepted.on("data", (chunk: Buffer) => {
    read += chunk.length;
    for (const byte of chunk) sum += byte;
    accepted.pause();
  });
  const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => i % 251));
  client.end(sent);
  await until("a first chunk", () => read > 0);
  const before = read;
  for (let i = 0; i < 20; i++) await turn();
  t.is(read, before);
  t.true(read <= 1 << 16);
  accepted.on("pause", () => setImmediate(() => accepted.resume()));
  accepted.resume();
  await next(accepted, "end");
  t.is(read, sent.length);
  t.is(
    sum,
    sent.reduce((all, byte) => all + byte, 0),
  );
});

test.serial("a reset shows as one, and a socket that its listener destroys hears no more", async (t) => {
  const { client, accepted } = await pair(t);
  const ended = next(accepted, "error");
  accepted.resume();
  client.resetAndDestroy();
  t.is(((await ended) as NodeJS.ErrnoException).code, "ECONNRESET");
  const other = await pair(t);
  let heard = 0;
  other.accepted.on("data", () => {
    heard++;
    other.accepted.destroy();
  });
  other.client.write("x".repeat(500_000));
  await next(other.client, "close");
  t.is(heard, 1);
});

test.serial("where Node is not as it was, a socket stays as it is", (t) => {
  const unconnected = new Socket();
  t.is(readIntoSharedBuffer(unconnected), unconnected);
  const strange = Object.assign(new Socket(), { _handle: {} });
  t.is(readIntoSharedBuffer(strange), strange);
});

test.serial(
  "a long value is read to where its reader wants it, and what comes behind it is not",
  async (t) => {
    const { client, accepted } = await pair(t);
    const place = Buffer.alloc(100_000);
    const reader = { room: undefined as Buffer | undefined, commandBytes: 0 };
    readFor(accepted, reader);
    const chunks: Buffer[] = [];
    let placed = 0;
    accepted.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (chunk.buffer === place.buffer) placed += chunk.length;
      reader.room = placed < place.length ? place.subarray(placed) : undefined;
    });
    client.write("begins");
    await until("the first chunk", () => chunks.length === 1);
    t.not(chunks[0]!.buffer, place.buffer);
    client.write(Buffer.alloc(100_000, "v"));
    client.write("behind");
    await until("all bytes", () => chunks.reduce((sum, { length }) => sum + length, 0) === 100_012);
    t.true(place.every((byte) => byte === 0x76));
    const last = chunks.at(-1)!;
    t.not(last.buffer, place.buffer);
    t.is(String(last), "behind");
  },
);

test.serial(
  "of a client whose last command was long more is read at once, but not of one that sends longer ones",
  async (t) => {
    const { client, accepted } = await pair(t);
    const reader = { room: undefined, commandBytes: 0 };
    readFor(accepted, reader);
    const most: (number | undefined)[] = [];
    accepted.on("data", (_chunk: Buffer, could?: number) => most.push(could));
    for (const commandBytes of [1023, 1024, 100, 278_528, 278_529, 0]) {
      const { length } = most;
      reader.commandBytes = commandBytes;
      client.write("x");
      await until("a chunk", () => most.length > length);
    }
    t.deepEqual(most, [65_536, 65_536, 278_528, 65_536, 278_528, 65_536]);
  },
);

test("a turn is a full read, or two of a long value", (t) => {
  const [usual, long] = [Buffer.alloc(1 << 16), Buffer.alloc(1 << 20)];
  const plain = { room: undefined, commandBytes: 0 };
  t.false(isTurn(usual.subarray(1), undefined, plain));
  t.true(isTurn(usual, undefined, plain));
  t.false(isTurn(usual, 1 << 17, plain));
  const inside = { room: long, commandBytes: 0 };
  t.false(isTurn(usual, 1 << 16, inside), "the rest comes next, to its room");
  t.true(isTurn(long, 1 << 20, inside));
  t.true(isTurn(usual.subarray(0, 20_000), 20_000, plain), "the end of a long value");
});
