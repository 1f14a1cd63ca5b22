/**
 * Whether several threads can listen on one port, and whether a port is free for them.
 *
 * Owns the knowledge that `reusePort` works with Node 22.12 and later on Linux; an older Node ignores the option. There,
 * threads could share one descriptor instead, but then the whole process would end when a worker ends.
 */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect } from "node:net";

/** Connecting to port 0 always fails, but only after the socket is bound. */
const NO_PORT = 0;

/** Whether `listen({ reusePort: true })` gives several sockets one port and spreads connections over them. */
export function hasReusePort(
  nodeVersion = process.versions.node,
  platform: string = process.platform,
): boolean {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const isNew = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
  return platform === "linux" && isNew;
}

/**
 * Resolves if this process can have the port; rejects with EADDRINUSE if another process has it. Without this check,
 * `reusePort` would let the two processes share the port without an error. It binds a socket and does not listen, so a
 * client that dials meanwhile is refused at once.
 */
export async function claimPort(host: string, port: number): Promise<void> {
  const { address } = await lookup(host);
  const socket = connect({ host: address, port: NO_PORT, localAddress: address, localPort: port });
  const [{ code }] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  if (code !== "EADDRINUSE") return;
  const text = `listen EADDRINUSE: address already in use ${host}:${port}`;
  throw Object.assign(new Error(text), { code, address: host, port });
}
