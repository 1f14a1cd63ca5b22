/**
 * CLIENT: what a connection says of itself, and the list of all of them.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply, Verbatim } from "../../proto/reply.ts";
import { describeConnection } from "../clients/client-line.ts";
import { CLIENT_TYPES, clientControlCommands } from "./client-control.ts";
import type { Command, CommandContext, LocalContext } from "./command.ts";
import { integerOf, isClientName } from "./connection-commands.ts";
import { trackingCommands } from "./tracking-commands.ts";

/** Lines by their `id=` field. */
async function list(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  const word = args[2]?.toString("latin1").toLowerCase();
  if (word === undefined) return listOf(await node.report.clientLines());
  if (word === "id" && args.length > 3) {
    const ids = args.slice(3).map(integerOf);
    if (ids.includes(undefined)) return new ErrorReply(errors.clientId);
    const lines = await node.report.clientLines();
    return listOf(ids.flatMap((id) => lines.find((line) => line.startsWith(`id=${id} `)) ?? []));
  }
  if (word !== "type" || args.length !== 4) return new ErrorReply(errors.syntax);
  const type = args[3]!.toString("latin1").toLowerCase();
  if (!CLIENT_TYPES.includes(type)) return new ErrorReply(errors.clientType(args[3]!));
  const lines = await node.report.clientLines();
  return listOf(lines.filter((line) => typeIn(line) === type));
}

function typeIn(line: string): string {
  return / flags=[A-Za-z]*P/.test(line) ? "pubsub" : "normal";
}

function listOf(lines: readonly string[]): Reply {
  return new Verbatim(lines.map((line) => `${line}\n`).join(""));
}

function setInfo(args: readonly Buffer[], { connection }: LocalContext): Reply {
  const attribute = args[2]!.toString("latin1").toLowerCase();
  if (attribute !== "lib-name" && attribute !== "lib-ver")
    return new ErrorReply(errors.clientInfoOption(args[2]!));
  const value = args[3]!;
  if (!isClientName(value)) {
    return new ErrorReply(errors.clientInfoValue(attribute));
  }
  if (attribute === "lib-name") connection.libName = value.toString("latin1");
  else connection.libVersion = value.toString("latin1");
  return OK;
}

function setName(args: readonly Buffer[], { connection }: LocalContext): Reply {
  if (!isClientName(args[2]!)) return new ErrorReply(errors.clientName);
  connection.name = args[2]!.toString("latin1");
  return OK;
}

/** NO-EVICT and NO-TOUCH: remembered, and shown by CLIENT LIST; nothing here evicts clients, and every GET touches. */
function onOrOff(field: "noEvict" | "noTouch") {
  return (args: readonly Buffer[], { connection }: LocalContext): Reply => {
    const word = args[2]!.toString("latin1").toLowerCase();
    if (word !== "on" && word !== "off") return new ErrorReply(errors.syntax);
    connection.session[field] = word === "on";
    return OK;
  };
}

function subcommand(
  name: string,
  arity: number,
  since: string,
  summary: string,
  local: NonNullable<Command["local"]>,
): Command {
  return { name, arity, flags: ["noscript", "loading", "stale"], summary, since, group: "connection", local };
}

/** CLIENT NO-EVICT is an administrator's, as Redis has it. */
function adminSubcommand(...words: Parameters<typeof subcommand>): Command {
  return { ...subcommand(...words), flags: ["admin", "noscript", "loading", "stale"] };
}

/** CLIENT with its subcommands. */
export const clientCommand: Command = {
  name: "client",
  arity: -2,
  flags: [],
  summary: "A container for client connection commands.",
  since: "2.4.0",
  group: "connection",
  subcommands: [
    subcommand("id", 2, "5.0.0", "The number of this connection.", (_args, { connection }) => connection.id),
    subcommand("info", 2, "6.2.0", "This connection's line of CLIENT LIST.", (_args, { connection }) => {
      return new Verbatim(`${describeConnection(connection)}\n`);
    }),
    {
      name: "list",
      arity: -2,
      flags: ["admin", "noscript", "loading", "stale"],
      summary: "All connections of this node, a line each.",
      since: "2.4.0",
      group: "connection",
      run: list,
    },
    subcommand(
      "getname",
      2,
      "2.6.9",
      "This connection's name.",
      (_args, { connection }) => connection.name || null,
    ),
    subcommand("setname", 3, "2.6.9", "Names this connection.", setName),
    subcommand("setinfo", 4, "7.2.0", "Tells which client library this is.", setInfo),
    ...trackingCommands,
    adminSubcommand("no-evict", 3, "7.0.0", "Accepted without effect.", onOrOff("noEvict")),
    subcommand("no-touch", 3, "7.2.0", "Accepted without effect.", onOrOff("noTouch")),
    ...clientControlCommands,
  ],
};
