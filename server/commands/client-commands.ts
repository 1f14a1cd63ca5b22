/**
 * CLIENT: what a client sets and reads of its own connection, and the list of all connections.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply, Verbatim } from "../../proto/reply.ts";
import { describeConnection } from "../clients/client-line.ts";
import { CLIENT_TYPES } from "./client-control.ts";
import type { CommandContext, LocalContext } from "./command.ts";
import { define } from "./define.ts";
import { integerOf, isClientName, wordOf } from "./words.ts";

/** CLIENT LIST: all lines, the lines of some ids in the order of the ids, or the lines of one type. */
async function list(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  const word = args[2] && wordOf(args[2]);
  if (word === undefined) return listOf(await node.report.clientLines());
  if (word === "id" && args.length > 3) {
    const ids = args.slice(3).map(integerOf);
    if (ids.includes(undefined)) return new ErrorReply(errors.clientId);
    const lines = await node.report.clientLines();
    return listOf(ids.flatMap((id) => lines.find((line) => line.startsWith(`id=${id} `)) ?? []));
  }
  if (word !== "type" || args.length !== 4) return new ErrorReply(errors.syntax);
  const type = wordOf(args[3]!);
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
  const attribute = wordOf(args[2]!);
  if (attribute !== "lib-name" && attribute !== "lib-ver")
    return new ErrorReply(errors.clientInfoOption(args[2]!));
  const value = args[3]!;
  if (!isClientName(value)) {
    return new ErrorReply(errors.clientInfoValue(args[2]!));
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

/** NO-EVICT and NO-TOUCH: the session remembers them for CLIENT LIST. They change nothing else. */
function onOrOff(field: "noEvict" | "noTouch") {
  return (args: readonly Buffer[], { connection }: LocalContext): Reply => {
    const word = wordOf(args[2]!);
    if (word !== "on" && word !== "off") return new ErrorReply(errors.syntax);
    connection.session[field] = word === "on";
    return OK;
  };
}

function info(_args: readonly Buffer[], { connection }: LocalContext): Reply {
  return new Verbatim(`${describeConnection(connection)}\n`);
}

/** The commands of this file. */
export const clientCommands = [
  define("client"),
  define("client|id", { local: (_args, { connection }) => connection.id }),
  define("client|info", { local: info }),
  define("client|list", { run: list }),
  define("client|getname", { local: (_args, { connection }) => connection.name || null }),
  define("client|setname", { local: setName }),
  define("client|setinfo", { local: setInfo }),
  define("client|no-evict", { local: onOrOff("noEvict") }),
  define("client|no-touch", { local: onOrOff("noTouch") }),
];
