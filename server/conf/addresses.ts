/**
 * Tells which hosts are on this machine, and which stand for every address of it.
 *
 * Hosts are canonical, as cluster/address.ts reads them. Never looks a name up.
 */

import { isIPv4 } from "node:net";

/** Whether what is sent to this host (canonical) stays on this machine: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "[::1]") return true;
  // ::ffff:127.0.0.1 and its like, as the URL parser writes them.
  return (isIPv4(host) && host.startsWith("127.")) || host.startsWith("[::ffff:7f");
}

/** Whether the other side of a socket is on this machine, by the address that the socket has for it. */
export function isLocalPeer(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address.startsWith("127.") || address === "::1" || address.startsWith("::ffff:127.");
}

/** Whether this host (canonical) means "every address of this machine", which nobody can dial. */
export function isAnyAddress(host: string): boolean {
  return host === "0.0.0.0" || host === "[::]";
}
