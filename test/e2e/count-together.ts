/**
 * Counts in a cluster with many clients at once, and says what came out.
 *
 * Owns the nodes and the clients, which end with the test.
 */
import type { ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { startCluster } from "./processes.ts";

interface Counting {
  readonly threads: number;
  /** The Node that runs the nodes. */
  readonly runtime?: string;
  /** INCRs of all clients together. */
  readonly count: number;
}

const CLIENTS = 50;
/** Each client has a few INCRs under way. */
const AT_ONCE = 4;
const KEYS = ["a", "b", "c", "hot"];

/**
 * 50 clients of three nodes INCR a few keys, most of them one. Returns the sums that each node reads, and how many of all
 * replies were different numbers of their key.
 */
export async function countTogether(t: ExecutionContext, { threads, runtime, count }: Counting) {
  const lines = ["group default loader none", "peer-timeout 30s", `threads ${threads}`];
  const { nodes } = await startCluster(t, 3, lines, runtime);
  const clients = Array.from({ length: CLIENTS }, (_, i) => new Redis(nodes[i % 3]!.port, "127.0.0.1"));
  t.teardown(() => {
    for (const client of clients) client.disconnect();
  });
  const replies = new Set<string>();
  let left = count;
  const work = async (client: Redis) => {
    while (left > 0) {
      const key = KEYS[Math.min(3, left % 12)]!;
      left--;
      replies.add(`${key} ${await client.incr(key)}`);
    }
  };
  await Promise.all(clients.flatMap((client) => Array.from({ length: AT_ONCE }, () => work(client))));
  const sums = nodes.map(async (_, i) => {
    const values = await clients[i]!.mget(...KEYS);
    return values.reduce((sum, value) => sum + Number(value), 0);
  });
  return { sums: await Promise.all(sums), replies: replies.size };
}
