/**
 * The command table: from the words of a command to its reply.
 *
 * Invariant: every failure becomes an error reply in Redis' own words and leaves the connection usable; checks come
 * in Redis' order (known, arity, authenticated, permitted). Knows no command's meaning.
 */
import { ErrorReply, type Reply, SimpleString } from "../../proto/reply.ts";
import { errors } from "../../proto/texts.ts";
import type { Log } from "../log.ts";
import { refusalOf } from "./admin.ts";
import { carrotCommands } from "./carrot-commands.ts";
import { clientCommand } from "./client-commands.ts";
import type { Command, CommandContext, LocalContext } from "./command.ts";
import { commandCommand } from "./command-command.ts";
import { configCommand } from "./config-command.ts";
import { connectionCommands } from "./connection-commands.ts";
import { keyCommands } from "./key-commands.ts";
import { serverCommands } from "./server-commands.ts";

/** Every command there is, by name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [
    ...keyCommands,
    ...connectionCommands,
    clientCommand,
    commandCommand(() => COMMANDS),
    configCommand,
    ...serverCommands,
    ...carrotCommands,
  ].map((command) => [command.name, command]),
);

/** Runs a command that needs the node, or has it run where the node is. */
type RunOnNode = (command: Command, args: readonly Buffer[]) => Reply | Promise<Reply> | undefined;

/**
 * Runs a command of a connection on this thread: by itself what concerns only the connection, by `runOnNode` all
 * else. Never throws and never rejects; undefined means that there is no reply.
 */
export function execute(
  args: readonly Buffer[],
  context: LocalContext,
  runOnNode: RunOnNode,
): Reply | Promise<Reply> | undefined {
  const found = resolve(args);
  if (found instanceof ErrorReply) return found;
  const { command, name } = found;
  if (!context.connection.authenticated && !command.flags.includes("no_auth"))
    return new ErrorReply(errors.noAuth);
  const refusal = refusalOf(name, context.connection, context.conf);
  if (refusal !== undefined) return refusal;
  context.connection.lastCommand = name;
  const { local } = command;
  return guarded(command, context.log, () =>
    local === undefined ? runOnNode(command, args) : local(args, context),
  );
}

/** Runs a command that needs the node for a client of another thread, which has checked everything already. */
export function executeForThread(
  args: readonly Buffer[],
  context: CommandContext,
): Reply | Promise<Reply> | undefined {
  const found = resolve(args);
  if (found instanceof ErrorReply) return found;
  const { command } = found;
  return guarded(command, context.node.log, () => command.run?.(args, context));
}

/** The command that is meant and its full name, or the reply that says why there is none. */
function resolve(args: readonly Buffer[]): { command: Command; name: string } | ErrorReply {
  const command = COMMANDS.get(wordOf(args[0]!));
  if (command === undefined) return new ErrorReply(errors.unknownCommand(args));
  const sub = command.subcommands === undefined ? undefined : subcommandOf(command, args);
  if (sub instanceof ErrorReply) return sub;
  const name = sub === undefined ? command.name : `${command.name}|${sub.name}`;
  const chosen = sub ?? command;
  if (!arityFits(chosen.arity, args.length)) return new ErrorReply(errors.wrongArity(name));
  return { command: chosen, name };
}

function subcommandOf(command: Command, args: readonly Buffer[]): Command | ErrorReply | undefined {
  if (args.length === 1) {
    return command.run === undefined ? new ErrorReply(errors.wrongArity(command.name)) : undefined;
  }
  const word = wordOf(args[1]!);
  if (word === "help") return helpOf(command);
  const found = command.subcommands!.find((sub) => sub.name === word);
  if (found !== undefined) return found;
  return new ErrorReply(errors.unknownSubcommand(command.name.toUpperCase(), args[1]!));
}

/** Every container has HELP, because the text for an unknown subcommand sends people there. */
function helpOf(command: Command): Command {
  const name = command.name.toUpperCase();
  const lines = [`${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const sub of command.subcommands!) lines.push(sub.name.toUpperCase(), `    ${sub.summary}`);
  lines.push("HELP", "    Print this help.");
  return {
    name: "help",
    arity: 2,
    flags: ["loading", "stale"],
    summary: "Prints this help.",
    since: "5.0.0",
    group: command.group,
    local: () => lines.map((line) => new SimpleString(line)),
  };
}

function guarded(
  command: Command,
  log: Log,
  run: () => Reply | Promise<Reply> | undefined,
): Reply | Promise<Reply> | undefined {
  const broken = (error: unknown) => {
    log.error({ err: error, command: command.name }, "a command broke an invariant");
    return new ErrorReply(errors.internal);
  };
  try {
    const reply = run();
    return reply instanceof Promise ? reply.catch(broken) : reply;
  } catch (error) {
    return broken(error);
  }
}

function arityFits(arity: number, count: number): boolean {
  return arity < 0 ? count >= -arity : count === arity;
}

/** Names are ASCII; a longer word is no name and need not be converted whole. */
function wordOf(arg: Buffer): string {
  return arg.toString("latin1", 0, Math.min(arg.length, 64)).toLowerCase();
}
