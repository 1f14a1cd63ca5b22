/**
 * Several nodes of real parts in this process that make one cluster, with real sockets between them.
 *
 * Owns what it starts, as rig.ts does.
 */
import type { ExecutionContext } from "ava";
import { until } from "../until.ts";
import { ownHost, type Rig, type RigOptions, startRig } from "./rig.ts";

const PEER_PORT = 7379;

/**
 * Starts `count` members with these lines, by default on the clock of the machine. Resolves when every member has its links
 * to all others.
 */
export async function startMembers(
  t: ExecutionContext,
  count: number,
  lines: readonly string[] = [],
  options: RigOptions = {},
): Promise<Rig[]> {
  const hosts = Array.from({ length: count }, ownHost);
  const ids = hosts.map((host) => `${host}:${PEER_PORT}`);
  const rigs = await Promise.all(
    hosts.map((host) => {
      // On a busy machine an answer may take longer than the second that a member waits by default.
      const own = [`bind ${host}`, `peer-port ${PEER_PORT}`, `peers ${ids.join(" ")}`, "peer-timeout 30s"];
      return startRig(t, [...own, ...lines], { clock: () => performance.now(), ...options });
    }),
  );
  for (const { node } of rigs) {
    const { membership, peers } = node.cache;
    await until("the links are up", () => membership.others.every((id) => peers!.isUp(id)));
  }
  return rigs;
}

/** The first key with this prefix that the member owns. */
export function keyAt({ node }: Rig, prefix = "scores:"): string {
  for (let i = 0; ; i++) {
    if (node.cache.membership.ring.ownerOf(Buffer.from(`${prefix}${i}`)) === node.cache.membership.self)
      return `${prefix}${i}`;
  }
}
