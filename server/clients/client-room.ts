/**
 * How many clients a node of this conf can have on this machine, over RESP and over HTTP.
 *
 * Owns what a conf needs descriptors for; how many there are, and who gets how many, is in machine/descriptors.ts.
 */
import type { NodeConf } from "../conf/conf.ts";
import { descriptorLimit, type Room, roomFor } from "../machine/descriptors.ts";

/** `threads`: those that run. An HTTP loader opens as many connections as it may have loads at a time. */
export function clientRoom(
  { peers, groups, httpPort }: Pick<NodeConf, "peers" | "groups" | "httpPort">,
  threads: number,
): Room {
  const origins = groups.filter(({ loader }) => loader.kind === "http");
  return roomFor(descriptorLimit(), {
    peers: peers.length,
    threads,
    origins: origins.reduce((sum, { loaderConcurrency }) => sum + loaderConcurrency, 0),
    hasHttp: httpPort !== 0,
  });
}
