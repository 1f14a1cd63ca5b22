/** Goal: each thing in a conf that needs descriptors is counted. Method: confs that differ in one thing. */
import test from "ava";
import { clientRoom } from "../../../server/clients/client-room.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import { descriptorLimit, roomFor } from "../../../server/machine/descriptors.ts";

test("peers, threads, connections of HTTP loaders and HTTP itself are counted", (t) => {
  const room = (text: string, threads = 1) => clientRoom(readConf({ text }), threads);
  const none = { peers: 0, threads: 1, origins: 0, hasHttp: false };
  const limit = descriptorLimit();
  t.deepEqual(room(""), roomFor(limit, none));
  t.deepEqual(room("", 3), roomFor(limit, { ...none, threads: 3 }));
  t.deepEqual(room("http-port 9999"), roomFor(limit, { ...none, hasHttp: true }));
  t.deepEqual(room("peers 127.0.0.1:16390 127.0.0.1:1"), roomFor(limit, { ...none, peers: 2 }));
  const groups = ["a loader http http://h/{key}", "b loader http http://h/{key}", "c loader module x.mjs"];
  const lines = groups.map((line) => `group ${line}\n`).join("");
  const origins = 64 + 7;
  t.deepEqual(room(`${lines}group b loader-concurrency 7`), roomFor(limit, { ...none, origins }));
});
