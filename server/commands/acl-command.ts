/**
 * ACL: the users, what they may say, what was refused, and the categories of commands.
 *
 * There are at most two users, `default` and `admin`. Clients cannot make users: what each user may do follows from the
 * directives `requirepass` and `admin-password`. No reply has a password, nor its hash.
 */
import { errors } from "../../proto/error-texts.ts";
import { Double, ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { AclEntry } from "../sessions/acl-log.ts";
import { ACL_CATEGORIES, categoriesOf } from "./acl-categories.ts";
import type { CommandContext, CommandTable, LocalContext } from "./command.ts";
import { define } from "./define.ts";
import { arityFits, commandMeant, everyCommand } from "./find-command.ts";
import { integerOf, wordOf } from "./words.ts";

/** What ACL GENPASS makes without a number of bits. */
const PASSWORD_BITS = 256;
const MAX_PASSWORD_BITS = 4096;
const DEFAULT_LOG_COUNT = 10;
/** In place of a password's hash. */
const HIDDEN = "(hidden)";

interface AclUser {
  readonly name: string;
  readonly hasPassword: boolean;
  /** In the words of Redis' conf. */
  readonly commands: string;
}

function usersOf({ requirePass, adminPassword }: NodeConf, commands: CommandTable): AclUser[] {
  const hasPassword = requirePass !== "";
  if (adminPassword === "") return [{ name: "default", hasPassword, commands: "+@all" }];
  const reserved = everyCommand(commands).filter((command) => command.reserved !== undefined);
  const rest = ["+@all", ...reserved.map(({ name }) => `-${name}`)].join(" ");
  return [
    { name: "admin", hasPassword: true, commands: "+@all" },
    { name: "default", hasPassword, commands: rest },
  ];
}

function cat(args: readonly Buffer[], commands: CommandTable): Reply {
  if (args.length > 3) return new ErrorReply(errors.unknownForm(args[1]!, "ACL"));
  if (args.length === 2) return [...ACL_CATEGORIES];
  const category = wordOf(args[2]!);
  if (!ACL_CATEGORIES.includes(category)) return new ErrorReply(errors.aclCategory(args[2]!));
  return everyCommand(commands)
    .filter((command) => categoriesOf(command).includes(category))
    .map(({ name }) => name);
}

function list({ conf, commands }: LocalContext): Reply {
  return usersOf(conf, commands).map(({ name, hasPassword, commands: may }) => {
    return `user ${name} on ${hasPassword ? "sanitize-payload" : "nopass"} ~* &* ${may}`;
  });
}

function getUser(args: readonly Buffer[], { conf, commands }: LocalContext): Reply {
  const user = usersOf(conf, commands).find(({ name }) => name === args[2]!.toString("latin1"));
  if (user === undefined) return null;
  return new Map<string, Reply>([
    ["flags", new Set<Reply>(user.hasPassword ? ["on"] : ["on", "nopass"])],
    ["passwords", user.hasPassword ? [HIDDEN] : []],
    ["commands", user.commands],
    ["keys", "~*"],
    ["channels", "&*"],
    ["selectors", []],
  ]);
}

function log(args: readonly Buffer[], { node }: CommandContext): Reply {
  const { aclLog } = node.sessions;
  if (args.length > 3) return new ErrorReply(errors.unknownForm(args[1]!, "ACL"));
  if (args[2] !== undefined && wordOf(args[2]) === "reset") {
    aclLog.clear();
    return OK;
  }
  const count = args[2] === undefined ? DEFAULT_LOG_COUNT : integerOf(args[2]);
  if (count === undefined) return new ErrorReply(errors.notAnInteger);
  const nowMs = Math.floor(node.wallMs());
  return aclLog.entries.slice(0, Math.max(0, count)).map((entry) => describe(entry, nowMs));
}

/** The fields of Redis 7.2 and up. */
function describe(entry: AclEntry, nowMs: number): Reply {
  return new Map<string, Reply>([
    ["count", entry.count],
    ["reason", entry.reason],
    ["context", entry.context],
    ["object", Buffer.from(entry.object, "latin1")],
    ["username", Buffer.from(entry.username, "latin1")],
    ["age-seconds", new Double((nowMs - entry.updatedMs) / 1000)],
    ["client-info", entry.client],
    ["entry-id", entry.id],
    ["timestamp-created", entry.createdMs],
    ["timestamp-last-updated", entry.updatedMs],
  ]);
}

/** Random hex digits, four bits each. */
function genPass(args: readonly Buffer[], { node }: CommandContext): Reply {
  if (args.length > 3) return new ErrorReply(errors.unknownForm(args[1]!, "ACL"));
  const bits = args[2] === undefined ? PASSWORD_BITS : integerOf(args[2]);
  if (bits === undefined) return new ErrorReply(errors.notAnInteger);
  if (bits < 1 || bits > MAX_PASSWORD_BITS) return new ErrorReply(errors.genPassBits);
  const digits = Math.ceil(bits / 4);
  return Buffer.from(node.randomBytes(Math.ceil(digits / 2)))
    .toString("hex")
    .slice(0, digits);
}

/** Says whether a user may say a command, without saying it. */
function dryRun(args: readonly Buffer[], { conf, commands }: LocalContext): Reply {
  const name = args[2]!.toString("latin1");
  if (!usersOf(conf, commands).some((user) => user.name === name))
    return new ErrorReply(errors.dryRunUser(args[2]!));
  const words = args.slice(3);
  const command = commandMeant(commands, words);
  if (command === undefined) return new ErrorReply(errors.dryRunCommand(words[0]!));
  if (!arityFits(command.arity, words.length)) return new ErrorReply(errors.wrongArity(command.name));
  const isDenied = command.reserved !== undefined && conf.adminPassword !== "" && name !== "admin";
  return isDenied ? `User ${name} has no permissions to run the '${command.name}' command` : OK;
}

/** The commands of this file. */
export const aclCommands = [
  define("acl"),
  define("acl|whoami", { local: (_args, { connection }) => connection.session.user }),
  define("acl|cat", { local: (args, { commands }) => cat(args, commands) }),
  define("acl|users", {
    local: (_args, { conf, commands }) => usersOf(conf, commands).map(({ name }) => name),
  }),
  define("acl|list", { local: (_args, context) => list(context) }),
  define("acl|log", { run: log }),
  define("acl|getuser", { local: getUser }),
  define("acl|genpass", { run: genPass }),
  define("acl|dryrun", { local: dryRun }),
];
