/**
 * Commands on a cached value: GETRANGE, GETDEL, TOUCH, TYPE, APPEND, SETRANGE.
 *
 * The first four load nothing; APPEND and SETRANGE load first what is not cached. The key's owner answers them, never a
 * mirror.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply, SimpleString } from "../../proto/reply.ts";
import type { CommandContext } from "./command.ts";
import { define } from "./define.ts";
import { edited, LOOK, looking, tooLong, WHOLE } from "./key-access.ts";
import { defineOperation, operated } from "./operations.ts";
import { allReady, whenReady } from "./ready.ts";
import { int64Of } from "./words.ts";

/** Far beyond both ends of any value. */
const FAR = 2n ** 31n - 1n;

/** A place in a value, counted from either end. Places beyond both ends are all the same. */
function placeOf(arg: Buffer): number | undefined {
  const place = int64Of(arg);
  if (place === undefined) return undefined;
  return Number(place > FAR ? FAR : place < -FAR ? -FAR : place);
}

function getRange(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const from = placeOf(args[2]!);
  const to = placeOf(args[3]!);
  if (from === undefined || to === undefined) return new ErrorReply(errors.notAnInteger);
  const wanted = { from, to };
  return edited(context, args[1]!, { ...LOOK, wanted }, ({ value }) => value ?? "");
}

function getDel(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const edit = { ...LOOK, value: null, wanted: WHOLE };
  return edited(context, args[1]!, edit, ({ value }) => value ?? null);
}

function touch(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const keys = args.slice(1);
  const refused = tooLong(keys, context);
  if (refused !== undefined) return refused;
  const held = keys.map((key) => edited(context, key, LOOK, (outcome) => (outcome.held ? 1 : 0)));
  return whenReady(allReady(held), (all) => {
    const error = all.find((reply) => reply instanceof ErrorReply);
    return error ?? all.filter((reply) => reply === 1).length;
  });
}

const type = looking({ isUse: false }, ({ held }) => new SimpleString(held ? "string" : "none"));

function append(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  return operated(context, args[1]!, { kind: "append", argument: args[2]!, at: 0 }, Number);
}

function setRange(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const offset = int64Of(args[2]!);
  if (offset === undefined) return new ErrorReply(errors.notAnInteger);
  if (offset < 0n) return new ErrorReply(errors.offsetOutOfRange);
  const at = Number(offset > FAR ? FAR : offset);
  return operated(context, args[1]!, { kind: "setRange", argument: args[3]!, at }, Number);
}

/** The commands of this file. */
export const valueCommands = [
  define("getrange", { run: getRange }),
  define("substr", { run: getRange }),
  define("getdel", { run: getDel }),
  define("touch", { run: touch }),
  define("type", { run: type }),
  defineOperation("append", append),
  defineOperation("setrange", setRange),
];
