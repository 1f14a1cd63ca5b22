/**
 * How many clients the descriptors of this process leave room for.
 *
 * Knows Linux's way to tell the limit; where there is none, nothing is known and nothing is limited.
 */
import { readFileSync } from "node:fs";

/** Standard streams, the log, listening sockets, loaders' connections, the event loop's own, and some to spare. */
const OWN = 64;
/** Two links, and one of each that is being renewed. */
const PER_PEER = 4;
/** A worker's event loop and its listening sockets. */
const PER_WORKER = 8;

/** The limit of open files as the kernel has it now; undefined: unknown, or none. */
export function descriptorLimit(): number | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "latin1");
    const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** How many clients may be connected beside everything else that a node needs descriptors for; at least one. */
export function clientRoom(limit: number | undefined, peers: number, threads: number): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(1, limit - OWN - PER_PEER * peers - PER_WORKER * (threads - 1));
}
