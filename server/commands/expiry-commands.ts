/**
 * Commands about the lifetime of an entry: EXPIRE and its kin, PERSIST, GETEX, EXPIRETIME.
 *
 * None of them loads, because a key that is not cached has no lifetime. The owner changes the lifetime, and all members
 * drop their copies before the reply.
 */
import type { Condition, Edit } from "../../cluster/edit.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import type { CommandContext, Run } from "./command.ts";
import { define } from "./define.ts";
import {
  AT_MILLISECOND,
  AT_SECOND,
  lifeOf,
  MILLISECONDS,
  newLifeOf,
  readSetWords,
  SECONDS,
  type TimeUnit,
} from "./expiry-words.ts";
import { edited, glimpsing, LOOK, WHOLE } from "./key-access.ts";
import { wordOf } from "./words.ts";

const EXPIRE_WORDS: Readonly<Record<string, Condition>> = {
  nx: "undated",
  xx: "dated",
  gt: "later",
  lt: "sooner",
};

/** The conditions behind EXPIRE k t, or what is wrong with them. */
function readExpireWords(words: readonly Buffer[]): Condition[] | ErrorReply {
  const conditions: Condition[] = [];
  for (const arg of words) {
    const word = wordOf(arg);
    if (!Object.hasOwn(EXPIRE_WORDS, word)) return new ErrorReply(errors.expireOption(arg));
    conditions.push(EXPIRE_WORDS[word]!);
  }
  const others = conditions.some((condition) => condition !== "undated");
  if (conditions.includes("undated") && others) return new ErrorReply(errors.expireNxAndOthers);
  if (conditions.includes("later") && conditions.includes("sooner"))
    return new ErrorReply(errors.expireGtAndLt);
  return conditions;
}

function expire(name: string, unit: TimeUnit): Run {
  return (args, context) => {
    const conditions = readExpireWords(args.slice(3));
    if (conditions instanceof ErrorReply) return conditions;
    const life = lifeOf({ arg: args[2]!, unit }, name, context.node.wallMs());
    if (life instanceof ErrorReply) return life;
    const edit: Edit = { ...LOOK, conditions: ["held", ...conditions], life };
    return edited(context, args[1]!, edit, ({ changed }) => (changed ? 1 : 0));
  };
}

/** As in Redis, a wrong expiry is no error when the key is missing. */
function getex(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const words = readSetWords(args, 2, "getex");
  if (words === undefined) return new ErrorReply(errors.syntax);
  const { life: said = "keep" } = words;
  const life = typeof said === "string" ? said : newLifeOf(said, "getex", context.node.wallMs());
  if (life instanceof ErrorReply) {
    return edited(context, args[1]!, LOOK, ({ held }) => (held ? life : null));
  }
  const edit: Edit = { ...LOOK, life, wanted: WHOLE };
  return edited(context, args[1]!, edit, ({ value }) => value ?? null);
}

/** Replies -2 for no entry, -1 for no expiry, else the time of day of the expiry, rounded as Redis rounds. */
function expireTime(unitMs: number): Run {
  return glimpsing(({ kind, ttlMs }, { node }) => {
    if (kind !== "value") return -2;
    return ttlMs === undefined ? -1 : Math.floor((Math.round(node.wallMs() + ttlMs) + unitMs / 2) / unitMs);
  });
}

function persist(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const edit: Edit = { ...LOOK, conditions: ["dated"], life: "endless" };
  return edited(context, args[1]!, edit, ({ changed }) => (changed ? 1 : 0));
}

/** The commands of this file. */
export const expiryCommands = [
  define("expire", { run: expire("expire", SECONDS) }),
  define("pexpire", { run: expire("pexpire", MILLISECONDS) }),
  define("expireat", { run: expire("expireat", AT_SECOND) }),
  define("pexpireat", { run: expire("pexpireat", AT_MILLISECOND) }),
  define("persist", { run: persist }),
  define("getex", { run: getex }),
  define("expiretime", { run: expireTime(1000) }),
  define("pexpiretime", { run: expireTime(1) }),
];
