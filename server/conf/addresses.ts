/**
 * Hosts and ports, and the one spelling of each that the cluster uses.
 *
 * Owns the canonical form of a member's id: host in lower case without a final dot, IPv6 compressed and in
 * brackets, port in plain decimal. Purely text: no name is ever looked up, so `localhost:1` and `127.0.0.1:1`
 * are two ids.
 */

import { isIPv4, isIPv6 } from "node:net";

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/;
const MAX_PORT = 65535;

export interface Address {
  /** Canonical; IPv6 in brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * Reads `host`, `host:port`, `[v6]`, `[v6]:port` or a bare v6 address; undefined when it is none of these.
 */
export function parseAddress(text: string): Address | undefined {
  if (isIPv6(text)) return { host: bracket(text), port: undefined };
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(text);
  const host = canonicalHost(match?.[1] ?? "");
  if (match === null || host === undefined) return undefined;
  const port = match[2] === undefined ? undefined : Number(match[2]);
  return port === 0 || (port ?? 0) > MAX_PORT ? undefined : { host, port };
}

/** The id of the member at an address. */
export function memberId(host: string, port: number): string {
  return `${host}:${port}`;
}

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

function canonicalHost(text: string): string | undefined {
  if (text.startsWith("[")) {
    const inner = text.slice(1, -1);
    return isIPv6(inner) ? bracket(inner) : undefined;
  }
  const host = text.toLowerCase().replace(/\.$/, "");
  if (isIPv4(host)) return host;
  // A name that ends in a number (10.0.0.256, 010.0.0.1) is a mistyped address: resolvers disagree on what it
  // is.
  return HOST_NAME.test(host) && !/(?:^|\.)\d+$/.test(host) ? host : undefined;
}

/** IPv6 in its one compressed spelling. A zone (fe80::1%eth0) is kept, as the URL parser knows none. */
function bracket(address: string): string {
  const [plain = "", zone] = address.split("%");
  const compressed = new URL(`http://[${plain}]`).hostname;
  return zone === undefined ? compressed : `${compressed.slice(0, -1)}%${zone}]`;
}
