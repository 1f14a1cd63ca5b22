/**
 * Loopback addresses for nodes that are given fixed ports. Only this process uses these addresses, so every port on them is
 * free; a port of 127.0.0.1 that is free now may be taken a moment later. Linux has all of 127/8.
 *
 * Holds one port of 127.0.0.1 while the process lives, and makes the addresses from its number. No other process can have
 * that port, so no other process makes the same addresses.
 */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
server.unref();
const { port } = server.address() as AddressInfo;
/** The number of values for the last byte of an address, which may be neither 0 nor 255. */
const HOSTS = 254;
let hosts = 0;

/** An address that no other test uses; after 254 of them the first one comes again. */
export function ownHost(): string {
  return `127.${port >> 8}.${port & 255}.${1 + (hosts++ % HOSTS)}`;
}
