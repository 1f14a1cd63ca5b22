/** Goal: every kind of reply has the right bytes in both dialects. Method: a table, and redis-parser as second judge. */
import test from "ava";
import RedisParser from "redis-parser";
import {
  Double,
  ErrorReply,
  encodeReply,
  NullArray,
  OK,
  Push,
  type Reply,
  Several,
  SimpleString,
  Verbatim,
} from "../../proto/reply.ts";

const table: readonly [name: string, reply: Reply, resp2: string, resp3: string][] = [
  ["null", null, "$-1\r\n", "_\r\n"],
  ["integer", 42, ":42\r\n", ":42\r\n"],
  ["negative integer", -2, ":-2\r\n", ":-2\r\n"],
  ["64-bit integer", -(2n ** 63n), ":-9223372036854775808\r\n", ":-9223372036854775808\r\n"],
  ["true", true, ":1\r\n", "#t\r\n"],
  ["false", false, ":0\r\n", "#f\r\n"],
  ["text", "Möhre", "$6\r\nMöhre\r\n", "$6\r\nMöhre\r\n"],
  ["no text", "", "$0\r\n\r\n", "$0\r\n\r\n"],
  ["bytes", Buffer.from("a\r\nb"), "$4\r\na\r\nb\r\n", "$4\r\na\r\nb\r\n"],
  ["plain Uint8Array", new Uint8Array([97]), "$1\r\na\r\n", "$1\r\na\r\n"],
  ["status", OK, "+OK\r\n", "+OK\r\n"],
  ["error", new ErrorReply("ERR no"), "-ERR no\r\n", "-ERR no\r\n"],
  ["report", new Verbatim("é"), "$2\r\né\r\n", "=6\r\ntxt:é\r\n"],
  ["double", new Double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"],
  ["infinity", new Double(Number.POSITIVE_INFINITY), "$3\r\ninf\r\n", ",inf\r\n"],
  ["minus infinity", new Double(Number.NEGATIVE_INFINITY), "$4\r\n-inf\r\n", ",-inf\r\n"],
  ["no number", new Double(Number.NaN), "$3\r\nnan\r\n", ",nan\r\n"],
  ["array", [1, null, "a"], "*3\r\n:1\r\n$-1\r\n$1\r\na\r\n", "*3\r\n:1\r\n_\r\n$1\r\na\r\n"],
  ["empty array", [], "*0\r\n", "*0\r\n"],
  ["nested arrays", [[], [[true]]], "*2\r\n*0\r\n*1\r\n*1\r\n:1\r\n", "*2\r\n*0\r\n*1\r\n*1\r\n#t\r\n"],
  [
    "map",
    new Map<string, Reply>([["k", [1]]]),
    "*2\r\n$1\r\nk\r\n*1\r\n:1\r\n",
    "%1\r\n$1\r\nk\r\n*1\r\n:1\r\n",
  ],
  ["set", new Set<Reply>(["a", 1]), "*2\r\n$1\r\na\r\n:1\r\n", "~2\r\n$1\r\na\r\n:1\r\n"],
  ["no array", new NullArray(), "*-1\r\n", "_\r\n"],
  ["push", new Push(["a", null]), "*2\r\n$1\r\na\r\n$-1\r\n", ">2\r\n$1\r\na\r\n_\r\n"],
];

for (const [name, reply, resp2, resp3] of table) {
  test(`encodes in both dialects: ${name}`, (t) => {
    t.is(encodeReply(reply, 2).toString(), resp2);
    t.is(encodeReply(reply, 3).toString(), resp3);
  });
}

test("several replies stand one behind the other", (t) => {
  const several = new Several([new Push(["a"]), null, 1]);
  t.is(encodeReply(several, 2).toString(), "*1\r\n$1\r\na\r\n$-1\r\n:1\r\n");
  t.is(encodeReply(several, 3).toString(), ">1\r\n$1\r\na\r\n_\r\n:1\r\n");
});

test("data cannot end a status or an error line", (t) => {
  for (const protocol of [2, 3] as const) {
    t.is(encodeReply(new ErrorReply("ERR a\r\n+OK\nb"), protocol).toString(), "-ERR a  +OK b\r\n");
    t.is(encodeReply(new SimpleString("a\r\n-ERR"), protocol).toString(), "+a  -ERR\r\n");
  }
});

test("a number that is no safe integer is refused, not written", (t) => {
  for (const number of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2n ** 63n]) {
    t.throws(() => encodeReply(number, 2), { instanceOf: RangeError });
  }
});

test("a RESP2 reply is one reply to redis-parser, and all of it", (t) => {
  const replies: unknown[] = [];
  const collect = (reply: unknown) => void replies.push(reply);
  const parser = new RedisParser({ returnReply: collect, returnError: collect });
  for (const [, reply] of table) parser.execute(encodeReply(reply, 2));
  t.is(replies.length, table.length);
});
