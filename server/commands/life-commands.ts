/**
 * Commands about the lifetime of what is cached: EXPIRE and its kin, PERSIST, GETEX and EXPIRETIME.
 *
 * None of them loads: what is not cached has no lifetime. A lifetime changes at the owner, and every other copy is
 * dropped before the reply.
 */
import type { Condition, Edit } from "../../cluster/edit.ts";
import type { Glimpse } from "../../cluster/outcome.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import type { Command, CommandContext } from "./command.ts";
import { edited, LOOK, ONE_KEY, tooLong, WHOLE, wordOf } from "./key-args.ts";
import {
  AT_MILLISECOND,
  AT_SECOND,
  lifeOf,
  MILLISECONDS,
  newLifeOf,
  readSetWords,
  SECONDS,
  type TimeUnit,
} from "./lifetimes.ts";

const EXPIRE_WORDS: Readonly<Record<string, Condition>> = {
  nx: "undated",
  xx: "dated",
  gt: "later",
  lt: "sooner",
};

/** The conditions that the words behind EXPIRE k t name, or what is wrong with them. */
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

function expire(name: string, unit: TimeUnit): Command["run"] {
  return (args, context) => {
    const conditions = readExpireWords(args.slice(3));
    if (conditions instanceof ErrorReply) return conditions;
    const life = lifeOf({ arg: args[2]!, unit }, name, context.node.wallMs());
    if (life instanceof ErrorReply) return life;
    const edit: Edit = { ...LOOK, conditions: ["held", ...conditions], life };
    return edited(context, args[1]!, edit, ({ changed }) => (changed ? 1 : 0));
  };
}

/** As in Redis an odd expiry of a key that is missing is no error. */
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

/** -2: no such key, -1: does not expire, else the time of day at which it does, rounded as Redis rounds. */
function expireTime(unitMs: number): NonNullable<Command["run"]> {
  return async (args, context) => {
    const refused = tooLong([args[1]!], context);
    if (refused !== undefined) return refused;
    const { kind, ttlMs }: Glimpse = await context.node.cache.holdings.look(Buffer.from(args[1]!));
    if (kind !== "value") return -2;
    if (ttlMs === undefined) return -1;
    return Math.floor((Math.round(context.node.wallMs() + ttlMs) + unitMs / 2) / unitMs);
  };
}

function command(
  name: string,
  arity: number,
  summary: string,
  since: string,
  run: Command["run"],
  more: Partial<Command> = {},
): Command {
  const flags = ["write", "fast"] as const;
  return { name, arity, flags, keys: ONE_KEY, summary, since, group: "generic", run: run!, ...more };
}

/** The commands of this file. */
export const lifeCommands: readonly Command[] = [
  command("expire", -3, "Gives what is cached so many seconds to live.", "1.0.0", expire("expire", SECONDS)),
  command(
    "pexpire",
    -3,
    "Gives what is cached so many milliseconds to live.",
    "2.6.0",
    expire("pexpire", MILLISECONDS),
  ),
  command(
    "expireat",
    -3,
    "Lets what is cached live until a time, in seconds since 1970.",
    "1.2.0",
    expire("expireat", AT_SECOND),
  ),
  command(
    "pexpireat",
    -3,
    "Lets what is cached live until a time, in milliseconds since 1970.",
    "2.6.0",
    expire("pexpireat", AT_MILLISECOND),
  ),
  command("persist", 2, "Takes the expiry from what is cached.", "2.2.0", (args, context) => {
    const edit: Edit = { ...LOOK, conditions: ["dated"], life: "endless" };
    return edited(context, args[1]!, edit, ({ changed }) => (changed ? 1 : 0));
  }),
  command(
    "getex",
    -2,
    "The cached value, whose expiry may be changed along with it. Never loads.",
    "6.2.0",
    getex,
    { group: "string" },
  ),
  command(
    "expiretime",
    2,
    "When what is cached expires, in seconds since 1970. Never loads.",
    "7.0.0",
    expireTime(1000),
    { flags: ["readonly", "fast"] },
  ),
  command(
    "pexpiretime",
    2,
    "When what is cached expires, in milliseconds since 1970. Never loads.",
    "7.0.0",
    expireTime(1),
    { flags: ["readonly", "fast"] },
  ),
];
