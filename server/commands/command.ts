/**
 * What a command is: its name, its shape, what COMMAND tells about it, and what it does.
 *
 * Owns the types only. `table.ts` has the list and the way from words to a reply.
 */
import type { Tracker } from "../../cluster/tracker.ts";
import type { Answer } from "../../proto/reply.ts";
import type { CommandFlag } from "../clients/command-shape.ts";
import type { Connection } from "../clients/connection.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Log } from "../machine/log.ts";
import type { AnyClient } from "../sessions/any-client.ts";
import type { ThreadSessions } from "../sessions/thread-sessions.ts";
import type { NodeFace } from "./node-face.ts";

/** Every command there is, by name. */
export type CommandTable = ReadonlyMap<string, Command>;

/** What a command may use that concerns only its connection; there is one on every thread. */
export interface LocalContext {
  readonly connection: Connection;
  /** Read at each use. */
  readonly conf: NodeConf;
  readonly log: Log;
  /** Of this thread. */
  readonly sessions: ThreadSessions;
  readonly commands: CommandTable;
  /** Inside an EXEC. */
  readonly inExec?: true;
  /** Has `run` of a command called where the node is. */
  runOnNode(command: Command, args: readonly Buffer[]): Answer;
}

/** What a command may use that needs the node; it runs on the main thread. */
export interface CommandContext {
  readonly node: NodeFace;
  readonly client: AnyClient;
  /** For whom the keys that the command reads are noted (CLIENT TRACKING); undefined: nobody. */
  readonly reader?: Tracker | undefined;
}

/** A command that is known, with words of the right number. */
export interface Chosen {
  readonly command: Command;
  /** With its container: `client|list`. */
  readonly name: string;
  readonly args: readonly Buffer[];
}

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
  readonly group:
    | "generic"
    | "string"
    | "connection"
    | "server"
    | "transactions"
    | "pubsub"
    | "cluster"
    | "carrot";
  readonly subcommands?: readonly Command[];
  /**
   * Runs with all words, the name first. The words are views that die with this call: copy what is kept. A command
   * has this or `local`, or neither, where there are subcommands and the bare name does nothing.
   */
  readonly run?: (args: readonly Buffer[], context: CommandContext) => Answer;
  /**
   * The same for a command that concerns its connection. One that concerns the node too has both: `local` is called and
   * asks for `run` as it needs it.
   */
  readonly local?: (args: readonly Buffer[], context: LocalContext) => Answer;
}
