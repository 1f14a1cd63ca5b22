/**
 * The list of all commands.
 *
 * A new command is added to the list of its file, and its facts to facts.ts. Knows no command's meaning.
 */
import { absentCommands } from "./absent-commands.ts";
import { aclCommands } from "./acl-command.ts";
import { carrotCommands } from "./carrot-commands.ts";
import { clientCommands } from "./client-commands.ts";
import { clientControlCommands } from "./client-control.ts";
import type { Command, CommandTable } from "./command.ts";
import { commandCommands } from "./command-command.ts";
import { configCommands } from "./config-command.ts";
import { connectionCommands } from "./connection-commands.ts";
import { tableOf } from "./define.ts";
import { expiryCommands } from "./expiry-commands.ts";
import { keyCommands } from "./key-commands.ts";
import { memoryCommands } from "./memory-commands.ts";
import { objectCommands } from "./object-command.ts";
import { pubsubCommands } from "./pubsub-commands.ts";
import { scanCommands } from "./scan-commands.ts";
import { serverCommands } from "./server-commands.ts";
import { setCommands } from "./set-commands.ts";
import { slowlogCommands } from "./slowlog-command.ts";
import { cachingUsedCommand, trackingCommands } from "./tracking-commands.ts";
import { transactionCommands } from "./transaction-commands.ts";
import { valueCommands } from "./value-commands.ts";

/** Every command that a client can say. */
export const COMMANDS: CommandTable = tableOf([
  ...keyCommands,
  ...setCommands,
  ...valueCommands,
  ...expiryCommands,
  ...objectCommands,
  ...memoryCommands,
  ...scanCommands,
  ...connectionCommands,
  ...transactionCommands,
  ...pubsubCommands,
  ...clientCommands,
  ...clientControlCommands,
  ...trackingCommands,
  ...commandCommands,
  ...configCommands,
  ...serverCommands,
  ...slowlogCommands,
  ...aclCommands,
  ...absentCommands,
  ...carrotCommands,
]);

/**
 * Every command that runs where the node is, with the one among them that no client can say. Threads share the order:
 * from thread to thread a command goes as its number in this list.
 */
export const NODE_COMMANDS: readonly Command[] = [
  ...[...COMMANDS.values()].flatMap((command) => [command, ...(command.subcommands?.values() ?? [])]),
  cachingUsedCommand,
].filter(({ run }) => run !== undefined);
