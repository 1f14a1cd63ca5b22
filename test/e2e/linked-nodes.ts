/**
 * Three linked nodes for the tests of a file about what a cluster answers while its members reach each other.
 *
 * Owns the nodes, the origin and a client of each node. The tests of the file share them, one after the other, and each
 * test gets them empty. The links have more time than by default, so that a busy machine does not fail the tests.
 */
import { Redis } from "ioredis";
import { startedOnce } from "../started-once.ts";
import { type Origin, startOrigin } from "./origin.ts";
import { allLinked, type Cluster, startCluster } from "./processes.ts";

export interface LinkedNodes extends Cluster {
  readonly origin: Origin;
  /** A client of ioredis for each node. */
  readonly clients: readonly Redis[];
}

/**
 * Called at the top of a file. The function that it returns gives each test the nodes, empty and with their links up.
 * `linesFor` adds lines to their conf.
 */
export function linkedNodes(
  linesFor: (origin: Origin) => readonly string[] = () => [],
): () => Promise<LinkedNodes> {
  const nodes = startedOnce(async (owner): Promise<LinkedNodes> => {
    const origin = await startOrigin(owner);
    const cluster = await startCluster(owner, 3, [
      `group item loader http http://127.0.0.1:${origin.port}/items/{key}`,
      ...["group item loader-timeout 30s", "peer-timeout 30s", ...linesFor(origin)],
    ]);
    const clients = cluster.nodes.map(({ port }) => new Redis(port, "127.0.0.1"));
    // A test may end a node and start it again.
    for (const client of clients) client.on("error", () => {});
    owner.teardown(() => {
      for (const client of clients) client.disconnect();
    });
    return { ...cluster, origin, clients };
  });
  return async () => {
    const linked = await nodes();
    await Promise.all(linked.nodes.map(allLinked));
    await linked.clients[0]!.flushall();
    linked.origin.reset();
    return linked;
  };
}
