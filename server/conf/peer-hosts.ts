/**
 * Where a node listens for other members.
 */
import { parseAddress, plainHost } from "../../cluster/address.ts";
import { isLoopback } from "./addresses.ts";
import type { NodeConf } from "./conf.ts";

/**
 * Where the peer port listens. A member that is known to the others by a loopback address needs no cluster-secret, so
 * it must not be reachable from elsewhere either, wherever clients may come from.
 */
export function peerHosts({ peerAddress, bind }: Pick<NodeConf, "peerAddress" | "bind">): readonly string[] {
  const { host } = parseAddress(peerAddress)!;
  return isLoopback(host) ? [plainHost(host)] : bind;
}
