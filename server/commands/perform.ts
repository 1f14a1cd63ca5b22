/**
 * The last step of a command: on this thread what concerns its connection, by whoever has the node all else.
 *
 * Invariant: never throws and never rejects; what breaks an invariant is logged and answered with an error.
 */
import { ErrorReply } from "../../proto/reply.ts";
import { errors } from "../../proto/texts.ts";
import type { Log } from "../log.ts";
import type { Answer, Chosen, Command, LocalContext } from "./command.ts";

/** Performs a command of a connection of this thread. */
export function perform({ command, name, args }: Chosen, context: LocalContext): Answer {
  context.connection.lastCommand = name;
  const { local } = command;
  return guarded(command, context.log, () =>
    local === undefined ? context.runOnNode(command, args) : local(args, context),
  );
}

/** Runs it, and turns what it throws into a reply. */
export function guarded(command: Command, log: Log, run: () => Answer): Answer {
  const broken = (error: unknown) => {
    log.error({ err: error, command: command.name }, "a command broke an invariant");
    return new ErrorReply(errors.internal);
  };
  try {
    const reply = run();
    return reply instanceof Promise ? reply.catch(broken) : reply;
  } catch (error) {
    return broken(error);
  }
}
