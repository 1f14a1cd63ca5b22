/**
 * Commands on the bits of a value: SETBIT, GETBIT, BITCOUNT, BITPOS.
 *
 * SETBIT loads first; the others look at what is cached, as GETRANGE does. No more bytes of a value travel between members
 * than the command looks at.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import { type Bits, bitsOf, bytesOf, countOnes, findBit, type Span, spanOf } from "./bit-spans.ts";
import type { CommandContext } from "./command.ts";
import { define } from "./define.ts";
import { edited, LOOK, WHOLE } from "./key-access.ts";
import { defineOperation, operated } from "./operations.ts";
import { int64Of } from "./words.ts";

/** The bits of Redis' longest string. */
const MAX_BITS = 2n ** 32n;

/** The place of a bit; undefined: Redis does not take it for one. */
function offsetOf(arg: Buffer): number | undefined {
  const offset = int64Of(arg);
  return offset === undefined || offset < 0n || offset >= MAX_BITS ? undefined : Number(offset);
}

function setBit(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const at = offsetOf(args[2]!);
  if (at === undefined) return new ErrorReply(errors.bitOffset);
  const bit = int64Of(args[3]!);
  if (bit !== 0n && bit !== 1n) return new ErrorReply(errors.bit);
  return operated(context, args[1]!, { kind: "setBit", argument: Buffer.of(Number(bit)), at }, Number);
}

function getBit(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const at = offsetOf(args[2]!);
  if (at === undefined) return new ErrorReply(errors.bitOffset);
  const byteAt = Math.floor(at / 8);
  const edit = { ...LOOK, wanted: { from: byteAt, to: byteAt } };
  return edited(context, args[1]!, edit, ({ value }) => ((value?.[0] ?? 0) >> (7 - (at % 8))) & 1);
}

const ALL: Span = { ...WHOLE, isBits: false };

/** Looks at a span of a value. As in Redis, wrong words are no error when the key is missing. */
function spanning(
  context: CommandContext,
  key: Buffer,
  span: Span | ErrorReply,
  missing: Reply,
  read: (bits: Bits) => Reply,
): Reply | Promise<Reply> {
  const wanted = span instanceof ErrorReply ? undefined : bytesOf(span);
  return edited(context, key, { ...LOOK, wanted }, ({ held, value, bytes }) => {
    if (!held) return missing;
    return span instanceof ErrorReply ? span : read(bitsOf(span, value!, bytes));
  });
}

function bitCount(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const span = args.length === 2 ? ALL : countedSpanOf(args);
  return spanning(context, args[1]!, span, 0, countOnes);
}

function countedSpanOf({ length, 2: start, 3: end, 4: unit }: readonly Buffer[]): Span | ErrorReply {
  if (length < 4 || length > 5) return new ErrorReply(errors.syntax);
  const bytes = spanOf(start!, end, undefined);
  // Before it looks at the unit, Redis says that a range that ends before it begins has no bits.
  const isOver = !(bytes instanceof ErrorReply) && bytes.to < 0 && bytes.from > bytes.to && bytes.from < 0;
  if (isOver) return { from: 1, to: 0, isBits: false };
  return bytes instanceof ErrorReply ? bytes : spanOf(start!, end, unit);
}

function bitPos(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const bit = int64Of(args[2]!);
  if (bit === undefined) return new ErrorReply(errors.notAnInteger);
  if (bit !== 0n && bit !== 1n) return new ErrorReply(errors.bitArgument);
  const [, key, , start, end, unit] = args;
  const isWrong = args.length > 6;
  const span = isWrong ? new ErrorReply(errors.syntax) : start ? spanOf(start, end, unit) : ALL;
  return spanning(context, key!, span, bit === 1n ? -1 : 0, (bits) => {
    if (bits.first > bits.last) return -1;
    // Without an end the value goes on with zeros for ever.
    const none = bit === 1n || end !== undefined ? -1 : bits.last + 1;
    return findBit(bits, bit === 1n ? 1 : 0) ?? none;
  });
}

/** The commands of this file. */
export const bitCommands = [
  defineOperation("setbit", setBit),
  define("getbit", { run: getBit }),
  define("bitcount", { run: bitCount }),
  define("bitpos", { run: bitPos }),
];
