/**
 * How many threads can serve clients here, and on which port.
 *
 * Owns the knowledge of where several threads can listen on one port: `reusePort` is in Node 22.12 and later on Linux.
 * An older Node ignores the option, and the ways around it (a shared descriptor) end the whole process when a worker
 * ends, so there it stays at one thread.
 */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect } from "node:net";
import { availableParallelism } from "node:os";

/** To connect to it fails once the socket is bound. */
const NOBODYS_PORT = 0;

export interface ThreadCount {
  readonly threads: number;
  /** Why there are fewer than asked for. */
  readonly why: string | undefined;
}

/** Whether `listen({ reusePort: true })` spreads connections over threads. */
export function hasReusePort(
  nodeVersion = process.versions.node,
  platform: string = process.platform,
): boolean {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const isNew = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
  return platform === "linux" && isNew;
}

/** The threads to run for the directive `threads`. */
export function threadCount(wanted: number | "auto", canShare = hasReusePort()): ThreadCount {
  const threads = wanted === "auto" ? availableParallelism() : wanted;
  if (threads === 1 || canShare) return { threads, why: undefined };
  const why = `threads ${wanted} needs Node 22.12 or later on Linux to share a port; this is Node ${process.versions.node}`;
  return { threads: 1, why };
}

/**
 * Rejects with EADDRINUSE when somebody has the port: with `reusePort` two processes would share it without a word. Binds a
 * socket that does not listen: who dials meanwhile is told that nobody does, and not reset a moment later.
 */
export async function claimable(host: string, port: number): Promise<void> {
  const { address } = await lookup(host);
  const socket = connect({ host: address, port: NOBODYS_PORT, localAddress: address, localPort: port });
  const [{ code }] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  if (code !== "EADDRINUSE") return;
  const text = `listen EADDRINUSE: address already in use ${host}:${port}`;
  throw Object.assign(new Error(text), { code, address: host, port });
}
