/**
 * A node inside a program: node examples/embedded.mjs
 *
 * The group's loader is a function. get() asks the node without a socket; a Redis client gets the same value on its port.
 */

import { startNode } from "carrotcache";

const scores = new Map([
  ["Tom", "630"],
  ["Jack", "589"],
  ["Sam", "567"],
]);

const node = await startNode({
  directives: { port: 0 },
  groups: { scores: { maxmemory: 2 << 10, ttl: "10m", load: (key) => scores.get(key) ?? null } },
});

const score = await node.get("scores:Tom");
console.log(`Tom has ${score}, and redis-cli -p ${node.port} GET scores:Tom would say so, too`);

await node.close();
