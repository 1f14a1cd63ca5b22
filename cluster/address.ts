/**
 * A member's id read as the address to dial.
 *
 * Owns the form of an id: `host:port`, IPv6 in brackets. Keeps: what parses holds no byte that could break a log
 * line, a frame or a conf. Does not resolve names; two spellings of one host are two ids.
 */

export interface Address {
  readonly host: string;
  readonly port: number;
}

const FORM = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)):([1-9][0-9]{0,4})$/i;
/** The longest host name there is, and a port. */
const MAX_LENGTH = 253 + 6;

/** The address that an id stands for, or undefined when it is none. */
export function parseAddress(id: string): Address | undefined {
  if (id.length > MAX_LENGTH) return undefined;
  const match = FORM.exec(id);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port > 65535 ? undefined : { host: (match[1] ?? match[2])!, port };
}
