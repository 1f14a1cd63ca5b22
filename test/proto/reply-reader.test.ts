/** Goal: each form of a reply is read, however it is cut. Method: all forms in one text, whole and byte by byte. */
import test from "ava";
import { type ReadReply, ReplyError, replyReader } from "../../proto/reply-reader.ts";

test("replies are read whole and byte by byte", (t) => {
  const text = "+OK\r\n:5\r\n$-1\r\n$2\r\n\xff\0\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n*-1\r\n-ERR no\r\n";
  const expected = [Buffer.from("OK"), 5, null, Buffer.from([255, 0]), [Buffer.from("a"), [1]], null];
  for (const size of [1, text.length]) {
    const replies: ReadReply[] = [];
    const read = replyReader(
      (reply) => replies.push(reply),
      (error) => t.fail(error.message),
    );
    const bytes = Buffer.from(text, "latin1");
    for (let at = 0; at < bytes.length; at += size) read(Buffer.from(bytes.subarray(at, at + size)));
    const error = replies.pop();
    t.deepEqual(replies, expected);
    t.true(error instanceof ReplyError);
    t.is((error as ReplyError).message, "ERR no");
  }
});

test("bytes that are no RESP fail", (t) => {
  let failed = 0;
  replyReader(
    () => t.fail(),
    () => failed++,
  )(Buffer.from("HTTP/1.1 400\r\n"));
  t.is(failed, 1);
});
