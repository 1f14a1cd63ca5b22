/**
 * Which commands change the cluster or the node, and who may say them.
 *
 * Invariant: with an `admin-password` none of them is run for a client that has not given it; without one, the ring is
 * changed from this machine only.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply } from "../../proto/reply.ts";
import { isLocalPeer } from "../conf/addresses.ts";
import type { LocalContext } from "./command.ts";

/** Full names. A test holds this list and the command table to each other. */
export const RING_COMMANDS: ReadonlySet<string> = new Set([
  "carrot.peers|add",
  "carrot.peers|remove",
  "carrot.peers|set",
]);
export const ADMIN_COMMANDS: ReadonlySet<string> = new Set([
  ...RING_COMMANDS,
  "client|kill",
  "client|pause",
  "client|unblock",
  "client|unpause",
  "config|resetstat",
  "config|set",
  "flushall",
  "flushdb",
  "latency|reset",
  "monitor",
  "shutdown",
  "slowlog|reset",
]);

/** Why this client may not run the command of this full name; undefined when it may. */
export function refusalOf(
  name: string,
  { connection: { session, socket, host }, conf }: Pick<LocalContext, "connection" | "conf">,
): ErrorReply | undefined {
  if (!ADMIN_COMMANDS.has(name)) return undefined;
  const isOpen = conf.adminPassword === "";
  if (isOpen ? !RING_COMMANDS.has(name) || isLocalPeer(socket.remoteAddress) : session.user === "admin")
    return undefined;
  host.counters.denied++;
  return new ErrorReply(isOpen ? errors.ringFromElsewhere : errors.noPermission(name));
}
