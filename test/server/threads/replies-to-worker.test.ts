/**
 * Goal: the replies and pushes of one tick are two messages at most; pushes that concern replies which clients have had go
 * behind the replies, all others with them; a reply that cannot be encoded harms no other client.
 * Method: the test takes the messages where they would be posted.
 */
import test from "ava";
import { errors } from "../../../proto/error-texts.ts";
import { OK, Push, SimpleString } from "../../../proto/reply.ts";
import type { ClientPush, ReplyBatch, ToWorker } from "../../../server/threads/messages.ts";
import { RepliesToWorker } from "../../../server/threads/replies-to-worker.ts";
import { turn } from "../fakes.ts";
import { textsOf } from "./fake-worker.ts";

function createReplies() {
  const posted: ToWorker[] = [];
  const moved: ArrayBuffer[][] = [];
  const failures: unknown[] = [];
  const post = (message: ToWorker, memory: ArrayBuffer[]) => {
    posted.push(message);
    moved.push(memory);
  };
  const replies = new RepliesToWorker({ post, failed: (error) => failures.push(error) });
  return { replies, posted, moved, failures };
}

test("the replies of one tick are one message, and its memory changes threads", async (t) => {
  const { replies, posted, moved } = createReplies();
  replies.reply(7, OK, 2);
  replies.reply(5, undefined, 3);
  replies.reply(6, null, 3);
  t.deepEqual(posted, []);
  await turn();
  t.deepEqual((posted as ReplyBatch[]).map(textsOf), [{ 7: "+OK\r\n", 5: "", 6: "_\r\n" }]);
  t.deepEqual(moved, [[(posted[0] as ReplyBatch).bytes.buffer as ArrayBuffer]]);
  replies.reply(8, OK, 2);
  await turn();
  t.is(posted.length, 2);
});

const shown = ({ pushes }: { readonly pushes: readonly ClientPush[] }) =>
  pushes.map(({ client, atOnce, bytes2, bytes3 }) => [client, atOnce, String(bytes2), String(bytes3)]);

test("pushes at once are a message behind the replies, all others travel with the replies", async (t) => {
  const { replies, posted } = createReplies();
  replies.push(1, new SimpleString("first"), true);
  replies.reply(7, OK, 2);
  replies.push(2, null);
  replies.push(1, new SimpleString("second"), true);
  await turn();
  t.deepEqual(
    posted.map(({ kind }) => kind),
    ["replies", "pushes"],
  );
  t.deepEqual(
    posted.map((message) => shown(message as ReplyBatch)),
    [
      [[2, false, "$-1\r\n", "_\r\n"]],
      [
        [1, true, "+first\r\n", "+first\r\n"],
        [1, true, "+second\r\n", "+second\r\n"],
      ],
    ],
  );
});

test("what microtasks of the tick push travels with its replies; without a reply all pushes are one message", async (t) => {
  const { replies, posted } = createReplies();
  // As when a message of the worker has come: ticks go before microtasks there.
  setImmediate(() => {
    queueMicrotask(() => replies.push(2, null));
    replies.reply(7, OK, 2);
  });
  await turn();
  await turn();
  t.deepEqual(
    (posted as ReplyBatch[]).map(({ kind, pushes }) => [kind, pushes.length]),
    [["replies", 1]],
  );
  replies.push(1, null, true);
  replies.push(2, null);
  await turn();
  t.deepEqual([posted.length, posted[1]!.kind, shown(posted[1] as ReplyBatch).length], [2, "pushes", 2]);
});

test("what a command has pushed to its own client follows its reply, in the dialect of the reply", async (t) => {
  const { replies, posted } = createReplies();
  replies.reply(1, OK, 3, [new Push(["a"]), new Push(["b"])]);
  replies.reply(2, undefined, 2, [new Push(["c"])]);
  replies.reply(3, OK, 2);
  replies.fail(4, new Error("broken"), 2, [null]);
  await turn();
  const internal = `-${errors.internal}\r\n`;
  t.deepEqual((posted as ReplyBatch[]).map(textsOf), [
    {
      1: "+OK\r\n|>1\r\n$1\r\na\r\n>1\r\n$1\r\nb\r\n",
      2: "|*1\r\n$1\r\nc\r\n",
      3: "+OK\r\n",
      4: `${internal}|$-1\r\n`,
    },
  ]);
});

test("a reply that cannot be encoded is an error reply and is reported, like a command that failed", async (t) => {
  const { replies, posted, failures } = createReplies();
  replies.reply(1, 0.5, 2);
  replies.reply(2, OK, 2);
  replies.fail(3, new Error("broken"), 2);
  await turn();
  const internal = `-${errors.internal}\r\n`;
  t.deepEqual((posted as ReplyBatch[]).map(textsOf), [{ 1: internal, 2: "+OK\r\n", 3: internal }]);
  t.deepEqual(failures.map(String), ["RangeError: not an integer reply: 0.5", "Error: broken"]);
});
