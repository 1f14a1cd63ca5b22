/**
 * ACL: the users and the categories of commands.
 *
 * There are at most two users, `default` and `admin`. Clients cannot make users: what each user may do follows from the
 * directives `requirepass` and `admin-password`.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import type { NodeConf } from "../conf/conf.ts";
import { ACL_CATEGORIES, categoriesOf } from "./acl-categories.ts";
import type { Command, CommandTable } from "./command.ts";
import { define } from "./define.ts";
import { helpOf } from "./find-command.ts";
import { wordOf } from "./words.ts";

function usersOf({ requirePass, adminPassword }: NodeConf) {
  const user = { name: "default", hasPassword: requirePass !== "" };
  return adminPassword === "" ? [user] : [{ name: "admin", hasPassword: true }, user];
}

/** Containers, their subcommands, their HELP, and all other commands. */
function everything(commands: CommandTable): Command[] {
  return Array.from(commands.values()).flatMap((command) =>
    command.subcommands === undefined
      ? [command]
      : [command, ...command.subcommands.values(), helpOf(command)],
  );
}

function cat(args: readonly Buffer[], commands: CommandTable): Reply {
  if (args.length > 3) return new ErrorReply(errors.unknownForm(args[1]!, "ACL"));
  if (args.length === 2) return [...ACL_CATEGORIES];
  const category = wordOf(args[2]!);
  if (!ACL_CATEGORIES.includes(category)) return new ErrorReply(errors.aclCategory(args[2]!));
  return everything(commands)
    .filter((command) => categoriesOf(command).includes(category))
    .map(({ name }) => name);
}

function list(conf: NodeConf): Reply {
  return usersOf(conf).map(({ name, hasPassword }) => {
    return `user ${name} on ${hasPassword ? "sanitize-payload" : "nopass"} ~* &* +@all`;
  });
}

/** The commands of this file. */
export const aclCommands = [
  define("acl"),
  define("acl|whoami", { local: (_args, { connection }) => connection.session.user }),
  define("acl|cat", { local: (args, { commands }) => cat(args, commands) }),
  define("acl|users", { local: (_args, { conf }) => usersOf(conf).map(({ name }) => name) }),
  define("acl|list", { local: (_args, { conf }) => list(conf) }),
  define("acl|log", { local: () => [] }),
  define("acl|getuser", { local: () => null }),
];
