/**
 * Goal: a large value goes straight from the store to the kernel, in its place among the replies, and its client gets it as
 * it was, whatever happens to the store afterwards. Where it must wait, it is copied.
 * Method: outboxes on real sockets, whose other side reads when the test says so; hits of a real store.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import type { ConnectionHost } from "../../../server/clients/connection-host.ts";
import { Outbox } from "../../../server/clients/outbox.ts";
import type { OutboxOwner } from "../../../server/clients/outbox-owner.ts";
import { Session } from "../../../server/clients/session.ts";
import { bytesWrittenTo } from "../../../server/clients/socket-writer.ts";
import { WriteQueue } from "../../../server/clients/write-queue.ts";
import { HIT, Output } from "../../../server/hits/output.ts";
import { Store } from "../../../server/store/store.ts";
import { until } from "../../until.ts";
import { key, turn } from "../fakes.ts";
import { bulk } from "../rig.ts";
import { TestSocket } from "./test-socket.ts";

const NAME = key("key");
/** From this size on a value goes straight to the kernel. */
const LARGE_BYTES = 1 << 14;
/** More than the buffers of the two sockets hold. */
const HUGE_BYTES = 24 << 20;

async function socketPair(t: ExecutionContext): Promise<readonly [client: Socket, socket: Socket]> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const client = connect(port, "127.0.0.1").pause();
  const [socket] = await accepted;
  t.teardown(() => {
    for (const each of [client, socket]) each.destroy();
    server.close();
  });
  return [client, socket];
}

function setUpOn(socket: Socket, maxOutputBytes = 1 << 26) {
  const store = new Store({
    seed: 1,
    maxBytes: 64 << 20,
    eviction: "lru",
    clock: () => 0,
    isSoleWriter: true,
  });
  const output = new Output();
  const due: (() => void)[] = [];
  const told: string[] = [];
  const owner: OutboxOwner = {
    ...{ protocol: 2, authenticated: true, session: new Session(), takesPushes: true },
    drop: (why) => told.push(why),
    madeRoom: () => {},
    endIfDone: () => {},
  };
  const writes = new WriteQueue(output, (write) => due.push(write));
  const conf = { maxOutputBytes, maxPendingCommands: 100 };
  const host = { output, writes, conf } as unknown as ConnectionHost<OutboxOwner>;
  const outbox = new Outbox(owner, socket, host);
  const put = (bytes: number, letter: string) => store.put(NAME, Buffer.alloc(bytes, letter), undefined);
  const hit = (isAlone = true) => {
    const mark = output.length;
    const found = output.hit(store, NAME, 0, NAME.length, store.hashOf(NAME, 0, NAME.length), isAlone);
    outbox.addHit(mark);
    return found === HIT;
  };
  const writeAll = () => {
    outbox.writeTurn();
    for (const each of due.splice(0)) each();
    outbox.beginTurn();
  };
  outbox.beginTurn();
  return { store, output, outbox, put, hit, due, told, writeAll };
}

/** All that the client gets until so many bytes have come. */
async function received(client: Socket, bytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  client.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
  });
  client.resume();
  await until(`${bytes} bytes have come`, () => length >= bytes);
  return Buffer.concat(chunks).toString("latin1");
}

test("a large value leaves at once, behind the turn's replies before it and with them", async (t) => {
  const [client, socket] = await socketPair(t);
  const { output, outbox, put, hit, due, writeAll } = setUpOn(socket);
  put(LARGE_BYTES, "a");
  output.append(key("+before\r\n"));
  t.true(hit());
  t.deepEqual([output.length, due.length, outbox.isEmpty], [0, 0, true]);
  put(LARGE_BYTES, "b");
  output.append(key("+between\r\n"));
  t.true(hit());
  output.append(key("+after\r\n"));
  put(LARGE_BYTES, "c");
  writeAll();
  const [a, b] = ["a", "b"].map((letter) => bulk(letter.repeat(LARGE_BYTES)));
  const all = `+before\r\n${a}+between\r\n${b}+after\r\n`;
  t.true((await received(client, all.length)) === all);
  t.is(bytesWrittenTo(socket), all.length);
});

test("another client's replies that wait in the output stay where they are", async (t) => {
  const [client, socket] = await socketPair(t);
  const { output, outbox, put, hit } = setUpOn(socket);
  output.append(key("+another client's\r\n"));
  outbox.beginTurn();
  put(LARGE_BYTES, "a");
  t.true(hit());
  t.is(output.take(0).toString(), "+another client's\r\n");
  const all = bulk("a".repeat(LARGE_BYTES));
  t.true((await received(client, all.length)) === all);
});

test("a value is copied below the size, as a part of a reply, behind a late reply, and behind replies that wait", async (t) => {
  const [client, socket] = await socketPair(t);
  const { output, outbox, put, hit, writeAll } = setUpOn(socket);
  put(LARGE_BYTES - 1, "a");
  hit();
  put(LARGE_BYTES, "b");
  hit(false);
  t.true(output.length > 2 * LARGE_BYTES);
  outbox.writeTurn();
  hit();
  writeAll();
  const slot = outbox.open();
  hit();
  outbox.fill(slot, key("+late\r\n"));
  await turn();
  const b = bulk("b".repeat(LARGE_BYTES));
  const all = `${bulk("a".repeat(LARGE_BYTES - 1))}${b}${b}+late\r\n${b}`;
  t.true((await received(client, all.length)) === all);
  t.is(bytesWrittenTo(socket), all.length);
});

