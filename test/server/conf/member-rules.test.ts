/**
 * Goal: a node finds itself among its peers, or the start is refused with the reason.
 * Method: small confs, through the whole reader.
 */

import test from "ava";
import { readMember } from "../../../server/conf/member-rules.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

test("without peers a node is alone, whatever its ports are", (t) => {
  t.like(readConf(), { peers: [], peerPort: 16390, peerAddress: "127.0.0.1:16390" });
  t.like(readConf({ text: "port 0" }), { peers: [], peerPort: 0 });
  t.deepEqual(readConf({ text: "port 60000" }).peers, []);
});

test("a node finds itself by bind and peer-port, or by peer-address", (t) => {
  const found = (text: string) => readConf({ text: `${text}\ncluster-secret x` }).peerAddress;
  t.is(found("port 7001\npeers 127.0.0.1:17002 127.0.0.1:17001"), "127.0.0.1:17001");
  t.is(found("bind 10.0.0.1 127.0.0.1\npeer-port 5\npeers 10.0.0.1:5"), "10.0.0.1:5");
  t.is(found("bind ::1\npeers [0:0::1]:16390"), "[::1]:16390");
  t.is(found("bind 0.0.0.0\npeer-address Node-1:7\npeers node-1:7"), "node-1:7");
  t.is(found("bind 0.0.0.0\npeer-address Node-1\npeer-port 7\npeers NODE-1.:7"), "node-1:7");
});

const mistakes: readonly (readonly [text: string, message: string])[] = [
  [
    "port 1\npeers 127.0.0.1:10002 127.0.0.1:10003",
    "carrot.conf:2: peers: this node, 127.0.0.1:10001 (its peer-address), is not in the list",
  ],
  [
    "peers 127.0.0.1:16390 LOCALHOST:1\npeers localhost.:1",
    "carrot.conf:1: peers: localhost:1 is listed twice",
  ],
  [
    "peers 127.0.0.1:16390 10.0.0.1:1",
    "carrot.conf:1: peers: 10.0.0.1:1 is not on this machine: members need a cluster-secret",
  ],
  [
    'cluster-secret ""\nbind 10.0.0.1\npeers 10.0.0.1:16390',
    "carrot.conf:3: peers: 10.0.0.1:16390 is not on this machine: members need a cluster-secret",
  ],
  [
    "bind 0.0.0.0\npeers 127.0.0.1:16390",
    "carrot.conf:2: peers: no member can dial 0.0.0.0:16390: give this node's own address as peer-address",
  ],
  [
    "bind ::\npeers [::]:16390",
    "carrot.conf:2: peers: no member can dial [::]:16390: give this node's own address as peer-address",
  ],
  [
    "port 60000\npeers 127.0.0.1:1",
    "carrot.conf:1: port: port + 10000 is no port (70000): give a peer-port, as peers are set",
  ],
  [
    "peers 10.0.0.256:1",
    'carrot.conf:1: peers: expected HOST:PORT such as 10.0.0.1:16390 or [fd00::1]:16390, got "10.0.0.256:1"',
  ],
];

for (const wrong of ["a..b:1", "[::1", "10.0.0.256:1"]) {
  const expected = "expected HOST:PORT such as 10.0.0.1:16390 or [fd00::1]:16390";
  test(`a member at ${wrong} is refused with one text, in a conf (with its line) and in a command`, (t) => {
    const refusal = (text: string) => t.throws(() => readConf({ text }), { name: "ConfError" })?.message;
    const got = `got "${wrong}"`;
    t.is(refusal(`port 1\npeers ${wrong}`), `carrot.conf:2: peers: ${expected}, ${got}`);
    t.is(
      refusal(`port 1\npeer-address ${wrong}`),
      `carrot.conf:2: peer-address: ${expected}, or the host alone, ${got}`,
    );
    t.deepEqual(readMember(wrong, ""), { wrong: expected });
  });
}

for (const [text, message] of mistakes) {
  test(`${JSON.stringify(text)} is refused`, (t) => {
    t.throws(() => readConf({ text }), { name: "ConfError", message });
  });
}

test("members on loopback, however spelt, need no secret", (t) => {
  const text = "peers 127.0.0.1:16390 127.9.9.9:1 localhost:1 [::1]:1 [::ffff:127.0.0.1]:1";
  t.is(readConf({ text }).peers.length, 5);
});

test("1,025 members are refused, one less is not", (t) => {
  const ids = Array.from({ length: 1025 }, (_, index) => `127.0.0.1:${16390 + index}`);
  t.is(
    readConf({ text: `peers ${ids.slice(1).join(" ")} 127.0.0.1:16390`.replace(ids[1024] ?? "", "") }).peers
      .length,
    1024,
  );
  t.throws(() => readConf({ text: `peers ${ids.join(" ")}` }), {
    message: "carrot.conf:1: peers: 1025 members, at most 1024 work",
  });
});
