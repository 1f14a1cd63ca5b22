/**
 * The ACL categories of a command, for ACL CAT and COMMAND INFO.
 *
 * Owns the rules that make categories of flags and group. Where Redis breaks these rules, the command's facts list its
 * categories. A test compares all commands with redis-server.
 */
import type { CommandFlag } from "../clients/command-shape.ts";
import type { Command } from "./command.ts";
import { isBare } from "./find-command.ts";

/** In Redis' order. */
export const ACL_CATEGORIES: readonly string[] = [
  ...["keyspace", "read", "write", "set", "sortedset", "list", "hash", "string", "bitmap", "hyperloglog"],
  ...["geo", "stream", "pubsub", "admin", "fast", "slow", "blocking", "dangerous", "connection"],
  ...["transaction", "scripting"],
];

const OF_FLAG: Readonly<Partial<Record<CommandFlag, readonly string[]>>> = {
  readonly: ["read"],
  write: ["write"],
  pubsub: ["pubsub"],
  admin: ["admin", "dangerous"],
  dangerous: ["dangerous"],
};
const OF_GROUP: Readonly<Partial<Record<Command["group"], readonly string[]>>> = {
  generic: ["keyspace"],
  string: ["string"],
  bitmap: ["bitmap"],
  connection: ["connection"],
  transactions: ["transaction"],
  scripting: ["scripting"],
};

/** The categories of a command, without `@` and in Redis' order. */
export function categoriesOf(command: Command): readonly string[] {
  const { flags, group, categories } = command;
  // In Redis a bare container is in no category of its group, only its subcommands are.
  const ofGroup = isBare(command) ? [] : (OF_GROUP[group] ?? []);
  const has = new Set([
    // A script's flags say what it may do, not what it is.
    ...(group === "scripting" ? [] : flags.flatMap((flag) => OF_FLAG[flag] ?? [])),
    ...(categories ?? ofGroup),
    flags.includes("fast") ? "fast" : "slow",
  ]);
  return ACL_CATEGORIES.filter((category) => has.has(category));
}
