/**
 * Goal: every command that is handed over gets its own reply, however they are batched and in whatever order they come.
 * Method: the messages are taken where they would be posted, read back as commands, and answered as the test likes.
 */
import test from "ava";
import { encodeReply, type Reply } from "../../../proto/reply.ts";
import { Forwarder, joined } from "../../../server/threads/forwarder.ts";
import type { CommandBatch, ReplyBatch } from "../../../server/threads/messages.ts";
import { bytes, read } from "../../proto/read-commands.ts";
import { turn } from "../fakes.ts";

function createForwarder(firstId?: number) {
  const posted: CommandBatch[] = [];
  return { posted, forwarder: new Forwarder((batch) => posted.push(batch), firstId) };
}

const words = (text: string): Buffer[] => text.split(" ").map(bytes);
const textOf = (reply: Reply): string => encodeReply(reply, 2).toString("latin1");

/** Replies with these texts to these commands, in this order. */
function replies(...pairs: readonly [id: number, text: string][]): ReplyBatch {
  const parts = pairs.map(([, text]) => bytes(text));
  return {
    kind: "replies",
    ids: pairs.map(([id]) => id),
    lengths: parts.map((part) => part.length),
    bytes: joined(parts),
  };
}

test("commands of one tick travel in one message, those of the next in another", async (t) => {
  const { posted, forwarder } = createForwarder();
  void forwarder.send(41, words("GET a"), 7, 2);
  void forwarder.send(42, words("DEL b c"), 8, 3);
  t.is(posted.length, 0);
  await turn();
  void forwarder.send(41, words("GET d"), 7, 2);
  await turn();
  await turn();
  t.deepEqual(
    posted.map(({ ids, numbers, clients, protocols }) => ({ ids, numbers, clients, protocols })),
    [
      { ids: [1, 2], numbers: [41, 42], clients: [7, 8], protocols: [2, 3] },
      { ids: [3], numbers: [41], clients: [7], protocols: [2] },
    ],
  );
  t.deepEqual(
    posted.map((batch) => read([Buffer.from(batch.bytes)]).commands),
    [
      [
        ["GET", "a", "(get)"],
        ["DEL", "b", "c"],
      ],
      [["GET", "d", "(get)"]],
    ],
  );
});

test("the words are copied at once, into memory that can change hands", async (t) => {
  const { posted, forwarder } = createForwarder();
  const chunk = bytes("GET a");
  void forwarder.send(41, [chunk.subarray(0, 3), chunk.subarray(4)], 1, 2);
  chunk.fill(0);
  await turn();
  t.deepEqual(read([Buffer.from(posted[0]!.bytes)]).commands, [["GET", "a", "(get)"]]);
  t.is(posted[0]!.bytes.byteLength, posted[0]!.bytes.buffer.byteLength);
});

test("replies find their commands in whatever order and grouping they come", async (t) => {
  const { forwarder } = createForwarder();
  const sent = ["a", "b", "c", "d"].map((key) => forwarder.send(41, words(`GET ${key}`), 1, 2));
  await turn();
  forwarder.settle(replies([4, "+d\r\n"], [2, "$-1\r\n"]));
  forwarder.settle(replies([3, ""], [1, "$5\r\n+\r\n$1\r\n"]));
  t.deepEqual((await Promise.all(sent)).map(textOf), ["$5\r\n+\r\n$1\r\n", "$-1\r\n", "", "+d\r\n"]);
});

test("a reply is given once, and one that nobody waits for does no harm", async (t) => {
  const { forwarder } = createForwarder();
  const sent = forwarder.send(41, words("GET a"), 1, 2);
  await turn();
  forwarder.settle(replies([1, "+first\r\n"], [9, "+nobody\r\n"]));
  forwarder.settle(replies([1, "+second\r\n"]));
  t.is(textOf(await sent), "+first\r\n");
});

test("numbers begin anew before they are no small integers any more", async (t) => {
  const { posted, forwarder } = createForwarder(2 ** 30 - 1);
  const sent = [forwarder.send(41, words("GET a"), 1, 2), forwarder.send(41, words("GET b"), 1, 2)];
  await turn();
  t.deepEqual(posted[0]!.ids, [2 ** 30 - 1, 1]);
  forwarder.settle(replies([1, "+b\r\n"], [2 ** 30 - 1, "+a\r\n"]));
  t.deepEqual((await Promise.all(sent)).map(textOf), ["+a\r\n", "+b\r\n"]);
});

test("a small reply does not keep the memory of a large one that came with it", async (t) => {
  const { forwarder } = createForwarder();
  const sent = [forwarder.send(41, words("GET small"), 1, 2), forwarder.send(41, words("GET large"), 1, 2)];
  await turn();
  const batch = replies([1, "+OK\r\n"], [2, `$100000\r\n${"x".repeat(100_000)}\r\n`]);
  forwarder.settle(batch);
  const [small, large] = (await Promise.all(sent)).map((reply) => encodeReply(reply, 2));
  t.not(small!.buffer, batch.bytes.buffer);
  t.is(small!.toString(), "+OK\r\n");
  t.is(large!.buffer, batch.bytes.buffer, "and the large one is not copied");
});
