/**
 * What a command is: its name, its shape, what COMMAND tells about it, and what it does.
 *
 * Owns the types only; `table.ts` has the list and the way from arguments to a reply.
 */
import type { Reply } from "../../proto/reply.ts";
import type { Connection } from "../connection.ts";
import type { Node } from "../node.ts";

/** What a running command may use. */
export interface CommandContext {
  readonly node: Node;
  readonly connection: Connection;
}

/** Redis' own flags, as COMMAND INFO shows them. */
export type CommandFlag =
  | "admin"
  | "allow_busy"
  | "dangerous"
  | "fast"
  | "loading"
  | "no_auth"
  | "noscript"
  | "readonly"
  | "stale"
  | "write";

export interface Command {
  /** Lower case; of a subcommand its own word only. */
  readonly name: string;
  /** As in Redis: the number of words including the name; negative: at least that many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** Positions of keys among the words, as in COMMAND INFO; `last` counts from the end when negative. */
  readonly keys?: { readonly first: number; readonly last: number; readonly step: number };
  readonly summary: string;
  /** The version of Redis that first had it, or of carrotCache for CARROT.* */
  readonly since: string;
  readonly group: "generic" | "string" | "connection" | "server" | "carrot";
  readonly subcommands?: readonly Command[];
  /**
   * Runs with all words, the name first. The words are views that die with this call: copy what is kept. Left out
   * where there are subcommands and the bare name does nothing. Returns undefined for no reply at all.
   */
  readonly run?: (args: readonly Buffer[], context: CommandContext) => Reply | Promise<Reply> | undefined;
}
