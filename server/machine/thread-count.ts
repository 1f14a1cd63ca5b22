/**
 * How many threads serve clients.
 *
 * Invariant: a system that cannot spread connections over threads gets one thread, and the operator is told the reason.
 */
import { availableParallelism } from "node:os";
import { hasReusePort } from "./reuse-port.ts";

interface ThreadCount {
  readonly threads: number;
  /** Why there are fewer threads than the conf asks for; undefined: there are as many. */
  readonly why: string | undefined;
}

/** The threads to run, for the value of the directive `threads`. */
export function threadCount(
  wanted: number | "auto",
  { canShare = hasReusePort(), hasPort = true } = {},
): ThreadCount {
  const threads = wanted === "auto" ? availableParallelism() : wanted;
  if (threads === 1 || (canShare && hasPort)) return { threads, why: undefined };
  if (!hasPort) return { threads: 1, why: `threads ${wanted}: only one can listen on a unix socket` };
  const why = `threads ${wanted} needs Node 22.12 or later on Linux to share a port; this is Node ${process.versions.node}`;
  return { threads: 1, why };
}
