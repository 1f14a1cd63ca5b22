/**
 * Goal: each command that is handed over gets its own reply, however commands and replies are batched and ordered.
 * Method: the test takes the messages where they would be posted, reads them back as commands, and answers them.
 */
import test from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import { encodeReply, type Reply } from "../../../proto/reply.ts";
import { CommandsToMain, MISSED } from "../../../server/threads/commands-to-main.ts";
import { joinedBytes } from "../../../server/threads/joined-bytes.ts";
import type { CommandBatch, ReplyBatch } from "../../../server/threads/messages.ts";
import { bytes, read } from "../../proto/read-commands.ts";
import { turn } from "../fakes.ts";

function createCommands(lastId?: number) {
  const posted: CommandBatch[] = [];
  return { posted, commands: new CommandsToMain((batch) => posted.push(batch), lastId) };
}

const words = (text: string): Buffer[] => text.split(" ").map(bytes);
const textOf = (reply: Reply): string => encodeReply(reply, 2).toString("latin1");

/** A batch with these texts as the replies to the commands with these ids. */
function replies(...pairs: readonly [id: number, text: string][]): ReplyBatch {
  const parts = pairs.map(([, text]) => bytes(text));
  return {
    kind: "replies",
    ids: pairs.map(([id]) => id),
    lengths: parts.map((part) => part.length),
    behind: undefined,
    bytes: joinedBytes(parts),
    pushes: [],
  };
}

/** A client that sends commands. */
const ONE = { id: 1, protocol: 2, database: 0 } as const;

test("the commands of one tick travel in one message, those of the next tick in another", async (t) => {
  const { posted, commands } = createCommands();
  void commands.send(41, words("GET a"), { id: 7, protocol: 2, database: 0 });
  void commands.send(42, words("DEL b c"), { id: 8, protocol: 3, database: 5 });
  t.is(posted.length, 0);
  await turn();
  void commands.send(41, words("GET d"), { id: 7, protocol: 2, database: 0 });
  await turn();
  await turn();
  t.deepEqual(
    posted.map(({ bytes: _, kind: _kind, ...columns }) => columns),
    [
      { ids: [1, 2], numbers: [41, 42], clients: [7, 8], protocols: [2, 3], databases: [0, 5] },
      { ids: [3], numbers: [41], clients: [7], protocols: [2], databases: [0] },
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

test("the words are copied at once, into memory that can change threads", async (t) => {
  const { posted, commands } = createCommands();
  const chunk = bytes("GET a");
  void commands.send(41, [chunk.subarray(0, 3), chunk.subarray(4)], ONE);
  chunk.fill(0);
  await turn();
  t.deepEqual(read([Buffer.from(posted[0]!.bytes)]).commands, [["GET", "a", "(get)"]]);
  t.is(posted[0]!.bytes.byteLength, posted[0]!.bytes.buffer.byteLength);
});

test("each reply reaches its command, in whatever order and batches replies come", async (t) => {
  const { commands } = createCommands();
  const sent = ["a", "b", "c", "d"].map((key) => commands.send(41, words(`GET ${key}`), ONE));
  await turn();
  commands.settle(replies([4, "+d\r\n"], [2, "$-1\r\n"]));
  commands.settle(replies([3, ""], [1, "$5\r\n+\r\n$1\r\n"]));
  t.deepEqual((await Promise.all(sent)).map(textOf), ["$5\r\n+\r\n$1\r\n", "$-1\r\n", "", "+d\r\n"]);
});

test("what a command has pushed to its own client stands apart from the reply, and is no other command's", async (t) => {
  const { commands } = createCommands();
  const sent = ["a", "b", "c"].map((key) => commands.send(41, words(`SET ${key} v`), ONE));
  await turn();
  const batch = replies([1, "+a\r\n"], [2, "+b\r\n>push\r\n"], [3, "+c\r\n"]);
  commands.settle({ ...batch, lengths: [4, 4, 4], behind: new Map([[1, 7]]) });
  const got = (await Promise.all(sent)).map(({ bytes: reply, behind }) => [
    String(reply),
    behind && String(behind),
  ]);
  t.deepEqual(got, [
    ["+a\r\n", undefined],
    ["+b\r\n", ">push\r\n"],
    ["+c\r\n", undefined],
  ]);
});

test("a second reply to a command, and a reply to no command, do nothing", async (t) => {
  const { commands } = createCommands();
  const sent = commands.send(41, words("GET a"), ONE);
  await turn();
  commands.settle(replies([1, "+first\r\n"], [9, "+nobody\r\n"]));
  commands.settle(replies([1, "+second\r\n"]));
  t.is(textOf(await sent), "+first\r\n");
});

test("ids begin at 0 again after the largest small integer", async (t) => {
  const { posted, commands } = createCommands(2 ** 30 - 2);
  const sent = [commands.send(41, words("GET a"), ONE), commands.send(41, words("GET b"), ONE)];
  await turn();
  t.deepEqual(posted[0]!.ids, [2 ** 30 - 1, 0]);
  commands.settle(replies([0, "+b\r\n"], [2 ** 30 - 1, "+a\r\n"]));
  t.deepEqual((await Promise.all(sent)).map(textOf), ["+a\r\n", "+b\r\n"]);
});

test("a small reply does not keep a large one of the same batch in memory", async (t) => {
  const { commands } = createCommands();
  const sent = [commands.send(41, words("GET small"), ONE), commands.send(41, words("GET large"), ONE)];
  await turn();
  const batch = replies([1, "+OK\r\n"], [2, `$100000\r\n${"x".repeat(100_000)}\r\n`]);
  commands.settle(batch);
  const [small, large] = (await Promise.all(sent)).map((reply) => encodeReply(reply, 2));
  t.not(small!.buffer, batch.bytes.buffer);
  t.is(small!.toString(), "+OK\r\n");
  t.is(large!.buffer, batch.bytes.buffer, "and the large one is not copied");
});

test("a miss travels among the commands of its tick, and its waiter gets the outcome", async (t) => {
  const { posted, commands } = createCommands();
  const outcomes: Outcome[] = [];
  const waiter = (outcome: Outcome) =>
    void outcomes.push(
      outcome.kind === "value" ? { ...outcome, value: Buffer.from(outcome.value) } : outcome,
    );
  const key = Buffer.from("k\xff", "latin1");
  commands.sendMiss(key, waiter);
  key.fill(0);
  void commands.send(41, words("EXISTS k"), ONE);
  commands.sendMiss(bytes("k2"), waiter);
  commands.sendMiss(bytes("k3"), waiter);
  await turn();
  t.deepEqual(posted[0]!.numbers, [MISSED, 41, MISSED, MISSED]);
  t.deepEqual(read([Buffer.from(posted[0]!.bytes)]).commands, [["k\xff"], ["EXISTS", "k"], ["k2"], ["k3"]]);
  commands.settle(replies([4, "-ERR down\r\n"], [3, "$-1\r\n"], [1, "$2\r\n\r\n\r\n"]));
  t.deepEqual(outcomes, [
    { kind: "error", text: "down" },
    { kind: "absent", ttlMs: undefined },
    { kind: "value", value: Buffer.from("\r\n"), ttlMs: undefined },
  ]);
});
