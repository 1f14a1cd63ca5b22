/**
 * Whether a client may say a reserved command, one that changes the node or the cluster for everybody.
 *
 * Invariant: with an `admin-password` a reserved command runs only for the user `admin`; without one, only clients of
 * this machine change the ring. A command's facts say whether it is reserved.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply } from "../../proto/reply.ts";
import { isLocalClient } from "../clients/unix-socket.ts";
import type { Command, LocalContext } from "./command.ts";

/** Why this client may not say the command; undefined when it may. */
export function denialOf(
  { name, reserved }: Command,
  context: Pick<LocalContext, "connection" | "conf" | "sessions" | "inExec">,
): ErrorReply | undefined {
  if (reserved === undefined) return undefined;
  const { conf, sessions } = context;
  const { session, socket, host } = context.connection;
  const isOpen = conf.adminPassword === "";
  if (isOpen ? reserved !== "ring" || isLocalClient(socket) : session.user === "admin") return undefined;
  host.counters.denied++;
  sessions.denied({ reason: "command", object: name, username: session.user }, context);
  return new ErrorReply(isOpen ? errors.ringFromElsewhere : errors.noPermission(name));
}
