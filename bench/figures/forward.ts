/**
 * CPU time of a GET that another member has to answer, of both nodes together.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { Ring } from "../../cluster/ring.ts";
import { type Batch, drive, getBatch, keyOf } from "../client.ts";
import { cpuMicroseconds, freePort, infoOf, type ServerProcess, startCarrot, stop } from "../processes.ts";
import { type Figure, median, type Part, progress, type Settings, spread } from "../report.ts";

const CONNECTIONS = 50;
const PIPELINE = 16;
const KEYS = 100_000;
const VALUE_BYTES = 100;
const AT_MOST_US = 4;
const LOOK_AGAIN_MS = 50;
/** Long, so that no member counts as dead on a busy machine. */
const PEER_TIMEOUT = "20s";
/** The defaults of virtual-nodes and ring-seed. */
const RING = { virtualNodes: 512, seed: 0 };

interface Pair {
  readonly asked: ServerProcess;
  readonly owner: ServerProcess;
  /** GETs of all keys that `owner` owns and `asked` has no mirror of. */
  readonly batches: readonly Batch[];
}

async function startPair(node: string): Promise<Pair> {
  const ports = [await freePort(), await freePort()];
  const ids = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const start = (i: number) => {
    const peers = ["--peers", ...ids, "--peer-port", ids[i]!.split(":")[1]!];
    const directives = [
      ...peers,
      "--peer-timeout",
      PEER_TIMEOUT,
      "--group",
      "default",
      "mirror-memory",
      "0%",
    ];
    return startCarrot({ node, port: ports[i]!, directives });
  };
  const [asked, owner] = await Promise.all([start(0), start(1)]);
  while ((await infoOf(asked))("members_up") < 2) await sleep(LOOK_AGAIN_MS);
  const ring = await Ring.create(ids, RING);
  const keys: string[] = [];
  for (let i = 0; keys.length < KEYS; i++) {
    if (ring.ownerOf(Buffer.from(keyOf(i))) === ids[1]) keys.push(keyOf(i));
  }
  const batches = Array.from({ length: KEYS / PIPELINE }, (_, i) =>
    getBatch(keys.slice(i * PIPELINE, (i + 1) * PIPELINE), VALUE_BYTES),
  );
  return { asked, owner, batches };
}

/** CPU microseconds a GET on the node that is asked and on the owner. */
async function measure({ asked, owner, batches }: Pair, requests: number): Promise<[number, number]> {
  const before = await infoOf(asked);
  const start = [cpuMicroseconds(asked), cpuMicroseconds(owner)] as const;
  let sent = 0;
  await drive(asked.port, CONNECTIONS, () =>
    sent < requests / PIPELINE ? batches[sent++ % batches.length] : undefined,
  );
  const spent = [cpuMicroseconds(asked) - start[0], cpuMicroseconds(owner) - start[1]] as const;
  const forwards = (await infoOf(asked))("forwards") - before("forwards");
  if (forwards !== requests) throw new Error(`${forwards} of ${requests} GETs were forwarded`);
  return [spent[0] / requests, spent[1] / requests];
}

async function run({ node, rounds, quick }: Settings): Promise<Figure[]> {
  progress("forward: loading the keys");
  const pair = await startPair(node);
  const requests = quick ? KEYS : 4 * KEYS;
  await measure(pair, 2 * KEYS);
  const costs: [number, number][] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`forward: round ${round} of ${rounds}`);
    costs.push(await measure(pair, requests));
  }
  await stop(pair.asked);
  await stop(pair.owner);
  const both = costs.map(([asked, owner]) => asked + owner);
  const part = (i: 0 | 1) => median(costs.map((cost) => cost[i])).toFixed(2);
  return [
    {
      name: `CPU of a GET forwarded to its owner, pipeline ${PIPELINE}`,
      measured: `${spread(both)} us`,
      target: `at most ${AT_MOST_US} us`,
      met: median(both) <= AT_MOST_US,
      beside: `of it, the node asked ${part(0)} us, the owner ${part(1)} us`,
    },
  ];
}

export const forward: Part = {
  name: "forward",
  needsRedis: false,
  includes: `CPU time of both processes together, as in "get", for a GET that one node gets and the other answers from its
    store: command, forward, peer link there and back over loopback, reply. ${CONNECTIONS} connections, values of
    ${VALUE_BYTES} bytes, no mirrors (mirror-memory 0%). The part fails unless INFO counts as many forwards as GETs.`,
  run,
};
