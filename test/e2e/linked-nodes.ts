/**
 * Tests of nodes that reach each other all the while. A machine that is held up for longer than a heartbeat allows has
 * members given up and stood in for, which is right, and answers differently: more loads, a copy that missed a delete.
 */
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { type Cluster, startCluster } from "./processes.ts";

const ATTEMPTS = 4;

/** Starts three nodes whose conf files have these lines in common. */
export type StartNodes = (lines: readonly string[]) => Promise<Cluster>;

/** A test that is run again, on new nodes, where it failed and one of them had been given up by another. */
export function linkedTest(
  title: string,
  run: (t: ExecutionContext, startNodes: StartNodes) => Promise<void>,
): void {
  test(title, async (t) => {
    for (let attempt = 1; ; attempt++) {
      const clusters: Cluster[] = [];
      let hasLost = false;
      const tried = await t.try(async (tt) => {
        try {
          await run(tt, async (lines) => {
            const cluster = await startCluster(tt, 3, lines);
            clusters.push(cluster);
            return cluster;
          });
        } catch (error) {
          hasLost = (await Promise.all(clusters.map(hasLostALink))).includes(true);
          throw error;
        }
      });
      if (tried.passed || !hasLost || attempt === ATTEMPTS) return tried.commit();
      tried.discard();
      t.log("a member was silent for too long: once more");
    }
  });
}

/** Whether a member has been given up by another since the start; false as well where a node does not answer. */
async function hasLostALink({ nodes }: Cluster): Promise<boolean> {
  const clients = nodes.map(({ port }) => new Redis(port, "127.0.0.1", { retryStrategy: () => null }));
  for (const client of clients) client.on("error", () => {});
  try {
    const lists = await Promise.all(clients.map((client) => client.call("CARROT.PEERS")));
    return (lists as (string | number)[][][]).flat().some((fields) => {
      const value = (name: string) => fields[fields.indexOf(name) + 1];
      return value("state") !== "up" || Number(value("reconnects")) > 0;
    });
  } catch {
    return false;
  } finally {
    for (const client of clients) client.disconnect();
  }
}
