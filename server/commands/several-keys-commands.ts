/**
 * Commands on several keys that must be one step: MSETNX, RENAME, RENAMENX, COPY, LCS.
 *
 * They run whole at the owner of all their keys, on what it holds. None of them loads.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import type { CommandContext } from "./command.ts";
import { edited, glimpse, LOOK, tooLong, unkeepable, WHOLE } from "./key-access.ts";
import { longestCommon } from "./longest-common.ts";
import { keep } from "./set-commands.ts";
import { defineWhole } from "./whole-commands.ts";
import { integerOf, wordOf } from "./words.ts";

interface Held {
  readonly value: Buffer;
  readonly life: number | "endless";
}

/** The value and the lifetime that are held of a key; undefined: none. Counts as a use. */
function heldOf(key: Buffer, context: CommandContext): Held | undefined {
  const [{ kind, ttlMs }] = glimpse([key], context) as [Awaited<ReturnType<typeof glimpse>>[number]];
  if (kind !== "value") return undefined;
  const value = edited(context, key, { ...LOOK, wanted: WHOLE }, ({ value: bytes }) => bytes ?? null);
  return value instanceof Buffer ? { value, life: ttlMs ?? "endless" } : undefined;
}

/** Sets `to` to what is held of another key. */
function put(
  to: Buffer,
  { value, life }: Held,
  context: CommandContext,
  event?: string,
): ErrorReply | undefined {
  const reply = keep(to, value, context, { life, ...(event && { event }) }, () => OK);
  return reply instanceof ErrorReply ? reply : undefined;
}

function msetnx(args: readonly Buffer[], context: CommandContext): Reply {
  if (args.length % 2 === 0) return new ErrorReply(errors.wrongArity("msetnx"));
  for (let i = 1; i < args.length; i += 2) {
    const refused = unkeepable(args[i]!, args[i + 1]!, context);
    if (refused !== undefined) return refused;
  }
  const keys = args.filter((_, i) => i % 2 === 1);
  const held = glimpse(keys, context) as Awaited<ReturnType<typeof glimpse>>;
  if (held.some(({ kind }) => kind === "value")) return 0;
  for (let i = 1; i < args.length; i += 2) {
    const refused = put(args[i]!, { value: args[i + 1]!, life: "endless" }, context);
    if (refused !== undefined) return refused;
  }
  return 1;
}

/** As in Redis, a key that gets its own name back is left as it is. */
function rename([, from, to]: readonly Buffer[], context: CommandContext, isNew: boolean): Reply {
  const refused = tooLong([from!, to!], context);
  if (refused !== undefined) return refused;
  const held = heldOf(from!, context);
  if (held === undefined) return new ErrorReply(errors.noSuchKey);
  if (isNew && heldOf(to!, context) !== undefined) return 0;
  if (!from!.equals(to!)) {
    // Removed first: a full store may have room for one of the two only.
    void edited(context, from!, { ...LOOK, value: null, event: "rename_from" }, () => null);
    const failed = put(to!, held, context, "rename_to");
    if (failed !== undefined) return failed;
  }
  return isNew ? 1 : OK;
}

/** Whether the words behind COPY a b ask to replace; or what is wrong with them. */
function copyWords(words: readonly Buffer[], { node, database }: CommandContext): boolean | ErrorReply {
  let replaces = false;
  for (let i = 0; i < words.length; i++) {
    const word = wordOf(words[i]!);
    if (word === "replace") replaces = true;
    else if (word === "db" && i + 1 < words.length) {
      const other = integerOf(words[++i]!);
      if (other === undefined) return new ErrorReply(errors.notAnInteger);
      if (other < 0 || other >= node.conf.databases) return new ErrorReply(errors.dbIndex);
      if (other !== database) return new ErrorReply(errors.copyElsewhere);
    } else return new ErrorReply(errors.syntax);
  }
  return replaces;
}

function copy([, from, to, ...words]: readonly Buffer[], context: CommandContext): Reply {
  const replaces = copyWords(words, context);
  if (replaces instanceof ErrorReply) return replaces;
  const refused = tooLong([from!, to!], context);
  if (refused !== undefined) return refused;
  if (from!.equals(to!)) return new ErrorReply(errors.sameKey);
  const held = heldOf(from!, context);
  if (held === undefined || (!replaces && heldOf(to!, context) !== undefined)) return 0;
  return put(to!, held, context, "copy_to") ?? 1;
}

interface LcsWords {
  wantsLength: boolean;
  wantsPlaces: boolean;
  wantsLengths: boolean;
  least: number;
}

function lcsWords(words: readonly Buffer[]): LcsWords | ErrorReply {
  const read: LcsWords = { wantsLength: false, wantsPlaces: false, wantsLengths: false, least: 0 };
  for (let i = 0; i < words.length; i++) {
    const word = wordOf(words[i]!);
    if (word === "idx") read.wantsPlaces = true;
    else if (word === "len") read.wantsLength = true;
    else if (word === "withmatchlen") read.wantsLengths = true;
    else if (word === "minmatchlen" && i + 1 < words.length) {
      const least = integerOf(words[++i]!);
      if (least === undefined) return new ErrorReply(errors.notAnInteger);
      read.least = Math.max(0, least);
    } else return new ErrorReply(errors.syntax);
  }
  return read.wantsLength && read.wantsPlaces ? new ErrorReply(errors.lcsLenAndIdx) : read;
}

function lcs([, first, second, ...options]: readonly Buffer[], context: CommandContext): Reply {
  const words = lcsWords(options);
  if (words instanceof ErrorReply) return words;
  const refused = tooLong([first!, second!], context);
  if (refused !== undefined) return refused;
  const [a, b] = [first!, second!].map((key) => heldOf(key, context)?.value ?? Buffer.alloc(0));
  const found = longestCommon(a!, b!);
  if (found === undefined) return new ErrorReply(errors.lcsTooLarge);
  if (words.wantsLength) return found.bytes.length;
  if (!words.wantsPlaces) return found.bytes;
  const matches = found.matches.filter(({ length }) => length >= words.least);
  const places = matches.map(({ inA, inB, length }): Reply => {
    const ranges = [inA, inB].map((from) => [from, from + length - 1]);
    return words.wantsLengths ? [...ranges, length] : ranges;
  });
  return new Map<string, Reply>([
    ["matches", places],
    ["len", found.bytes.length],
  ]);
}

/** The commands of this file. */
export const severalKeysCommands = [
  defineWhole("msetnx", msetnx),
  defineWhole("rename", (args, context) => rename(args, context, false)),
  defineWhole("renamenx", (args, context) => rename(args, context, true)),
  defineWhole("copy", copy),
  defineWhole("lcs", lcs),
];
