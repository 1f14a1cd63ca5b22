/**
 * How many clients the limit of open files leaves room for.
 *
 * Owns what a node needs descriptors for beside its clients.
 */
import { processLimit } from "./process-limits.ts";

/** For standard streams, the log, listening sockets, loaders' connections and the event loop, and some to spare. */
const OWN = 64;
/** Two links to each peer, and two more while they are renewed. */
const PER_PEER = 4;
/** For a worker's event loop and its listening sockets. */
const PER_WORKER = 8;

/** The process' limit of open files; undefined: it is unknown, or there is none. */
export function descriptorLimit(): number | undefined {
  return processLimit("Max open files");
}

/** How many clients may be connected, beside all else that a node needs descriptors for; at least one. */
export function clientRoom(limit: number | undefined, peers: number, threads: number): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(1, limit - OWN - PER_PEER * peers - PER_WORKER * (threads - 1));
}
