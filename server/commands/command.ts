/**
 * What a command is: its facts, which are data, and the function that carries it out.
 *
 * Owns the types only. The facts are in facts.ts, the commands in table.ts, and the way from words to a reply begins in
 * execute.ts.
 */
import type { Tracker } from "../../cluster/tracker.ts";
import type { Answer } from "../../proto/reply.ts";
import type { CommandFlag, CommandShape } from "../clients/command-shape.ts";
import type { Connection } from "../clients/connection.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Log } from "../machine/log.ts";
import type { AnyClient } from "../sessions/any-client.ts";
import type { ThreadSessions } from "../sessions/thread-sessions.ts";
import type { NodeFace } from "./node-face.ts";

/** Commands by the word that a client says. */
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
  /** The client for which CLIENT TRACKING notes the keys that the command reads; undefined: no client. */
  readonly reader?: Tracker | undefined;
}

/**
 * Runs with all words, the name first. The words are views that die with this call: copy what is kept.
 */
export type Run = (args: readonly Buffer[], context: CommandContext) => Answer;
export type RunLocally = (args: readonly Buffer[], context: LocalContext) => Answer;

/** The function of a command. A container whose bare name does nothing has none. */
export interface Work {
  /** For a command that needs the node. */
  readonly run?: Run;
  /**
   * For a command that concerns its connection. One that concerns the node too has both: `local` is called and asks for
   * `run` as it needs it.
   */
  readonly local?: RunLocally;
}

/** What clients are told of a command, and what the way of a command looks at. */
export interface Facts {
  /** As in Redis: the number of words including the name; negative: at least that many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** Positions of keys among the words, as in COMMAND INFO; `last` counts from the end when negative. */
  readonly keys?: { readonly first: number; readonly last: number; readonly step: number };
  /** What is done to the keys, as in COMMAND GETKEYSANDFLAGS; undefined: what stands there is no key. */
  readonly keyFlags?: readonly string[];
  /** ACL categories, where they are not the one that the group tells. */
  readonly categories?: readonly string[];
  /**
   * For whom the command is reserved. `admin`: with an `admin-password`, for the user `admin`. `ring`: the same, and
   * without one for clients of this machine.
   */
  readonly reserved?: "admin" | "ring";
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
  readonly summary: string;
}

/** A command with its full name (`client|list`), its facts and its function. */
export interface Command extends CommandShape, Facts, Work {
  /** Of a container: by the second word. */
  readonly subcommands?: CommandTable;
}

/** A command that is known, with words of the right number. */
export interface Chosen {
  readonly command: Command;
  readonly args: readonly Buffer[];
}
