/**
 * Goal: what /metrics gets to show is the node's. Method: a node that has been used, beside a member that is not there.
 */
import test from "ava";
import { metricsOf } from "../../../server/observe/metrics-snapshot.ts";
import { ownHost, startRig } from "../rig.ts";

test("figures are the node's own, by group and by member", async (t) => {
  const host = ownHost();
  const clock = () => performance.now();
  const lines = [
    ...[`bind ${host}`, "peer-port 10000", `peers ${host}:10000 127.0.0.1:1`, "maxclients 1"],
    ...["group scores ttl 0", "group users ttl 0"],
  ];
  const { node, ask, client } = await startRig(t, lines, { clock });
  const raw = await client();
  await raw.reply("PING\r\n", "+PONG\r\n");
  await ask(["PING"]);
  const { node: own, groups, peers } = metricsOf(node.report);
  t.like(own, {
    connections: 1,
    connectionsReceived: 2,
    rejectedConnections: 1,
    commands: 1,
  });
  t.is(own.waitLatency.count, 0);
  t.deepEqual([...groups.keys()], ["scores", "users"]);
  t.is(groups.get("users")!.maxBytes, node.cache.groups.named("users")!.store.figures().maxBytes);
  t.is(peers.length, 1);
  t.like(peers[0], { id: "127.0.0.1:1", up: false, inFlight: 0 });
});

test("a node that is alone has no members to show; waits and loads are counted", async (t) => {
  const { node, ask, clock } = await startRig(t);
  await ask(["GET", "scores:a"]);
  clock.advance(5000);
  const { node: own, groups, peers } = metricsOf(node.report);
  t.deepEqual(peers, []);
  t.is(own.uptimeSeconds, 5);
  t.is(own.waitLatency.count, 1);
  t.is(own.loadLatency.count, 1);
  t.like(groups.get("scores"), { loads: 1, misses: 1, entries: 1 });
});
