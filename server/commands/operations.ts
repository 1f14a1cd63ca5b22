/**
 * What commands share that make a new value out of the old one: INCR, APPEND, SETRANGE, SETBIT and their kin.
 *
 * Such a command works on the value that a GET would give, so the owner loads first what it does not have. Invariant: no
 * later command of the same client overtakes it meanwhile, as the EXPIRE in "INCR k, EXPIRE k 60" would.
 */
import type { Edited, Operation } from "../../cluster/edit.ts";
import type { Reply } from "../../proto/reply.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Command, CommandContext, Run } from "./command.ts";
import { define } from "./define.ts";
import type { CommandName } from "./facts.ts";
import { edited, LOOK, unkeepable } from "./key-access.ts";

/** Has the owner of a key make an operation. `read` makes the reply of what the operation answers. */
export function operated(
  context: CommandContext,
  key: Buffer,
  operation: Operation & { readonly argument: Buffer },
  read: (result: string) => Reply,
): Reply | Promise<Reply> {
  const edit = { ...LOOK, isUse: false, operation, loadsFirst: true };
  const reply = ({ result = "" }: Edited) => read(result);
  return unkeepable(key, operation.argument, context) ?? edited(context, key, edit, reply);
}

/**
 * The command of this name. Only where a load may come first its connection waits for the reply: elsewhere the owner makes
 * all edits in the order in which they were sent.
 */
export function defineOperation(name: CommandName, run: Run): Command {
  const command: Command = define(name, {
    run,
    local: (args, context) => {
      const answer = context.runOnNode(command, args);
      const { connection, conf } = context;
      if (answer instanceof Promise && mayLoad(args[1]!, connection.session.database, conf))
        connection.waitFor(answer);
      return answer;
    },
  });
  return command;
}

/** Whether the group of a client's key, the one with the longest prefix, has an origin. */
function mayLoad(key: Buffer, ofDatabase: number, { groups }: NodeConf): boolean {
  const fitting = groups.filter(
    ({ database, prefix }) => database === ofDatabase && key.subarray(0, prefix.length).equals(prefix),
  );
  const [group] = fitting.sort((a, b) => b.prefix.length - a.prefix.length);
  return group !== undefined && group.loader.kind !== "none";
}
