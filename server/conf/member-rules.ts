/**
 * The rules between the directives about members.
 *
 * Owns how bind, port, peer-port, peer-address, peers and cluster-secret go together: a node finds itself in `peers` by
 * its peer-address, and members that are not all on one machine share a secret.
 */

import { MEMBER_EXPECTED, memberId, parseAddress } from "../../cluster/address.ts";
import { MAX_MEMBERS } from "../../cluster/ring-view.ts";
import { isAnyAddress, isLoopback } from "./addresses.ts";
import { type ConfError, errorAt, type Place } from "./conf-error.ts";

/** How far the peer port is from the port, unless the conf says otherwise; as with Redis Cluster's bus. */
const PEER_PORT_OFFSET = 10000;

/** The directives as the conf gives them; undefined: the default follows from the others. */
interface GivenMembers {
  readonly bind: readonly string[];
  readonly port: number;
  readonly peerPort: number | undefined;
  readonly peerAddress: string | undefined;
  readonly peers: readonly string[];
  readonly clusterSecret: string;
}

interface Members {
  readonly peerPort: number;
  readonly peerAddress: string;
  readonly peers: readonly string[];
}

/** Throws a ConfError when the members break a rule. `places` has the places of the directives, by name. */
export function resolveMembers(given: GivenMembers, places: ReadonlyMap<string, Place>): Members {
  const fail = (name: string, text: string): ConfError => errorAt(places.get(name), name, text);
  const alone = given.peers.length === 0;
  const peerPort = given.peerPort ?? besidePort(given.port);
  if (!alone && peerPort > 65535) {
    throw fail("port", `port + 10000 is no port (${peerPort}): give a peer-port, as peers are set`);
  }
  const peerAddress = advertised(given, peerPort);
  if (alone) return { peerPort: peerPort > 65535 ? 0 : peerPort, peerAddress, peers: [] };

  if (isAnyAddress(hostOf(peerAddress)) && given.peerAddress === undefined) {
    throw fail("peers", `no member can dial ${peerAddress}: give this node's own address as peer-address`);
  }
  if (given.peers.length > MAX_MEMBERS)
    throw fail("peers", `${given.peers.length} members, at most ${MAX_MEMBERS} work`);
  const twice = given.peers.find((id, index) => given.peers.indexOf(id) !== index);
  if (twice !== undefined) throw fail("peers", `${twice} is listed twice`);
  if (!given.peers.includes(peerAddress)) {
    throw fail("peers", `this node, ${peerAddress} (its peer-address), is not in the list`);
  }
  const foreign = given.peers.find((id) => !isLoopback(hostOf(id)));
  if (foreign !== undefined && given.clusterSecret === "") {
    throw fail("peers", `${foreign} is not on this machine: members need a cluster-secret`);
  }
  return { peerPort, peerAddress, peers: given.peers };
}

/** The id of a member that an operator names while the node runs. The rules are those for `peers`. */
export function readMember(
  text: string,
  secret: string,
): { readonly id: string } | { readonly wrong: string } {
  const address = parseAddress(text);
  if (address?.port === undefined) return { wrong: MEMBER_EXPECTED };
  if (isAnyAddress(address.host)) return { wrong: "no member can dial it" };
  if (!isLoopback(address.host) && secret === "")
    return { wrong: "not on this machine, and there is no cluster-secret" };
  return { id: memberId(address.host, address.port) };
}

function besidePort(port: number): number {
  return port === 0 ? 0 : port + PEER_PORT_OFFSET;
}

/** This node's id: peer-address; bind and peer-port give what it leaves out. */
function advertised({ peerAddress, bind }: GivenMembers, peerPort: number): string {
  const address = parseAddress(peerAddress ?? bind[0] ?? "127.0.0.1");
  return memberId(address?.host ?? "127.0.0.1", address?.port ?? peerPort);
}

function hostOf(id: string): string {
  return parseAddress(id)?.host ?? id;
}
