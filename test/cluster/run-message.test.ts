/**
 * Goal: the words of a command and what comes of it cross the link unchanged; words that are cut short or too many are
 * refused before they become objects.
 */
import test from "ava";
import fc from "fast-check";
import { isLongRequest } from "../../cluster/frame-kinds.ts";
import type { Ran } from "../../cluster/run.ts";
import {
  fittingRan,
  packWords,
  ranMessageOf,
  ranOf,
  refusedRun,
  unpackWords,
  unsendable,
} from "../../cluster/run-message.ts";
import { carrot } from "../../proto/generated/carrot.js";

const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));

test("words are the same on the other side, in a frame that may be long", (t) => {
  const property = fc.property(fc.array(bytes), (words) => {
    const frame = carrot.Frame.encode({ run: { id: 7, words: packWords(words) } }).finish();
    t.true(isLongRequest(frame));
    t.deepEqual(unpackWords(carrot.Frame.decode(frame).run!.words!), words);
  });
  fc.assert(property);
});

test("words that are cut anywhere are refused", (t) => {
  const packed = packWords([Buffer.from("RENAME"), Buffer.from("a"), Buffer.from("b")]);
  const whole = [10, 15, packed.length];
  for (let end = 1; end <= packed.length; end++)
    t.is(unpackWords(packed.subarray(0, end)) !== undefined, whole.includes(end), `${end}`);
});

test("65,536 words are taken, one more is neither sent nor read", (t) => {
  const words = Array.from({ length: 65_536 }, () => Buffer.alloc(0));
  t.is(unpackWords(packWords(words))?.length, 65_536);
  t.is(unsendable(words, 1 << 20), undefined);
  words.push(Buffer.alloc(0));
  t.is(unpackWords(packWords(words)), undefined);
  t.is(unsendable(words, 1 << 20), "too many words for the peer link (max 65536)");
});

test("words longer than the member reads are not sent", (t) => {
  const words = [Buffer.from("EVAL"), Buffer.alloc(1000)];
  t.is(unsendable(words, 1044), undefined);
  t.is(unsendable(words, 1043), "command is too large for the member that owns its keys");
});

test("what comes of a command is the same on the other side, and is no view on the frame", (t) => {
  const ran: fc.Arbitrary<Ran> = fc.record({
    reply: bytes,
    reply3: fc.option(bytes, { nil: undefined }),
    changed: fc.array(bytes),
    error: fc.constantFrom(undefined, "peer busy"),
  });
  const property = fc.property(ran, (made) => {
    const frame = Buffer.from(carrot.Frame.encode({ ran: ranMessageOf(9, made) }).finish());
    const got = ranOf(carrot.Frame.decode(frame).ran!);
    frame.fill(0);
    t.deepEqual(got, made);
  });
  fc.assert(property);
  t.is(ranOf({ leaving: true }), undefined);
});

test("a reply that the other side cannot read becomes an error that says that the command has run", (t) => {
  const ran = { ...refusedRun(""), error: undefined, reply: Buffer.alloc(1000), changed: [Buffer.from("k")] };
  t.is(fittingRan(ran, 2000), ran);
  t.like(fittingRan(ran, 1000), {
    error: "the command has run, but its reply is too large for the member that asked",
    changed: ran.changed,
  });
});
