/**
 * Goal: a body is one value, byte by byte, however it comes; an announced one has its memory at once; never more is taken than the
 * limit.
 * Method: chunks by hand; the test looks at the memory that the value lies in.
 */
import test from "ava";
import fc from "fast-check";
import { ValueTooLarge } from "../../../server/loaders/errors.ts";
import { HttpBody } from "../../../server/loaders/http-body.ts";

const LIMIT = 100_000;

function bodyOf(chunks: readonly Uint8Array[], announced: number | undefined, limit = LIMIT): Buffer {
  const body = new HttpBody(announced, limit);
  for (const chunk of chunks) body.add(Buffer.from(chunk));
  return body.end();
}

test("a body is its chunks one behind the other, whether its length is announced or not", (t) => {
  const chunk = fc
    .tuple(fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 9000 })), fc.nat({ max: 255 }))
    .map(([length, byte]) => Buffer.alloc(length, byte));
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 11 }), (chunks) => {
      const whole = Buffer.concat(chunks);
      return bodyOf(chunks, whole.length).equals(whole) && bodyOf(chunks, undefined).equals(whole);
    }),
  );
  t.pass();
});

test("one chunk is the body as it is", (t) => {
  for (const announced of [undefined, 5]) {
    const chunk = Buffer.from("hello");
    const body = new HttpBody(announced, LIMIT);
    body.add(chunk);
    t.is(body.end(), chunk);
  }
});

test("an announced body has its memory with the first chunk, and the value is that memory", (t) => {
  const body = new HttpBody(LIMIT, LIMIT);
  for (let i = 0; i < LIMIT / 1000; i++) body.add(Buffer.alloc(1000, i));
  t.throws(() => body.add(Buffer.alloc(1)), { instanceOf: ValueTooLarge });
  const value = body.end();
  t.deepEqual([value.length, value.buffer.byteLength], [LIMIT, LIMIT]);
});

test("what is announced beyond the limit takes no more memory than the limit", (t) => {
  const value = bodyOf([Buffer.from("a"), Buffer.from("b")], 2 ** 40);
  t.is(value.buffer.byteLength, LIMIT);
  t.is(String(value), "ab");
});

test("the byte beyond the limit is refused, with what has come before it", (t) => {
  for (const announced of [undefined, 10, LIMIT]) {
    t.throws(() => bodyOf([Buffer.alloc(LIMIT + 1)], announced), { instanceOf: ValueTooLarge });
    t.throws(() => bodyOf([Buffer.alloc(LIMIT), Buffer.alloc(1)], announced), { instanceOf: ValueTooLarge });
    t.is(bodyOf([Buffer.alloc(1), Buffer.alloc(LIMIT - 1)], announced).length, LIMIT);
  }
});

test("a body in chunks of one byte is joined of few pieces: an object for each byte would take a hundred times its memory", (t) => {
  const length = 1 << 17;
  const body = new HttpBody(undefined, length);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  for (let i = 0; i < length; i++) body.add(bytes.subarray(i & 255, (i & 255) + 1));
  const { concat } = Buffer;
  let pieces = 0;
  Buffer.concat = (list, total) => {
    pieces = list.length;
    return concat(list, total);
  };
  const value = body.end();
  Buffer.concat = concat;
  t.true(pieces < 10, `${pieces} pieces`);
  t.true(value.equals(Buffer.alloc(length, bytes)));
});
