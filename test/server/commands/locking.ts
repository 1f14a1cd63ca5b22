/**
 * Clients that take a lock (SET NX PX) and release it by a script, as redis-py, redlock and Laravel do, over several
 * members; and a count of the moments at which two of them had it.
 */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis5";
import type { Rig } from "../rig.ts";

const RELEASE =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";
const HOST = (rig: Rig) => rig.node.conf.bind[0]!;

export interface Locked {
  readonly taken: number;
  /** How often a client took the lock while another one had it. */
  readonly twice: number;
  /** How often a release found another client's token, or none. */
  readonly lost: number;
}

/** Until the lock was taken `count` times. */
export async function lockByTurns(rigs: readonly Rig[], clients: number, count: number): Promise<Locked> {
  const seen = { taken: 0, twice: 0, lost: 0 };
  let holders = 0;
  const work = async (rig: Rig) => {
    const redis = new Redis(rig.port, HOST(rig));
    try {
      while (seen.taken < count) {
        const token = randomUUID();
        if ((await redis.set("lock", token, "PX", 60_000, "NX")) !== "OK") continue;
        if (++holders > 1) seen.twice++;
        seen.taken++;
        await redis.ping();
        holders--;
        if ((await redis.eval(RELEASE, 1, "lock", token)) !== 1) seen.lost++;
      }
    } finally {
      redis.disconnect();
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, i) => work(rigs[i % rigs.length]!)));
  return seen;
}
