/**
 * The last step of a command: its `local` runs on this thread, or its `run` on the thread that has the node.
 *
 * Invariant: never throws and never rejects. An exception is logged, and the client gets an error. Each command is
 * counted when it has its reply.
 */
import { errors } from "../../proto/error-texts.ts";
import { type Answer, ErrorReply, errorCodeOf, type Reply } from "../../proto/reply.ts";
import { shownKey } from "../loaders/shown-key.ts";
import type { Log } from "../machine/log.ts";
import { NobodyAnswers } from "../members/reach.ts";
import { cutWords } from "../sessions/slow-log.ts";
import type { Chosen, Command, LocalContext } from "./command.ts";

/** Performs a command of a connection of this thread. */
export function perform({ command, args }: Chosen, context: LocalContext): Answer {
  const { connection, sessions, log } = context;
  connection.lastCommand = command.name;
  const startedMs = sessions.nowMs;
  const isLogged = log.isLevelEnabled("trace");
  const key = isLogged ? firstKey(command, args) : undefined;
  const finished = (reply: Reply | undefined, words: () => Buffer[]) => {
    const took = { ms: tookMs ?? sessions.nowMs - startedMs, error: errorCodeOf(reply) };
    sessions.performed(command, words, took, connection);
    if (isLogged)
      log.trace(
        { command: command.name, key, client: connection.id, ...took, ms: Number(took.ms.toFixed(3)) },
        "a command",
      );
    return reply;
  };
  const { local } = command;
  const answer = guarded(command, log, () =>
    local === undefined ? context.runOnNode(command, args) : local(args, context),
  );
  // The pause behind a wrong password is not the time that AUTH took.
  const tookMs = command.flags.includes("no_auth") ? sessions.nowMs - startedMs : undefined;
  if (!(answer instanceof Promise)) return finished(answer, () => cutWords(args));
  // The words die with this call.
  const words = sessions.slowLog.isOn ? cutWords(args) : [];
  return answer.then((reply) => finished(reply, () => words));
}

/** For the log. It has no other word of a command: one may be a password. */
function firstKey({ keys }: Command, args: readonly Buffer[]): string | undefined {
  const key = keys && args[keys.first];
  return key && shownKey(key);
}

/** Calls `run`, and makes an error reply of an exception. */
export function guarded(command: Command, log: Log, run: () => Answer): Answer {
  const broken = (error: unknown) => {
    if (error instanceof NobodyAnswers) return new ErrorReply(`ERR ${error.message}`);
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
