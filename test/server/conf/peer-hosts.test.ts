/**
 * Goal: a member that is known by a loopback address is reachable by nobody else.
 * Method: addresses of members and hosts for clients.
 */
import test from "ava";
import { peerHosts } from "../../../server/conf/peer-hosts.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

test("where clients come from, unless the node is known by a loopback address", (t) => {
  const bind = ["0.0.0.0"];
  t.deepEqual(peerHosts({ peerAddress: "10.0.0.1:16390", bind }), bind);
  t.deepEqual(peerHosts({ peerAddress: "127.0.0.1:16390", bind }), ["127.0.0.1"]);
  t.deepEqual(peerHosts({ peerAddress: "[::1]:16390", bind }), ["::1"]);
});

test("every peer-address that the conf takes is listened for", (t) => {
  for (const address of ["_a.svc:16390", "a-:16390", "[fe80::1%eth0]:16390"]) {
    const conf = readConf({ text: `peer-address ${address}\nbind 10.0.0.1` });
    t.deepEqual(peerHosts(conf), ["10.0.0.1"], address);
  }
});
