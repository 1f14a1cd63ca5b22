/**
 * Commands that count: INCR, INCRBY, DECR, DECRBY, INCRBYFLOAT.
 *
 * The key's owner adds, in one step, and the entry keeps its lifetime. A cached "not found" counts as 0.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import { isFloat } from "../store/long-double.ts";
import type { CommandContext, Run } from "./command.ts";
import { defineOperation, operated } from "./operations.ts";
import { int64Of } from "./words.ts";

const MIN_INT64 = -(2n ** 63n);

function add(key: Buffer, by: bigint, context: CommandContext): Reply | Promise<Reply> {
  return operated(context, key, { kind: "add", argument: Buffer.from(String(by)), at: 0 }, BigInt);
}

const addOne =
  (by: 1n | -1n): Run =>
  (args, context) =>
    add(args[1]!, by, context);

function incrBy(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const by = int64Of(args[2]!);
  return by === undefined ? new ErrorReply(errors.notAnInteger) : add(args[1]!, by, context);
}

function decrBy(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const by = int64Of(args[2]!);
  if (by === undefined) return new ErrorReply(errors.notAnInteger);
  return by === MIN_INT64 ? new ErrorReply(errors.decrementOverflow) : add(args[1]!, -by, context);
}

function incrByFloat(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const [, key, by] = args;
  if (!isFloat(by!)) return new ErrorReply(errors.notAFloat);
  return operated(context, key!, { kind: "addFloat", argument: by!, at: 0 }, (sum) => sum);
}

/** The commands of this file. */
export const counterCommands = [
  defineOperation("incr", addOne(1n)),
  defineOperation("decr", addOne(-1n)),
  defineOperation("incrby", incrBy),
  defineOperation("decrby", decrBy),
  defineOperation("incrbyfloat", incrByFloat),
];
