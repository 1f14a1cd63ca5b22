/**
 * Commands that set a value: SET and its older kin.
 *
 * The key's owner keeps the only value in the cluster. Before the reply the owner voids a load under way, and all
 * members drop their copies. Without an expiry the value does not expire, whatever `ttl` its group has: see DESIGN.md.
 */
import type { Edit, Edited } from "../../cluster/edit.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import type { CommandContext, Run } from "./command.ts";
import { define } from "./define.ts";
import { MILLISECONDS, newLifeOf, readSetWords, SECONDS, type TimeUnit } from "./expiry-words.ts";
import { edited, LOOK, unkeepable, WHOLE } from "./key-access.ts";
import { allReady, whenReady } from "./ready.ts";

/** Sets a value; `edit` says under which conditions, and what to answer. */
export function keep(
  key: Buffer,
  value: Buffer,
  context: CommandContext,
  edit: Partial<Edit>,
  read: (edited: Edited) => Reply,
): Reply | Promise<Reply> {
  const refused = unkeepable(key, value, context);
  return refused ?? edited(context, key, { ...LOOK, life: "endless", isUse: false, ...edit, value }, read);
}

function set(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const words = readSetWords(args, 3, "set");
  if (words === undefined) return new ErrorReply(errors.syntax);
  const { condition, comparison, wantsOld, life: said = "endless" } = words;
  const life = typeof said === "string" ? said : newLifeOf(said, "set", context.node.wallMs());
  if (life instanceof ErrorReply) return life;
  const edit: Partial<Edit> = {
    conditions: condition ? [condition] : [],
    ...(comparison && { comparison }),
    life,
    wanted: wantsOld ? WHOLE : undefined,
  };
  return keep(args[1]!, args[2]!, context, edit, ({ value, changed }) => {
    if (wantsOld) return value ?? null;
    return changed ? OK : null;
  });
}

function setWithLife(name: string, unit: TimeUnit): Run {
  return (args, context) => {
    const life = newLifeOf({ arg: args[2]!, unit }, name, context.node.wallMs());
    return life instanceof ErrorReply ? life : keep(args[1]!, args[3]!, context, { life }, () => OK);
  };
}

/** MSET is not one step, unlike in Redis: another client may see some of the values before the others. */
function mset(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  if (args.length % 2 === 0) return new ErrorReply(errors.wrongArity("mset"));
  for (let i = 1; i < args.length; i += 2) {
    const refused = unkeepable(args[i]!, args[i + 1]!, context);
    if (refused !== undefined) return refused;
  }
  const replies: (Reply | Promise<Reply>)[] = [];
  for (let i = 1; i < args.length; i += 2) replies.push(keep(args[i]!, args[i + 1]!, context, {}, () => OK));
  return whenReady(allReady(replies), (all) => all.find((reply) => reply instanceof ErrorReply) ?? OK);
}

function setnx(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const edit: Partial<Edit> = { conditions: ["missing"] };
  return keep(args[1]!, args[2]!, context, edit, ({ changed }) => (changed ? 1 : 0));
}

function getset(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  return keep(args[1]!, args[2]!, context, { wanted: WHOLE }, ({ value }) => value ?? null);
}

/** The commands of this file. */
export const setCommands = [
  define("set", { run: set }),
  define("setex", { run: setWithLife("setex", SECONDS) }),
  define("psetex", { run: setWithLife("psetex", MILLISECONDS) }),
  define("setnx", { run: setnx }),
  define("getset", { run: getset }),
  define("mset", { run: mset }),
];
