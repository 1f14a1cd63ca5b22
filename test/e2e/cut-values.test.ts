/**
 * Goal: a long value arrives as it was sent, however its command is cut on the way, with one thread and with two, in place and
 * through the command table.
 * Method: a real node. Clients take turns to send pieces, cut where the node changes the way it reads; a PING of another client
 * between two pieces lets the node read each by itself. Then the values are asked for.
 */
import test, { type ExecutionContext } from "ava";
import { NODE_NEW, testWith } from "../needs.ts";
import { bytes, command, cutAt } from "../proto/read-commands.ts";
import { bulk, RawClient } from "../server/rig.ts";
import { startNodeProcess } from "./processes.ts";
import { PING } from "./target.ts";
import { THREADS } from "./threads/rig.ts";

const PONG = "+PONG\r\n";
/** Around what a socket reads at once, and what a command may have in a buffer that is used again. */
const SIZES = [4096, 16_384, 40_000, 65_536, 100_000, 278_528, 1 << 20, 1_500_000];

/** A value of every byte that names its size. */
function longValue(size: number): string {
  const piece = `${size}\r\n$3\r\n${Array.from({ length: 251 }, (_, i) => String.fromCharCode(i)).join("")}`;
  return piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
}

interface Sent {
  readonly key: string;
  readonly value: string;
  readonly pieces: readonly Buffer[];
}

/** A SET of a value of this size in one of its forms, with a GET behind it, cut in the way of this number. */
function cutSet(size: number, way: number): Sent {
  const value = longValue(size);
  const key = `key:${size}:${way}`;
  const forms = [
    command("SET", key, value),
    command("SET", key, value, "EX", "1000"),
    command("SETEX", key, "1000", value),
    command("MSET", "other", "x", key, value, "third", longValue(20_000)),
  ];
  const text = forms[way % forms.length]!;
  const from = text.indexOf(`$${size}\r\n`);
  const begin = from + `$${size}\r\n`.length;
  const end = begin + size;
  const ways = [
    [from + 2, begin - 1, begin, begin + 1],
    [begin + 16_384, begin + 16_385, begin + 65_536],
    [begin + 20_000, end - 16_384, end - 16_383],
    [begin + 16_000, end - 1, end, end + 1, end + 2],
    [1, 2, 3, begin + 30_000, end - 20_000, end + 3],
    Array.from({ length: 40 }, (_, i) => end - 20 + i),
  ];
  const stream = bytes(text + command("GET", key));
  return { key, value, pieces: cutAt(stream, ways[way % ways.length]!).filter(({ length }) => length > 0) };
}

async function sendsAll(t: ExecutionContext, port: number): Promise<void> {
  const connected = async () => {
    const client = await RawClient.connect(port);
    t.teardown(() => client.socket.destroy());
    return client;
  };
  const other = await connected();
  for (const size of SIZES) {
    const sets = Array.from({ length: 12 }, (_, way) => cutSet(size, way));
    const clients = await Promise.all(sets.map(connected));
    for (let i = 0; i < Math.max(...sets.map(({ pieces }) => pieces.length)); i++) {
      for (const [way, { pieces }] of sets.entries())
        if (i < pieces.length) clients[way]!.socket.write(pieces[i]!);
      t.is(await other.reply(PING, PONG), PONG);
    }
    for (const [way, { value }] of sets.entries()) {
      const expected = `+OK\r\n${bulk(value)}`;
      const got = await clients[way]!.until((text) => text.length >= expected.length);
      if (got !== expected)
        t.fail(`a value of ${size} bytes, cut in the way ${way}, is ${got.slice(0, 100)}...`);
      clients[way]!.socket.destroy();
    }
  }
  t.pass();
}

for (const threads of [1, 2]) {
  testWith(...(threads === 1 ? [] : [THREADS]))(
    `long values arrive whole however they are cut (threads ${threads})`,
    async (t) => {
      const args = ["--port", "0", "--threads", `${threads}`, "--maxmemory", "256mb"];
      const runtime = threads === 1 ? process.execPath : NODE_NEW;
      const node = await startNodeProcess(t, args, "", [], runtime);
      await sendsAll(t, node.port);
    },
  );
}

test("a client that leaves in the middle of a long value harms no other client's", async (t) => {
  const node = await startNodeProcess(t, ["--port", "0", "--threads", "1", "--maxmemory", "256mb"]);
  const value = longValue(300_000);
  const stream = bytes(command("SET", "kept", value));
  const half = bytes(command("SET", "lost", longValue(300_000))).subarray(0, 150_000);
  for (let round = 0; round < 5; round++) {
    const [leaver, stayer, other] = await Promise.all([0, 1, 2].map(() => RawClient.connect(node.port)));
    leaver!.socket.write(half);
    stayer!.socket.write(stream.subarray(0, 100_000));
    t.is(await other!.reply(PING, PONG), PONG);
    leaver!.socket.resetAndDestroy();
    stayer!.socket.write(stream.subarray(100_000));
    await stayer!.until((text) => text === "+OK\r\n");
    t.true((await other!.reply(command("GET", "kept"), bulk(value))) === bulk(value));
    t.is(await other!.reply(command("EXISTS", "lost"), ":0\r\n"), ":0\r\n");
    for (const { socket } of [stayer!, other!]) socket.destroy();
  }
});
