/**
 * Commands that run whole: at once, at the one member that owns all of their keys.
 *
 *     local      holds up the client's next commands until the answer is there: they come after this one
 *       run      finds the owner, here or at another member (changes/procedures.ts)
 *     procedure  what is done at the owner, on what it holds
 *
 * Knows no command's meaning.
 */
import { errors } from "../../proto/error-texts.ts";
import { type Answer, ErrorReply, type Reply } from "../../proto/reply.ts";
import type { FindProcedure } from "../changes/procedures.ts";
import type { AnyClient } from "../sessions/any-client.ts";
import { databaseOf } from "../store/database-key.ts";
import type {
  Command,
  CommandContext,
  CommandTable,
  LocalContext,
  MakeProcedure,
  RunWhole,
} from "./command.ts";
import { define } from "./define.ts";
import type { CommandName } from "./facts.ts";
import { findCommand } from "./find-command.ts";
import { keysOf } from "./keys-of.ts";
import type { NodeFace } from "./node-face.ts";
import { guarded } from "./perform.ts";
import { nameOf } from "./words.ts";

/** A procedure runs for nobody: changes/ knows for whom. Its number is no client's. */
const NOBODY: AnyClient = { id: 0, push: () => {}, closeAfterReplies: () => {} };

/** A command that runs whole, of a function that needs nothing but what the owner holds. */
export function defineWhole(name: CommandName, run: RunWhole): Command {
  const command: Command = define(name, {
    procedure: (args, node) => {
      const keys = keysOf(command, args) ?? [];
      return {
        keys,
        loads: false,
        isReadOnly: command.flags.includes("readonly"),
        extraMs: 0,
        run: () => {
          const reply = runHere(command, node, () => run(args, contextHere(node, keys)));
          return { reply, undo: reply instanceof ErrorReply };
        },
      };
    },
    run: (args, context) => runAtOwner(command, args, context),
    local: (args, context) => inTurn(command, args, context),
  });
  return command;
}

/** Runs a command at the owner of its keys. For a client that tracks, one that only reads notes the keys. */
export function runAtOwner(
  command: Command,
  args: readonly Buffer[],
  { node, client, reader }: CommandContext,
): Reply | Promise<Reply> {
  const { holdings, procedures } = node.cache;
  if (reader !== undefined)
    for (const key of keysOf(command, args) ?? []) holdings.noteLook(Buffer.from(key), { reader });
  return procedures.run(args, { by: client.id });
}

/** Runs a command on the node. The connection takes no other command until the answer is there. */
export function inTurn(command: Command, args: readonly Buffer[], context: LocalContext): Answer {
  const answer = context.runOnNode(command, args);
  if (answer instanceof Promise && !context.inExec) context.connection.waitFor(answer);
  return answer;
}

/** Calls what answers at once. An exception is logged, and becomes an error. */
export function runHere(command: Command, node: NodeFace, run: () => Answer): Reply {
  const reply = guarded(command, node.log, run);
  if (!(reply instanceof Promise)) return reply ?? null;
  return guarded(command, node.log, () => {
    throw new Error(`'${command.name}' waits, although nothing is asked of another member`);
  }) as Reply;
}

/** What a procedure's commands may use: the entries of this node. All stored keys are of one database. */
export function contextHere(node: NodeFace, [key]: readonly Buffer[]): CommandContext {
  const database = key === undefined ? 0 : databaseOf(key);
  return { node: Object.create(node, { cache: { value: node.cache.here } }), client: NOBODY, database };
}

/** Finds what words stand for at the owner of their keys. `hidden`: what no client can say, but a member can. */
export function procedureFinder(
  commands: CommandTable,
  hidden: ReadonlyMap<string, MakeProcedure>,
  node: NodeFace,
): FindProcedure {
  return (words) => {
    const known = hidden.get(nameOf(words[0]!));
    if (known !== undefined) return known(words, node);
    const chosen = findCommand(commands, words);
    if (chosen instanceof ErrorReply) return chosen;
    return chosen.command.procedure?.(chosen.args, node) ?? new ErrorReply(errors.unknownCommand(words));
  };
}
