/**
 * How many clients the limit of open files leaves room for, over RESP and over HTTP.
 *
 * Invariant: whoever connects, the node keeps the descriptors that it needs for itself, for members and for its loaders.
 * Where the limit of open files is unknown, only HTTP is limited.
 */
import { processLimit } from "./process-limits.ts";

/** For standard streams, the log, listening sockets, connections of module loaders, the event loop, and some to spare. */
const OWN = 64;
/** Two links to each peer, and two more while they are renewed. */
const PER_PEER = 4;
/** For a worker's event loop and its listening sockets. */
const PER_WORKER = 8;
/** Enough for some scrapers, some balancers and a pool of programs. */
const MAX_HTTP = 1024;
/** Where descriptors are few, HTTP gets this part of what is left, and clients of RESP the rest. */
const HTTP_PART = 1 / 4;

/** What needs descriptors beside clients. */
export interface DescriptorNeeds {
  readonly peers: number;
  readonly threads: number;
  /** Connections that loaders open. */
  readonly origins: number;
  readonly hasHttp: boolean;
}

export interface Room {
  readonly clients: number;
  readonly http: number;
}

/** The process' limit of open files; undefined: it is unknown, or there is none. */
export function descriptorLimit(): number | undefined {
  return processLimit("Max open files");
}

/** How many clients of each kind may be connected, beside all else that a node needs descriptors for; at least one. */
export function roomFor(limit: number | undefined, needs: DescriptorNeeds): Room {
  if (limit === undefined) return { clients: Number.POSITIVE_INFINITY, http: needs.hasHttp ? MAX_HTTP : 0 };
  const { peers, threads, origins } = needs;
  const left = limit - OWN - PER_PEER * peers - PER_WORKER * (threads - 1) - origins;
  const http = needs.hasHttp ? Math.max(1, Math.min(MAX_HTTP, Math.floor(left * HTTP_PART))) : 0;
  return { clients: Math.max(1, left - http), http };
}
