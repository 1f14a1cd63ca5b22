/**
 * Addresses of this machine for nodes that are given fixed ports: each port of such an address is free, which of
 * 127.0.0.1's nobody can say for longer than a moment. Linux has all of 127/8.
 *
 * Owns a port of the kernel's choice while the process lives: no other process has it, so that none has these addresses.
 */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
server.unref();
const { port } = server.address() as AddressInfo;
/** Of the last byte, which may be neither 0 nor 255. */
const HOSTS = 254;
let hosts = 0;

/** An address that no other test uses; after 254 of them the first one comes again. */
export function ownHost(): string {
  return `127.${port >> 8}.${port & 255}.${1 + (hosts++ % HOSTS)}`;
}
