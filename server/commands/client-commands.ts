/**
 * CLIENT: what a connection says of itself, and the list of all of them.
 */
import { ErrorReply, OK, type Reply, Verbatim } from "../../proto/reply.ts";
import { errors } from "../../proto/texts.ts";
import type { Connection } from "../connection.ts";
import type { Command, CommandContext, LocalContext } from "./command.ts";
import { integerOf, isClientName } from "./connection-commands.ts";

/** All but the first are kinds that there are none of. */
const CLIENT_TYPES = ["normal", "master", "replica", "slave", "pubsub"];

/** A line of CLIENT LIST. Fields of things that carrotCache does not have show what Redis shows without them. */
export function describeConnection(connection: Connection): string {
  const { socket, host } = connection;
  const now = host.clock();
  const seconds = (sinceMs: number) => Math.floor((now - sinceMs) / 1000);
  const { bytes, replies } = connection.outgoing;
  const fields: [string, string | number][] = [
    ["id", connection.id],
    ["addr", address(socket.remoteAddress, socket.remotePort)],
    ["laddr", address(socket.localAddress, socket.localPort)],
    ["fd", -1],
    ["name", connection.name],
    ["age", seconds(connection.createdMs)],
    ["idle", seconds(connection.lastActiveMs)],
    ["flags", "N"],
    ["db", 0],
    ["sub", 0],
    ["psub", 0],
    ["ssub", 0],
    ["multi", -1],
    ["watch", 0],
    ["qbuf", connection.pendingBytes],
    ["qbuf-free", 0],
    ["argv-mem", 0],
    ["multi-mem", 0],
    ["rbs", 0],
    ["rbp", 0],
    ["obl", 0],
    ["oll", replies],
    ["omem", bytes],
    ["tot-mem", connection.pendingBytes + bytes],
    ["events", "r"],
    ["cmd", connection.lastCommand],
    ["user", connection.user],
    ["redir", -1],
    ["resp", connection.protocol],
    ["lib-name", connection.libName],
    ["lib-ver", connection.libVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}

function address(host: string | undefined, port: number | undefined): string {
  if (host === undefined || port === undefined) return "?:0";
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Lines by their `id=` field. */
async function list(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  const word = args[2]?.toString("latin1").toLowerCase();
  if (word === undefined) return listOf(await node.describeClients());
  if (word === "id" && args.length > 3) {
    const ids = args.slice(3).map(integerOf);
    if (ids.includes(undefined)) return new ErrorReply(errors.clientId);
    const lines = await node.describeClients();
    return listOf(ids.flatMap((id) => lines.find((line) => line.startsWith(`id=${id} `)) ?? []));
  }
  if (word !== "type" || args.length !== 4) return new ErrorReply(errors.syntax);
  const type = args[3]!.toString("latin1").toLowerCase();
  if (!CLIENT_TYPES.includes(type)) return new ErrorReply(errors.clientType(args[3]!));
  return listOf(type === "normal" ? await node.describeClients() : []);
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

/** NO-EVICT and NO-TOUCH: accepted, because a client is never evicted here for what it holds. */
function onOrOff(args: readonly Buffer[]): Reply {
  const word = args[2]!.toString("latin1").toLowerCase();
  return word === "on" || word === "off" ? OK : new ErrorReply(errors.syntax);
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
    subcommand("no-evict", 3, "7.0.0", "Accepted without effect.", onOrOff),
    subcommand("no-touch", 3, "7.2.0", "Accepted without effect.", onOrOff),
  ],
};