test("what the kernel does not take stays as it was, and what comes behind it follows", async (t) => {
  const [client, socket] = await socketPair(t);
  const { outbox, put, hit, writeAll } = setUpOn(socket);
  put(HUGE_BYTES, "a");
  t.true(hit());
  t.true(socket.writableLength > 0, "the kernel has not taken all of it");
  t.true(outbox.isFull, "no further command is taken meanwhile");
  put(HUGE_BYTES, "b");
  put(LARGE_BYTES, "c");
  t.true(hit());
  writeAll();
  put(LARGE_BYTES, "d");
  const all = bulk("a".repeat(HUGE_BYTES)) + bulk("c".repeat(LARGE_BYTES));
  t.is(outbox.outgoing.bytes, socket.writableLength);
  t.true((await received(client, all.length)) === all);
  t.is(bytesWrittenTo(socket), all.length);
});

test("values around the size, and of every alignment, come out whole", async (t) => {
  const [client, socket] = await socketPair(t);
  const { put, hit, output, writeAll } = setUpOn(socket);
  let all = "";
  const chunks: Buffer[] = [];
  client.on("data", (chunk: Buffer) => chunks.push(chunk)).resume();
  for (const edge of [1024, LARGE_BYTES, 1 << 16]) {
    for (let bytes = edge - 9; bytes <= edge + 9; bytes++) {
      put(bytes, String.fromCharCode(97 + (bytes % 26)));
      for (const text of ["", "+x\r\n"]) {
        output.append(key(text));
        hit();
        all += text + bulk(String.fromCharCode(97 + (bytes % 26)).repeat(bytes));
      }
      writeAll();
    }
  }
  const text = () => Buffer.concat(chunks).toString("latin1");
  await until(
    "all bytes have come",
    () => bytesWrittenTo(socket) === all.length && text().length === all.length,
  );
  t.true(text() === all);
});

test("a value that is more than may wait for the client closes it", async (t) => {
  const [, socket] = await socketPair(t);
  const { put, hit, told } = setUpOn(socket, LARGE_BYTES);
  put(LARGE_BYTES + 1, "a");
  hit();
  t.deepEqual(told, ["output buffer limit reached"]);
  t.is(bytesWrittenTo(socket), 0);
});

test("a socket that encrypts, and one without a descriptor, get a copy", async (t) => {
  const [client, socket] = await socketPair(t);
  Object.assign(socket, { encrypted: true });
  const fake = new TestSocket();
  const all = bulk("a".repeat(LARGE_BYTES));
  for (const each of [socket, fake.asSocket]) {
    const { put, hit, output, writeAll } = setUpOn(each);
    put(LARGE_BYTES, "a");
    t.true(hit());
    t.is(output.length, all.length);
    writeAll();
  }
  t.true(fake.text === all);
  t.true((await received(client, all.length)) === all);
});

test("a client that is gone, though its socket does not know yet, harms nobody", async (t) => {
  const [client, socket] = await socketPair(t);
  const failed = once(socket, "error");
  const { put, hit, writeAll } = setUpOn(socket);
  put(HUGE_BYTES, "a");
  client.resetAndDestroy();
  t.true(hit());
  writeAll();
  await failed;
  t.true(socket.destroyed);
});

test("the large value of a miss leaves at once, if nothing is before it and its client has no turn", async (t) => {
  const [client, socket] = await socketPair(t);
  const { output, outbox, due } = setUpOn(socket, 1 << 27);
  output.append(key("+another client's\r\n"));
  const first = outbox.open();
  const second = outbox.open();
  const third = outbox.open();
  const value = Buffer.alloc(HUGE_BYTES, "a");
  const settle = (slot: ReturnType<typeof outbox.open>, letter: string, inTurn = false) => {
    outbox.fillOutcome(slot, { kind: "value", value: value.fill(letter), ttlMs: undefined }, 2, inTurn);
    value.fill("x");
  };
  settle(second, "b");
  settle(first, "a");
  t.true(bytesWrittenTo(socket) > 0);
  await turn();
  settle(third, "c");
  await turn();
  t.deepEqual([due.length, outbox.isEmpty], [0, true]);
  const all = ["a", "b", "c"].map((letter) => bulk(letter.repeat(HUGE_BYTES))).join("");
  t.true((await received(client, all.length)) === all);
});

test("in its client's turn the large value of a miss leaves behind the turn's replies before it", async (t) => {
  const [client, socket] = await socketPair(t);
  const { output, outbox, writeAll } = setUpOn(socket);
  output.append(key("+before\r\n"));
  const value = Buffer.alloc(LARGE_BYTES, "a");
  outbox.fillOutcome(outbox.open(), { kind: "value", value, ttlMs: undefined }, 2, true);
  value.fill("x");
  writeAll();
  const all = `+before\r\n${bulk("a".repeat(LARGE_BYTES))}`;
  t.true((await received(client, all.length)) === all);
});

test("the large value of a miss closes a client that may not be owed so much", async (t) => {
  const [, socket] = await socketPair(t);
  const { outbox, told } = setUpOn(socket, LARGE_BYTES);
  const slot = outbox.open();
  outbox.fillOutcome(slot, { kind: "value", value: Buffer.alloc(LARGE_BYTES + 1), ttlMs: 5 }, 2, false);
  t.true(told.length > 0);
  t.is(bytesWrittenTo(socket), 0);
});
