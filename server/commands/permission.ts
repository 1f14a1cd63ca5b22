/**
 * Whether a client may say a command that changes the cluster or the node.
 *
 * Invariant: with an `admin-password` no reserved command runs for a client that has not given it; without one, the
 * ring is changed from this machine only. Which commands are reserved stands in their facts.
 */
import { ErrorReply } from "../../proto/reply.ts";
import { errors } from "../../proto/texts.ts";
import { isLocalPeer } from "../conf/addresses.ts";
import type { Command, LocalContext } from "./command.ts";

/** Why this client may not say the command; undefined when it may. */
export function denialOf(
  { name, reserved }: Command,
  { connection: { session, socket, host }, conf }: Pick<LocalContext, "connection" | "conf">,
): ErrorReply | undefined {
  if (reserved === undefined) return undefined;
  const isOpen = conf.adminPassword === "";
  if (isOpen ? reserved !== "ring" || isLocalPeer(socket.remoteAddress) : session.user === "admin")
    return undefined;
  host.counters.denied++;
  return new ErrorReply(isOpen ? errors.ringFromElsewhere : errors.noPermission(name));
}
