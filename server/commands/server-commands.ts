/**
 * Commands about this node: INFO, TIME, SHUTDOWN.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply, Verbatim } from "../../proto/reply.ts";
import { infoText } from "../observe/info.ts";
import type { Command, CommandContext, LocalContext } from "./command.ts";

async function info(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  await node.report.gather();
  return new Verbatim(
    infoText(
      node.report,
      args.slice(1).map((arg) => arg.toString("latin1").toLowerCase()),
    ),
  );
}

/** Seconds, and the microseconds within the second (to the millisecond). */
function time(): Reply {
  const nowMs = Date.now();
  return [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)];
}

/** As in Redis there is no reply when it works: the connection ends. */
function shutdown(args: readonly Buffer[], { node, client }: CommandContext): Reply | undefined {
  const words = new Set(args.slice(1).map((arg) => arg.toString("latin1").toLowerCase()));
  if (words.has("abort") && args.length === 2) return new ErrorReply(errors.noShutdown);
  const isOdd = [...words].some((word) => !["nosave", "save", "now", "force"].includes(word));
  if (isOdd || (words.has("save") && words.has("nosave"))) return new ErrorReply(errors.syntax);
  node.log.warn({ client: client.id }, "SHUTDOWN by a client");
  client.leave();
  node.requestShutdown();
  return undefined;
}

/** As in Redis, there is no reply to who says it a second time. */
async function monitor(args: readonly Buffer[], context: LocalContext): Promise<Reply | undefined> {
  const { session } = context.connection;
  if (context.inExec) return new ErrorReply(errors.monitorInside);
  if (session.isMonitor) return undefined;
  session.isMonitor = true;
  return context.runOnNode(monitorCommand, args);
}

const monitorCommand: Command = {
  name: "monitor",
  arity: 1,
  flags: ["admin", "noscript", "loading", "stale"],
  summary: "Shows every command that clients of this node have performed, but for those of administrators.",
  since: "1.0.0",
  group: "server",
  local: monitor,
  run: async (_args, { node, client }) => {
    await node.sessions.monitor(client);
    return OK;
  },
};

/** The commands of this file. */
export const serverCommands: readonly Command[] = [
  monitorCommand,
  {
    name: "info",
    arity: -1,
    flags: ["loading", "stale"],
    summary: "Figures of this node, in sections.",
    since: "1.0.0",
    group: "server",
    run: info,
  },
  {
    name: "time",
    arity: 1,
    flags: ["fast", "loading", "stale"],
    summary: "The time of day of this node.",
    since: "2.6.0",
    group: "server",
    run: time,
  },
  {
    name: "shutdown",
    arity: -1,
    flags: ["admin", "noscript", "loading", "stale", "no_multi", "allow_busy"],
    summary: "Stops this node after what has been read is answered.",
    since: "1.0.0",
    group: "server",
    run: shutdown,
  },
];
