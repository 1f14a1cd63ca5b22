/**
 * Goal: what /metrics gets to show is the node's. Method: a node that has been used, beside a member that is not there.
 */
import test from "ava";
import { metricsOf } from "../../server/metrics-snapshot.ts";
import { freePorts } from "../e2e/processes.ts";
import { startRig } from "./rig.ts";

test("figures are the node's own, by group and by member", async (t) => {
  const [port] = await freePorts(1);
  const self = `127.0.0.1:${port}`;
  const { node, ask, client, clock } = await startRig(t, [
    ...[`peer-port ${port}`, `peers ${self} 127.0.0.1:1`, "maxclients 1"],
    ...["group scores ttl 0", "group users ttl 0"],
  ]);
  const raw = await client();
  await raw.reply("PING\r\n", "+PONG\r\n");
  await ask(["PING"]);
  clock.advance(5000);
  const { node: own, groups, peers } = metricsOf(node);
  t.like(own, {
    connections: 1,
    connectionsReceived: 2,
    rejectedConnections: 1,
    commands: 1,
    uptimeSeconds: 5,
  });
  t.is(own.waitLatency.count, 0);
  t.deepEqual([...groups.keys()], ["scores", "users"]);
  t.is(groups.get("users")!.maxBytes, node.groups.named("users")!.store.figures().maxBytes);
  t.is(peers.length, 1);
  t.like(peers[0], { id: "127.0.0.1:1", up: false, inFlight: 0 });
});

test("a node that is alone has no members to show; waits and loads are counted", async (t) => {
  const { node, ask } = await startRig(t);
  await ask(["GET", "scores:a"]);
  const { node: own, groups, peers } = metricsOf(node);
  t.deepEqual(peers, []);
  t.is(own.waitLatency.count, 1);
  t.is(own.loadLatency.count, 1);
  t.like(groups.get("scores"), { loads: 1, misses: 1, entries: 1 });
});
