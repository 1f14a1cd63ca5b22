/**
 * The facts of every command that a client can say.
 *
 * Invariant: a fact is written once. COMMAND, COMMAND DOCS, ACL CAT, HELP, key extraction and the commands reserved for
 * an administrator all follow from it. COMMAND replies in this order.
 */
import type { Facts } from "./command.ts";
import { FACTS_OF_CLIENTS } from "./facts-of-clients.ts";
import { FACTS_OF_KEYS } from "./facts-of-keys.ts";
import { FACTS_OF_NODE } from "./facts-of-node.ts";
import { FACTS_OF_OPERATIONS } from "./facts-of-operations.ts";
import { FACTS_OF_SCRIPTS } from "./facts-of-scripts.ts";

/** Full names: `client|list`. */
export type CommandName =
  | keyof typeof FACTS_OF_KEYS
  | keyof typeof FACTS_OF_OPERATIONS
  | keyof typeof FACTS_OF_CLIENTS
  | keyof typeof FACTS_OF_NODE
  | keyof typeof FACTS_OF_SCRIPTS;

export const FACTS: Readonly<Record<CommandName, Facts>> = {
  ...FACTS_OF_KEYS,
  ...FACTS_OF_OPERATIONS,
  ...FACTS_OF_CLIENTS,
  ...FACTS_OF_NODE,
  ...FACTS_OF_SCRIPTS,
};
