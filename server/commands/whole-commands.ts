/**
 * Commands that run whole: at once, at the one member that owns all of their keys.
 *
 *     local  holds up the client's next commands until the answer is there: they come after this one
 *       run  finds the owner, here or at another member (changes/procedures.ts)
 *     whole  at the owner, on what it holds
 *
 * Knows no command's meaning.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import type { FindProcedure } from "../changes/procedures.ts";
import type { AnyClient } from "../sessions/any-client.ts";
import { databaseOf } from "../store/database-key.ts";
import type { Command, CommandContext, CommandTable, LocalContext, RunWhole } from "./command.ts";
import { define } from "./define.ts";
import type { CommandName } from "./facts.ts";
import { findCommand } from "./find-command.ts";
import { keysOf } from "./keys-of.ts";
import type { NodeFace } from "./node-face.ts";
import { guarded } from "./perform.ts";

/** A procedure runs for nobody: changes/ knows for whom. Its number is no client's. */
const NOBODY: AnyClient = { id: 0, closeAfterReplies: () => {}, push: () => {} } as unknown as AnyClient;

/** A command that runs whole. */
export function defineWhole(name: CommandName, whole: RunWhole): Command {
  const command: Command = define(name, {
    whole,
    run: (args, { node, client, reader }) => {
      if (reader !== undefined)
        for (const key of keysOf(command, args) ?? [])
          node.cache.holdings.noteLook(Buffer.from(key), { reader });
      return node.cache.procedures.run(args, { by: client.id });
    },
    local: (args, context) => inTurn(command, args, context),
  });
  return command;
}

/** Runs a command on the node. The connection takes no other command until the answer is there. */
function inTurn(
  command: Command,
  args: readonly Buffer[],
  context: LocalContext,
): ReturnType<Command["run"] & {}> {
  const answer = context.runOnNode(command, args);
  if (answer instanceof Promise && !context.inExec) context.connection.waitFor(answer);
  return answer;
}

/** What a command does at the owner of its keys, on this node. */
export function procedureFinder(commands: CommandTable, node: NodeFace): FindProcedure {
  return (words) => {
    const chosen = findCommand(commands, words);
    if (chosen instanceof ErrorReply) return chosen;
    const { command, args } = chosen;
    const { whole } = command;
    if (whole === undefined) return new ErrorReply(errors.unknownCommand(words));
    const keys = keysOf(command, args) ?? [];
    return {
      keys,
      loads: false,
      isReadOnly: command.flags.includes("readonly"),
      extraMs: 0,
      run: () => {
        const reply = guarded(command, node.log, () => whole(args, contextHere(node, keys))) as Reply;
        return { reply, undo: reply instanceof ErrorReply };
      },
    };
  };
}

/** What a procedure's commands may use: the entries of this node. All stored keys are of one database. */
function contextHere(node: NodeFace, [key]: readonly Buffer[]): CommandContext {
  const database = key === undefined ? 0 : databaseOf(key);
  return { node: Object.create(node, { cache: { value: node.cache.here } }), client: NOBODY, database };
}
