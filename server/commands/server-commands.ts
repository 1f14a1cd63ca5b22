/**
 * Commands about this node: INFO, TIME, SHUTDOWN, MONITOR.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply, Verbatim } from "../../proto/reply.ts";
import { infoText } from "../observe/info.ts";
import type { CommandContext, LocalContext } from "./command.ts";
import { define } from "./define.ts";
import { nameOf, wordOf } from "./words.ts";

async function info(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  // The words die at the first await.
  const wanted = args.slice(1).map(nameOf);
  const [states] = await Promise.all([node.sessions.clientStates(), node.report.gather()]);
  return new Verbatim(infoText(node.report, wanted, states));
}

/** The seconds since 1970, and the microseconds within the second. */
function time(_args: readonly Buffer[], { node }: CommandContext): Reply {
  const nowUs = node.timeOfDayUs();
  return [String(Math.floor(nowUs / 1e6)), String(nowUs % 1e6)];
}

/** As in Redis, the connection ends without a reply when the node stops. */
function shutdown(args: readonly Buffer[], { node, client }: CommandContext): Reply | undefined {
  const words = new Set(args.slice(1).map(wordOf));
  if (words.has("abort") && args.length === 2) return new ErrorReply(errors.noShutdown);
  const isOdd = [...words].some((word) => !["nosave", "save", "now", "force"].includes(word));
  if (isOdd || (words.has("save") && words.has("nosave"))) return new ErrorReply(errors.syntax);
  node.log.warn({ client: client.id }, "SHUTDOWN by a client");
  client.closeAfterReplies();
  node.requestShutdown();
  return undefined;
}

/** As in Redis, a client that says MONITOR a second time gets no reply. */
async function monitor(args: readonly Buffer[], context: LocalContext): Promise<Reply | undefined> {
  const { session } = context.connection;
  if (context.inExec) return new ErrorReply(errors.monitorInsideExec);
  if (session.isMonitor) return undefined;
  session.isMonitor = true;
  return context.runOnNode(monitorCommand, args);
}

const monitorCommand = define("monitor", {
  local: monitor,
  run: async (_args, { node, client }) => {
    await node.sessions.monitor(client);
    return OK;
  },
});

/** The commands of this file. */
export const serverCommands = [
  monitorCommand,
  define("info", { run: info }),
  define("time", { run: time }),
  define("shutdown", { run: shutdown }),
];
