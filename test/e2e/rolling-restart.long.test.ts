/**
 * Goal: when nodes are restarted one after the other under load, clients that reconnect on FIN see no error and no wrong
 * value, and get every reply whose command had been read.
 * Method: three real processes, nine clients with pipelines of 16 GETs, hits and misses. The origin is slow, so that
 * loads are under way whenever a node is told to end.
 */
import test from "ava";
import { startOrigin } from "./origin.ts";
import { keepBusy, sealed } from "./pipelining.ts";
import { startCluster } from "./processes.ts";

test("a rolling restart under load costs no reply, no error and no wrong value", async (t) => {
  const origin = await startOrigin(t, 20);
  origin.respond = (key, response) => {
    const value = sealed(key);
    if (value === null) response.writeHead(404).end();
    else response.end(value);
  };
  const { nodes, restart } = await startCluster(t, 3, [
    `group item loader http http://127.0.0.1:${origin.port}/items/{key}`,
    "group item ttl 1h",
    // So that a busy machine does not fail the test.
    "group item loader-timeout 30s",
    "shutdown-timeout 30s",
    // Ignored where this Node has no threads that share a port.
    "threads 2",
  ]);
  const ports = nodes.map(({ port }) => port);
  const clients = await keepBusy(t, ports, origin);
  for (const [i, node] of [...nodes].entries()) {
    const others = clients.all.filter(({ port }) => port !== node.port);
    node.kill("SIGTERM");
    t.is(await node.ended, 0, node.output());
    t.notRegex(node.output(), /not everything was answered/);
    await Promise.all(others.map((client) => client.more(5)));
    await restart(i);
    await Promise.all(clients.all.map((client) => client.more(5)));
  }
  await clients.stop();
  t.deepEqual(
    clients.all.flatMap(({ problems }) => problems),
    [],
  );
  t.deepEqual(
    clients.raw.map(({ connections }) => connections),
    clients.raw.map(() => 2),
  );
  const answers = clients.all.reduce((sum, client) => sum + client.answers, 0);
  const unread = clients.raw.reduce((sum, client) => sum + client.unread, 0);
  t.log(`${answers} replies, ${origin.total()} loads, ${unread} commands unread at a FIN`);
});
