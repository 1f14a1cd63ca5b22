/**
 * Goal: carrotCache answers commands as redis-server 7 does, byte for byte, except for the differences that are listed.
 * Method: generated streams, sound and damaged, as arrays and inline, cut at random, go to both; every reply is
 * compared. This file compares some hundred streams, differential.long.test.ts thousands, and `npm run differential --
 * --streams 100000` more. SEED=n replays.
 */
import test from "ava";
import { compareStreams } from "./compare.ts";
import { describe, explore } from "./explore.ts";
import { splitReplies } from "./replies.ts";
import { testStreams } from "./stream-tests.ts";
import type { Stream } from "./streams.ts";

testStreams("replies to generated streams are those of redis-server", 500);

const PARTS = [
  "+OK\r\n",
  "-ERR no\r\n",
  ":-12\r\n",
  "$-1\r\n",
  "$0\r\n\r\n",
  "$4\r\n\r\n*1\r\n",
  "*-1\r\n",
  "*0\r\n",
  "*2\r\n$1\r\na\r\n*1\r\n:1\r\n",
  "_\r\n",
  "#t\r\n",
  ",1.5\r\n",
  "=5\r\ntxt:a\r\n",
  "%1\r\n+a\r\n~1\r\n:1\r\n",
  ">2\r\n+a\r\n_\r\n",
];

test("a stream of replies is cut where they end, and what is not whole is left over", (t) => {
  const text = PARTS.join("");
  t.deepEqual(splitReplies(text), { replies: PARTS, rest: "" });
  for (let length = 0; length < text.length; length++) {
    const { replies, rest } = splitReplies(text.slice(0, length));
    t.deepEqual(replies, PARTS.slice(0, replies.length));
    t.is(replies.join("") + rest, text.slice(0, length));
  }
});

function asking(...words: readonly string[]): Stream {
  return { asked: [{ words, inline: true }], text: `${words.join(" ")}\r\n`, damaged: false, cuts: [] };
}

test("replies that differ are a difference, unless it is listed for this very command", (t) => {
  const foreign = new Set(["lpush"]);
  const compare = (stream: Stream, ours: string, theirs: string) =>
    compareStreams(stream, ours, theirs, foreign);
  t.is(compare(asking("GET", "a"), "$1\r\nx\r\n", "$1\r\nx\r\n"), "equal");
  t.is(compare(asking("GET", "a"), "$1\r\nx\r\n", "$1\r\ny\r\n"), "different");
  t.is(compare(asking("GET", "a"), "$-1\r\n", "$-1\r\n$-1\r\n"), "different");
  t.is(compare(asking("TTL", "a"), ":1000\r\n", ":999\r\n"), "different");
  t.is(compare(asking("PTTL", "a"), ":1000000\r\n", ":1000012\r\n"), "listed");
  t.is(compare(asking("PTTL", "a"), ":1000000\r\n", ":-1\r\n"), "different");
  t.is(
    compare(asking("KEYS", "*"), "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "*2\r\n$1\r\nb\r\n$1\r\na\r\n"),
    "listed",
  );
  t.is(compare(asking("KEYS", "*"), "*1\r\n$1\r\na\r\n", "*1\r\n$1\r\nb\r\n"), "different");
  t.is(compare(asking("INFO"), "-ERR no\r\n", "$0\r\n\r\n"), "different");
  t.is(compare(asking("LPUSH", "a"), "-ERR unknown command 'LPUSH', with\r\n", "-ERR wrong\r\n"), "listed");
  t.is(compare(asking("GET", "a"), "-ERR unknown command 'GET', with\r\n", "$-1\r\n"), "different");
});

test("a life of more than 500 years that damage has made is no difference", (t) => {
  const damaged = { ...asking("TTL", "a"), damaged: true };
  const [ours, theirs] = [":15778800000\r\n", ":38000000000\r\n"];
  t.is(compareStreams(damaged, ours, theirs, new Set()), "listed");
  t.is(compareStreams({ ...damaged, damaged: false }, ours, theirs, new Set()), "different");
  t.is(compareStreams(damaged, ours, ":1000\r\n", new Set()), "different");
  t.is(compareStreams(damaged, "+15778800000\r\n", theirs, new Set()), "different");
});

test("the first difference is found and made small", async (t) => {
  const compare = async ({ asked }: Stream) => ({
    comparison: asked.length > 2 ? ("different" as const) : ("equal" as const),
    ours: "+a\r\n",
    theirs: "+b\r\n",
  });
  const { found } = await explore({ compare }, 1, 1000);
  t.is(found!.ours, "+a\r\n");
  t.regex(describe(found!), /redis-server: "\+b/);
});
