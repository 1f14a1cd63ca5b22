/**
 * ACL: the users, of whom there are two at most, and the categories of commands. Users cannot be made: what each may do
 * follows from the directives `requirepass` and `admin-password`.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import type { CommandFlag } from "../clients/command-shape.ts";
import type { NodeConf } from "../conf/conf.ts";
import { ACL_CATEGORIES, categoriesOf } from "./acl-categories.ts";
import type { Command } from "./command.ts";

const OPEN: readonly CommandFlag[] = ["noscript", "loading", "stale"];
const ADMIN: readonly CommandFlag[] = ["admin", ...OPEN];

function usersOf({ requirePass, adminPassword }: NodeConf) {
  const user = { name: "default", hasPassword: requirePass !== "" };
  return adminPassword === "" ? [user] : [{ name: "admin", hasPassword: true }, user];
}

/** Full names of all commands: containers, what is in them and their HELP, too. */
function everything(
  commands: Iterable<Command>,
): [name: string, command: Pick<Command, "flags" | "group">][] {
  return Array.from(commands).flatMap((command) => {
    const { name, group, subcommands } = command;
    if (subcommands === undefined) return [[name, command]];
    return [
      [name, command],
      ...subcommands.map((sub): [string, Command] => [`${name}|${sub.name}`, sub]),
      [`${name}|help`, { flags: [], group }],
    ];
  });
}

function cat(args: readonly Buffer[], commands: Iterable<Command>): Reply {
  if (args.length > 3) return new ErrorReply(errors.unknownForm(args[1]!, "ACL"));
  if (args.length === 2) return [...ACL_CATEGORIES];
  const category = args[2]!.toString("latin1").toLowerCase();
  if (!ACL_CATEGORIES.includes(category)) return new ErrorReply(errors.aclCategory(args[2]!));
  return everything(commands).flatMap(([name, command]) =>
    categoriesOf(command, name).includes(category) ? [name] : [],
  );
}

function subcommand(
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  summary: string,
  local: NonNullable<Command["local"]>,
): Command {
  return { name, arity, flags, summary, since: "6.0.0", group: "server", local };
}

/** ACL with its subcommands. */
export const aclCommand: Command = {
  name: "acl",
  arity: -2,
  flags: [],
  summary: "A container for questions about users: default, and admin with an admin-password.",
  since: "6.0.0",
  group: "server",
  subcommands: [
    subcommand(
      "whoami",
      2,
      OPEN,
      "The name of the user.",
      (_args, { connection }) => connection.session.user,
    ),
    subcommand("cat", -2, OPEN, "The categories of commands, or the commands of one.", (args, { commands }) =>
      cat(args, commands.values()),
    ),
    subcommand("users", 2, ADMIN, "The names of all users.", (_args, { conf }) =>
      usersOf(conf).map(({ name }) => name),
    ),
    subcommand("list", 2, ADMIN, "What users may do, as in a Redis' conf.", (_args, { conf }) =>
      usersOf(conf).map(({ name, hasPassword }) => {
        return `user ${name} on ${hasPassword ? "sanitize-payload" : "nopass"} ~* &* +@all`;
      }),
    ),
    subcommand("log", -2, ADMIN, "Nothing: wrong passwords are in the log of the process.", () => []),
    subcommand("getuser", 3, ADMIN, "Nothing but null.", () => null),
  ],
};
