/**
 * Commands that put a value into the cache: SET and its older kin.
 *
 * A value goes to the key's owner, the one copy in the cluster; it voids a load under way and every other copy before
 * the reply. Without an expiry it has none, whatever `ttl` its group has: see server/DESIGN.md.
 */
import type { Edit, Edited } from "../../cluster/edit.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import type { Command, CommandContext } from "./command.ts";
import { edited, LOOK, ONE_KEY, unkeepable, WHOLE } from "./key-args.ts";
import { MILLISECONDS, newLifeOf, readSetWords, SECONDS, type TimeUnit } from "./lifetimes.ts";

const EVERY_SECOND = { first: 1, last: -1, step: 2 };

function keep(
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
  const { condition, wantsOld, life: said = "endless" } = words;
  const life = typeof said === "string" ? said : newLifeOf(said, "set", context.node.wallMs());
  if (life instanceof ErrorReply) return life;
  const edit = { conditions: condition ? [condition] : [], life, wanted: wantsOld ? WHOLE : undefined };
  return keep(args[1]!, args[2]!, context, edit, ({ value, changed }) => {
    if (wantsOld) return value ?? null;
    return changed ? OK : null;
  });
}

function setWithLife(name: string, unit: TimeUnit): Command["run"] {
  return (args, context) => {
    const life = newLifeOf({ arg: args[2]!, unit }, name, context.node.wallMs());
    return life instanceof ErrorReply ? life : keep(args[1]!, args[3]!, context, { life }, () => OK);
  };
}

/** Not in one step, as in Redis: another client may see some of the values before the others. */
async function mset(args: readonly Buffer[], context: CommandContext): Promise<Reply> {
  if (args.length % 2 === 0) return new ErrorReply(errors.wrongArity("mset"));
  for (let i = 1; i < args.length; i += 2) {
    const refused = unkeepable(args[i]!, args[i + 1]!, context);
    if (refused !== undefined) return refused;
  }
  const replies: (Reply | Promise<Reply>)[] = [];
  for (let i = 1; i < args.length; i += 2) replies.push(keep(args[i]!, args[i + 1]!, context, {}, () => OK));
  return (await Promise.all(replies)).find((reply) => reply instanceof ErrorReply) ?? OK;
}

function command(
  name: string,
  arity: number,
  summary: string,
  run: NonNullable<Command["run"]>,
  more: Partial<Command> = {},
): Command {
  const flags = ["write", "denyoom"] as const;
  return { name, arity, flags, keys: ONE_KEY, summary, since: "1.0.0", group: "string", run, ...more };
}

/** The commands of this file. */
export const setCommands: readonly Command[] = [
  command(
    "set",
    -3,
    "Puts a value into the cache, at the key's owner only. Without an expiry it does not expire, whatever its group's ttl.",
    set,
  ),
  command("setex", 4, "The same as SET with EX.", setWithLife("setex", SECONDS)!, { since: "2.0.0" }),
  command("psetex", 4, "The same as SET with PX.", setWithLife("psetex", MILLISECONDS)!, {
    since: "2.6.0",
  }),
  command(
    "setnx",
    3,
    "Puts a value into the cache when the key has none; a cached 'not found' is none.",
    (args, context) =>
      keep(args[1]!, args[2]!, context, { conditions: ["missing"] }, ({ changed }) => (changed ? 1 : 0)),
    { flags: ["write", "denyoom", "fast"] },
  ),
  command(
    "getset",
    3,
    "Puts a value into the cache and returns the one that was cached before.",
    (args, context) => keep(args[1]!, args[2]!, context, { wanted: WHOLE }, ({ value }) => value ?? null),
    { flags: ["write", "denyoom", "fast"] },
  ),
  command("mset", -3, "SET for several keys; not one step for all of them.", mset, {
    keys: EVERY_SECOND,
    since: "1.0.1",
  }),
];
