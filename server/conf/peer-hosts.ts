/**
 * The addresses that a node's peer port listens on.
 *
 * Keeps: a peer port that may do without a cluster-secret cannot be reached from other machines.
 */
import { parseAddress, plainHost } from "../../cluster/address.ts";
import { isLoopback } from "./addresses.ts";
import type { NodeConf } from "./conf.ts";

/**
 * The addresses of `bind`. But if this member's peer-address is a loopback address, so that it needs no cluster-secret:
 * that address alone.
 */
export function peerHosts({ peerAddress, bind }: Pick<NodeConf, "peerAddress" | "bind">): readonly string[] {
  const { host } = parseAddress(peerAddress)!;
  return isLoopback(host) ? [plainHost(host)] : bind;
}
