/**
 * What a command is: its facts, which are data, and the function that carries it out.
 *
 * Owns the types only. The facts are in facts.ts, the commands in table.ts, and the way from words to a reply begins in
 * execute.ts.
 */
import type { Tracker } from "../../cluster/tracker.ts";
import type { Answer, ErrorReply, Reply } from "../../proto/reply.ts";
import type { Procedure } from "../changes/procedures.ts";
import type { CommandFlag, CommandShape } from "../clients/command-shape.ts";
import type { Connection } from "../clients/connection.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Log } from "../machine/log.ts";
import type { AnyClient } from "../sessions/any-client.ts";
import type { ThreadSessions } from "../sessions/thread-sessions.ts";
import type { NodeFace } from "./node-face.ts";

/** Commands by the word that a client says. */
export type CommandTable = ReadonlyMap<string, Command>;

/** What a command may use of its connection and of the thread that serves it. */
export interface LocalContext {
  readonly connection: Connection;
  /** Read at each use. */
  readonly conf: NodeConf;
  readonly log: Log;
  /** Of this thread. */
  readonly sessions: ThreadSessions;
  readonly commands: CommandTable;
  /** The command runs inside EXEC. */
  readonly inExec?: true;
  /** Calls the `run` of a command on the thread that has the node. */
  runOnNode(command: Command, args: readonly Buffer[]): Answer;
}

/** What a command may use of the node. The node is on the main thread. */
export interface CommandContext {
  readonly node: NodeFace;
  readonly client: AnyClient;
  /** The one that the client has chosen. */
  readonly database: number;
  /** The client for which CLIENT TRACKING notes the keys that the command reads; undefined: no client. */
  readonly reader?: Tracker | undefined;
}

/**
 * `args` are all words, the name first, with stored keys in place of the client's. They are views that die with this call:
 * copy what is kept.
 */
export type Run = (args: readonly Buffer[], context: CommandContext) => Answer;
/** The same on the thread of the connection, with the words as the client has said them. */
export type RunLocally = (args: readonly Buffer[], context: LocalContext) => Answer;

/** The same at the owner of its keys, at once: `context.node.cache` is what that member holds by itself. */
export type RunWhole = (args: readonly Buffer[], context: CommandContext) => Reply;
/** What the words stand for at the owner of their keys, or what is wrong with them. */
export type MakeProcedure = (args: readonly Buffer[], node: NodeFace) => Procedure | ErrorReply;

/** What carries out a command. A bare container, which only holds subcommands, has neither. */
export interface Work {
  /** Runs on the main thread, for a command that needs the node. */
  readonly run?: Run;
  /**
   * Runs on the thread of the connection. A command that needs its connection and the node has both: the thread calls
   * `local`, which calls `run` through `runOnNode`.
   */
  readonly local?: RunLocally;
  /** What runs whole at the one owner of all keys; see whole-commands.ts. */
  readonly procedure?: MakeProcedure;
}

/** What other parts of the server ask about a command without running it. */
export interface Facts {
  /** As in Redis: the number of words including the name; negative: at least that many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** Positions of keys among the words, as in COMMAND INFO; `last` counts from the end when negative. */
  readonly keys?: { readonly first: number; readonly last: number; readonly step: number };
  /** The position of the word that says how many keys follow it, in place of `keys`. */
  readonly keyCountAt?: number;
  /** What the command does to its keys, as in COMMAND GETKEYSANDFLAGS; undefined: it has none, or they are channels. */
  readonly keyFlags?: readonly string[];
  /** The same for the second key, where the command does something else to it. */
  readonly secondKeyFlags?: readonly string[];
  /** ACL categories in place of the group's. */
  readonly categories?: readonly string[];
  /**
   * `admin`: with an `admin-password`, only the user `admin` may say the command. `ring`: the same, and without an
   * `admin-password` only clients of this machine.
   */
  readonly reserved?: "admin" | "ring";
  /** The first version of Redis with this command; for CARROT.* the first version of carrotCache. */
  readonly since: string;
  readonly group:
    | "generic"
    | "string"
    | "bitmap"
    | "connection"
    | "server"
    | "transactions"
    | "pubsub"
    | "cluster"
    | "scripting"
    | "carrot";
  readonly summary: string;
}

/** A command with its full name (`client|list`), its facts and its function. */
export interface Command extends CommandShape, Facts, Work {
  /** A container's subcommands, by the second word. */
  readonly subcommands?: CommandTable;
}

/** A known command with the right number of words. */
export interface Chosen {
  readonly command: Command;
  readonly args: readonly Buffer[];
}
