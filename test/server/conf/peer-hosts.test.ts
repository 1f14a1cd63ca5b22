/**
 * Goal: a member that is known by a loopback address is reachable by nobody else.
 * Method: addresses of members and hosts for clients.
 */
import test from "ava";
import { peerHosts } from "../../../server/conf/peer-hosts.ts";

test("where clients come from, unless the node is known by a loopback address", (t) => {
  const bind = ["0.0.0.0"];
  t.deepEqual(peerHosts({ peerAddress: "10.0.0.1:16390", bind }), bind);
  t.deepEqual(peerHosts({ peerAddress: "127.0.0.1:16390", bind }), ["127.0.0.1"]);
  t.deepEqual(peerHosts({ peerAddress: "[::1]:16390", bind }), ["::1"]);
});
