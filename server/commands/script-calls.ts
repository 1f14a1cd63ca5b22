/**
 * What a script's redis.call reaches: commands on the keys that the script has declared, and a few that need no key.
 *
 * Invariant: a call answers at once, from this node alone, and never touches a key that was not declared. Knows no Lua.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply, SimpleString } from "../../proto/reply.ts";
import type { ScriptHost } from "../scripts/redis-library.ts";
import { monitorLine } from "../sessions/monitor-line.ts";
import { clientKey } from "../store/database-key.ts";
import type { Command, CommandContext, CommandTable } from "./command.ts";
import { arityFits, commandMeant, isBare } from "./find-command.ts";
import { keysOf } from "./keys-of.ts";
import type { NodeFace } from "./node-face.ts";
import { withStoredKeys } from "./stored-words.ts";
import { contextHere, runHere } from "./whole-commands.ts";
import { nameOf } from "./words.ts";

/** What redis.log's levels are called in the log of this program. */
const LEVELS = ["debug", "debug", "info", "warn"] as const;
/** Commands without keys that a script may call. TIME is one of those that rate limiters need. */
const KEYLESS: ReadonlyMap<string, ((args: readonly Buffer[]) => Reply) | undefined> = new Map<
  string,
  ((args: readonly Buffer[]) => Reply) | undefined
>([
  ["time", undefined],
  ["echo", ([, text]) => text!],
  ["ping", ([, text]) => text ?? new SimpleString("PONG")],
]);

export interface ScriptCallsOptions {
  readonly node: NodeFace;
  readonly commands: CommandTable;
  /** The stored keys of those that the script has declared. */
  readonly keys: readonly Buffer[];
  readonly isReadOnly: boolean;
}

export class ScriptCalls implements ScriptHost {
  readonly #options: ScriptCallsOptions;
  readonly #declared: ReadonlySet<string>;
  readonly #context: CommandContext;

  constructor(options: ScriptCallsOptions) {
    this.#options = options;
    this.#declared = new Set(options.keys.map((key) => clientKey(key).toString("latin1")));
    this.#context = contextHere(options.node, options.keys);
  }

  call(words: readonly Buffer[]): Reply {
    const { node, commands } = this.#options;
    const { stats } = node.sessions;
    const command = this.#findAllowed(words);
    if (command instanceof ErrorReply) {
      stats.rejectCall(commandMeant(commands, words)?.name);
      return command;
    }
    if (node.sessions.isMonitored)
      node.sessions.seen(monitorLine(words, `${this.#context.database} lua`, node.wallMs()));
    const startMs = node.wallMs();
    const reply = this.#perform(command, words);
    stats.addCall(command.name, Math.round((node.wallMs() - startMs) * 1000), reply instanceof ErrorReply);
    return reply;
  }

  #perform(command: Command, words: readonly Buffer[]): Reply {
    const { node } = this.#options;
    const keyless = KEYLESS.get(command.name);
    if (keyless !== undefined) return keyless(words);
    const stored = withStoredKeys(command, words, this.#context.database);
    if (command.procedure === undefined)
      return runHere(command, node, () => command.run!(stored, this.#context));
    const procedure = command.procedure(stored, node);
    return procedure instanceof ErrorReply ? procedure : procedure.run().reply;
  }

  knows(words: readonly Buffer[]): boolean {
    return !(this.#find(words) instanceof ErrorReply);
  }

  log(level: number, text: string): void {
    this.#options.node.log[LEVELS[level]!]({ script: text }, "a script says");
  }

  #find(words: readonly Buffer[]): Command | ErrorReply {
    const named = this.#options.commands.get(nameOf(words[0]!));
    const hasWord = named?.subcommands !== undefined && (words.length > 1 || isBare(named));
    if (hasWord && words.length === 1) return new ErrorReply(errors.scriptArity);
    const command = hasWord ? named.subcommands!.get(nameOf(words[1]!)) : named;
    if (command === undefined) return new ErrorReply(errors.scriptUnknown);
    return arityFits(command.arity, words.length) ? command : new ErrorReply(errors.scriptArity);
  }

  #findAllowed(words: readonly Buffer[]): Command | ErrorReply {
    const command = this.#find(words);
    if (command instanceof ErrorReply) return command;
    const refused = this.#refusalOf(command, words);
    return refused === undefined ? command : new ErrorReply(refused);
  }

  #refusalOf(command: Command, words: readonly Buffer[]): string | undefined {
    const { name, flags, keyFlags, run } = command;
    const isPossible = KEYLESS.has(name) || (keyFlags !== undefined && run !== undefined);
    if (flags.includes("noscript") || !isPossible) return errors.scriptNotAllowed;
    if (this.#options.isReadOnly && flags.includes("write")) return errors.scriptReadOnly;
    const other = keysOf(command, words)?.find((key) => !this.#declared.has(key.toString("latin1")));
    return other && errors.scriptUndeclared(other);
  }
}
