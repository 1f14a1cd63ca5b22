/**
 * The Node that runs nodes whose features the Node of the tests may lack, and whether it lets threads share a port. For scripts,
 * too, so it does not know ava.
 */
import { execFileSync } from "node:child_process";
import { hasReusePort } from "../server/machine/reuse-port.ts";

/** CARROT_NODE_NEW is its path; by default it is the Node that runs this. */
export const NODE_NEW = process.env.CARROT_NODE_NEW ?? process.execPath;

/** Why a node that it runs would have one thread, whatever its conf says; undefined: it has as many as that says. */
export function lackOfThreads(): string | undefined {
  const version = execFileSync(NODE_NEW, ["-p", "process.versions.node"], { encoding: "utf8" }).trim();
  if (hasReusePort(version)) return undefined;
  return `threads need Node 22.12 or later on Linux (CARROT_NODE_NEW), this is ${version}`;
}

/** Ends a script that is to run a node with so many threads and cannot. */
export function endWithoutThreads(script: string, threads: number): void {
  const lack = threads > 1 ? lackOfThreads() : undefined;
  if (lack === undefined) return;
  console.error(`${script}: --threads ${threads}: ${lack}`);
  process.exit(2);
}
