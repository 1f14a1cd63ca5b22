/**
 * Commands that go through the keys of the whole cluster: SCAN, KEYS, RANDOMKEY.
 *
 * Each key is reported by the member that answers for it now; a cached "not found" is not reported. The commands take
 * keys in pieces, so that other clients have their turn in between.
 */
import { errors } from "../../proto/error-texts.ts";
import { Encoded, ErrorReply, type Reply } from "../../proto/reply.ts";
import type { CommandContext } from "./command.ts";
import { define } from "./define.ts";
import { int64Of, wordOf } from "./words.ts";

/** How many entries SCAN looks at without COUNT. */
const DEFAULT_COUNT = 10;
/** One SCAN looks at no more entries, whatever COUNT says. With keys of 100 bytes its reply is a megabyte. */
const MAX_COUNT = 10_000;
/** The time of a match grows with the length of the pattern times the length of the key. */
const MAX_PATTERN_BYTES = 1024;

interface ScanWords {
  count: number;
  pattern: Buffer | undefined;
  type: string | undefined;
}

/** A cursor as Redis reads it, with strtoul: up to 64 bits, a sign in front, 0 for an empty word. */
function cursorOf(arg: Buffer): bigint | undefined {
  const nul = arg.indexOf(0);
  const text = arg.toString("latin1", 0, nul < 0 ? Math.min(arg.length, 64) : Math.min(nul, 64));
  if (text === "") return 0n;
  if (arg.length > 64 || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  const digits = BigInt(text.replace(/^[+-]/, ""));
  if (digits !== BigInt.asUintN(64, digits)) return undefined;
  return text.startsWith("-") ? BigInt.asUintN(64, -digits) : digits;
}

/** `*` is no pattern, because every key matches it. */
function patternOf(arg: Buffer): Buffer | undefined {
  return arg.length === 1 && arg[0] === 0x2a ? undefined : Buffer.from(arg);
}

function readScanWords(words: readonly Buffer[]): ScanWords | ErrorReply {
  const read: ScanWords = { count: DEFAULT_COUNT, pattern: undefined, type: undefined };
  for (let i = 0; i < words.length; i += 2) {
    const word = wordOf(words[i]!);
    const arg = words[i + 1];
    if (arg === undefined) return new ErrorReply(errors.syntax);
    if (word === "count") {
      const count = int64Of(arg);
      if (count === undefined) return new ErrorReply(errors.notAnInteger);
      if (count < 1n) return new ErrorReply(errors.syntax);
      read.count = count > MAX_COUNT ? MAX_COUNT : Number(count);
    } else if (word === "match") {
      if (arg.length > MAX_PATTERN_BYTES) return new ErrorReply(errors.patternTooLong(MAX_PATTERN_BYTES));
      read.pattern = patternOf(arg);
    } else if (word === "type") read.type = wordOf(arg);
    else return new ErrorReply(errors.syntax);
  }
  return read;
}

async function scan(args: readonly Buffer[], { node, database }: CommandContext): Promise<Reply> {
  const cursor = cursorOf(args[1]!);
  if (cursor === undefined) return new ErrorReply(errors.invalidCursor);
  const words = readScanWords(args.slice(2));
  if (words instanceof ErrorReply) return words;
  // Every value is a string.
  if (words.type !== undefined && words.type !== "string") return ["0", []];
  const piece = await node.cache.scan.step(cursor, words.count, { database, pattern: words.pattern });
  return [String(piece.cursor), piece.keys];
}

/** Keys as elements of a reply. Both dialects have the same bytes for them. */
function encoded(keys: readonly Buffer[]): Buffer {
  const end = Buffer.from("\r\n");
  return Buffer.concat(keys.flatMap((key) => [Buffer.from(`$${key.length}\r\n`), key, end]));
}

/** Ends with an error as soon as the reply is longer than the client's output limit. */
async function keys(args: readonly Buffer[], { node, database }: CommandContext): Promise<Reply> {
  if (args[1]!.length > MAX_PATTERN_BYTES) return new ErrorReply(errors.patternTooLong(MAX_PATTERN_BYTES));
  const parts: Buffer[] = [];
  let count = 0;
  let bytes = 0;
  for await (const piece of node.cache.scan.all({ database, pattern: patternOf(args[1]!) })) {
    const part = encoded(piece);
    bytes += part.length;
    if (bytes > node.conf.maxOutputBytes) return new ErrorReply(errors.tooManyKeys(node.conf.maxOutputBytes));
    parts.push(part);
    count += piece.length;
  }
  return new Encoded(Buffer.concat([Buffer.from(`*${count}\r\n`), ...parts]));
}

async function randomKey(_args: readonly Buffer[], { node, database }: CommandContext): Promise<Reply> {
  return (await node.cache.scan.random(database)) ?? null;
}

/** The commands of this file. */
export const scanCommands = [
  define("scan", { run: scan }),
  define("keys", { run: keys }),
  define("randomkey", { run: randomKey }),
];
