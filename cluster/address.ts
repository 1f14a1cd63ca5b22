/**
 * Hosts, ports and members' ids, in the one spelling that the cluster uses.
 *
 * Owns the canonical form of an id, `host:port`: the host in lower case without a final dot, IPv6 compressed and in
 * brackets, the port in plain decimal. Keeps: a text that parses holds no byte that could break a log line, a frame or a
 * conf. Never looks a name up, so `localhost:1` and `127.0.0.1:1` are two ids.
 */

interface Address {
  /** Canonical; IPv6 in brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/** The error for a text that is no member's address, in the conf, in a command and on a link. */
export const MEMBER_EXPECTED = "expected HOST:PORT such as 10.0.0.1:16390 or [fd00::1]:16390";

const MAX_PORT = 65535;
/** The longest host name there is, and a port. */
const MAX_LENGTH = 253 + 6;
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** Text in the alphabet of IPv6, and a zone behind it; the URL parser says whether it is an address. */
const IPV6 = /^([0-9a-f:.]*:[0-9a-f:.]*)(%[0-9a-z.:-]+)?$/i;

/**
 * Reads `host`, `host:port`, `[v6]`, `[v6]:port` or a bare v6 address; undefined when it is none of these.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const bare = canonicalIPv6(text);
  if (bare !== undefined) return { host: bare, port: undefined };
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(text);
  const host = canonicalHost(match?.[1] ?? "");
  if (match === null || host === undefined) return undefined;
  const port = match[2] === undefined ? undefined : Number(match[2]);
  return port === 0 || (port ?? 0) > MAX_PORT ? undefined : { host, port };
}

/** The id of the member at a canonical host. */
export function memberId(host: string, port: number): string {
  return `${host}:${port}`;
}

/** Whether this is a member's id in its one spelling. */
export function isMemberId(text: string): boolean {
  const address = parseAddress(text);
  return address?.port !== undefined && memberId(address.host, address.port) === text;
}

/** A canonical host as connect and listen take it: IPv6 without brackets. */
export function plainHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

function canonicalHost(text: string): string | undefined {
  if (text.startsWith("[")) return canonicalIPv6(text.slice(1, -1));
  const host = text.toLowerCase().replace(/\.$/, "");
  if (IPV4.test(host)) return host;
  // A name that ends in a number (10.0.0.256, 010.0.0.1) is a mistyped address: resolvers disagree on what it is.
  return HOST_NAME.test(host) && !/(?:^|\.)\d+$/.test(host) ? host : undefined;
}

/** The address, compressed and in brackets. A zone (fe80::1%eth0) stays as it is, since the URL parser knows none. */
function canonicalIPv6(text: string): string | undefined {
  const [, address, zone = ""] = IPV6.exec(text) ?? [];
  const url = `http://[${address}]`;
  if (address === undefined || !URL.canParse(url)) return undefined;
  return `${new URL(url).hostname.slice(0, -1)}${zone}]`;
}
