/**
 * Goal: a member whose peer-address is a loopback address cannot be reached from other machines.
 * Method: peer-addresses of several kinds beside one bind.
 */
import test from "ava";
import { peerHosts } from "../../../server/conf/peer-hosts.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

test("the peer port listens where clients do, unless the node's peer-address is a loopback address", (t) => {
  const bind = ["0.0.0.0"];
  t.deepEqual(peerHosts({ peerAddress: "10.0.0.1:16390", bind }), bind);
  t.deepEqual(peerHosts({ peerAddress: "127.0.0.1:16390", bind }), ["127.0.0.1"]);
  t.deepEqual(peerHosts({ peerAddress: "[::1]:16390", bind }), ["::1"]);
});

test("every peer-address that the conf takes gives an address to listen on", (t) => {
  for (const address of ["_a.svc:16390", "a-:16390", "[fe80::1%eth0]:16390"]) {
    const conf = readConf({ text: `peer-address ${address}\nbind 10.0.0.1` });
    t.deepEqual(peerHosts(conf), ["10.0.0.1"], address);
  }
});
