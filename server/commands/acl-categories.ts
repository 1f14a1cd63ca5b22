/**
 * Redis' categories of commands, as ACL CAT and COMMAND INFO tell them.
 *
 * Owns which command is in which: flags and groups tell most of it, Redis' own exceptions are listed. Compared with
 * redis-server by its test.
 */

import type { CommandFlag } from "../clients/command-shape.ts";
import type { Command } from "./command.ts";

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
const OF_GROUP: Readonly<Partial<Record<Command["group"], string>>> = {
  generic: "keyspace",
  string: "string",
  connection: "connection",
  transactions: "transaction",
};
/** By full name or the name of the container; instead of what the group tells. */
const OF_NAME: Readonly<Record<string, readonly string[]>> = {
  dbsize: ["keyspace"],
  flushall: ["keyspace"],
  flushdb: ["keyspace"],
  object: [],
  client: [],
  command: ["connection"],
  info: ["dangerous"],
  readonly: ["connection"],
  readwrite: ["connection"],
  asking: ["connection"],
  wait: ["connection"],
  role: ["admin", "dangerous"],
};

/** The categories of a command, without `@` and in Redis' order; `fullName`: `client|list`. */
export function categoriesOf(
  { flags, group }: Pick<Command, "flags" | "group">,
  fullName: string,
): readonly string[] {
  const ofGroup = OF_GROUP[group];
  const named = fullName.startsWith("command|") ? OF_NAME.command : OF_NAME[fullName];
  const has = new Set([
    ...flags.flatMap((flag) => OF_FLAG[flag] ?? []),
    ...(named ?? (ofGroup === undefined ? [] : [ofGroup])),
    flags.includes("fast") ? "fast" : "slow",
  ]);
  return ACL_CATEGORIES.filter((category) => has.has(category));
}
