/**
 * The table of all commands, gathered from the files that define them.
 *
 * Invariant: each name in facts.ts has one command here. Knows no command's meaning.
 */
import { absentCommands } from "./absent-commands.ts";
import { aclCommands } from "./acl-command.ts";
import { bitCommands } from "./bit-commands.ts";
import { carrotCommands } from "./carrot-commands.ts";
import { clientCommands } from "./client-commands.ts";
import { clientControlCommands } from "./client-control.ts";
import type { Command, CommandTable } from "./command.ts";
import { commandCommands } from "./command-command.ts";
import { compareCommands } from "./compare-commands.ts";
import { configCommands } from "./config-command.ts";
import { connectionCommands } from "./connection-commands.ts";
import { counterCommands } from "./counter-commands.ts";
import { debugCommands } from "./debug-command.ts";
import { tableOf } from "./define.ts";
import { expiryCommands } from "./expiry-commands.ts";
import { keyCommands } from "./key-commands.ts";
import { memoryCommands } from "./memory-commands.ts";
import { objectCommands } from "./object-command.ts";
import { probeCommands } from "./probe-commands.ts";
import { pubsubCommands } from "./pubsub-commands.ts";
import { scanCommands } from "./scan-commands.ts";
import { scriptCommands } from "./script-commands.ts";
import { serverCommands } from "./server-commands.ts";
import { setCommands } from "./set-commands.ts";
import { severalKeysCommands } from "./several-keys-commands.ts";
import { slowlogCommands } from "./slowlog-command.ts";
import { cachingUsedCommand, trackingCommands } from "./tracking-commands.ts";
import { transactionCommands } from "./transaction-commands.ts";
import { valueCommands } from "./value-commands.ts";

/** Every command that a client can say. */
export const COMMANDS: CommandTable = tableOf([
  ...keyCommands,
  ...setCommands,
  ...valueCommands,
  ...counterCommands,
  ...bitCommands,
  ...compareCommands,
  ...expiryCommands,
  ...severalKeysCommands,
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
  ...scriptCommands(() => COMMANDS),
  ...absentCommands,
  ...debugCommands,
  ...probeCommands,
  ...carrotCommands,
]);

/**
 * Every command with a `run`, and one that no client can say. A worker names a command to the main thread by its place
 * in this list, so all threads have the same order.
 */
export const NODE_COMMANDS: readonly Command[] = [
  ...[...COMMANDS.values()].flatMap((command) => [command, ...(command.subcommands?.values() ?? [])]),
  cachingUsedCommand,
].filter(({ run }) => run !== undefined);
