/**
 * CPU time of a GET that another member has to answer, of both nodes together.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { Ring } from "../../cluster/ring.ts";
import { type Batch, drive, getBatch, keyOf } from "../client.ts";
import { cpuMicroseconds, freePort, infoOf, type ServerProcess, startCarrot, stop } from "../processes.ts";
import { type Figure, lowest, median, type Part, progress, type Settings, spread } from "../report.ts";

const CONNECTIONS = 50;
const LARGE_BYTES = 65_536;
const LOOK_AGAIN_MS = 50;
/** Long, so that no member counts as dead on a busy machine. */
const PEER_TIMEOUT = "20s";
/** The defaults of virtual-nodes and ring-seed. */
const RING = { virtualNodes: 512, seed: 0 };

/** What is asked for. */
interface Kind {
  readonly name: string;
  readonly keys: number;
  readonly keyOf: (i: number) => string;
  readonly valueBytes: number;
  readonly loader: "loader.mjs" | "sized-loader.mjs";
  readonly pipeline: number;
  readonly requests: number;
}

const SMALL: Kind = {
  ...{ name: "a GET", keys: 100_000, keyOf, valueBytes: 100, loader: "loader.mjs" },
  ...{ pipeline: 16, requests: 400_000 },
};
const AT_MOST_US = 4;
const LARGE: Kind = {
  ...{ name: "a GET of 64 KiB", keys: 500, keyOf: (i) => `${LARGE_BYTES}:${i}`, valueBytes: LARGE_BYTES },
  ...{ loader: "sized-loader.mjs", pipeline: 1, requests: 10_000 },
};
const AT_MOST_LOCAL = 4;

interface Pair {
  readonly kind: Kind;
  readonly asked: ServerProcess;
  readonly owner: ServerProcess;
  /** GETs of all keys that `owner` owns and `asked` has no mirror of. */
  readonly batches: readonly Batch[];
}

async function startPair(node: string, kind: Kind): Promise<Pair> {
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
    return startCarrot({ node, port: ports[i]!, directives, loader: kind.loader });
  };
  const [asked, owner] = await Promise.all([start(0), start(1)]);
  while ((await infoOf(asked))("members_up") < 2) await sleep(LOOK_AGAIN_MS);
  const ring = await Ring.create(ids, RING);
  const keys: string[] = [];
  for (let i = 0; keys.length < kind.keys; i++) {
    const key = kind.keyOf(i);
    if (ring.ownerOf(Buffer.from(key)) === ids[1]) keys.push(key);
  }
  const { pipeline, valueBytes } = kind;
  const batches = Array.from({ length: keys.length / pipeline }, (_, i) =>
    getBatch(keys.slice(i * pipeline, (i + 1) * pipeline), valueBytes),
  );
  return { kind, asked, owner, batches };
}

/** Sends so many GETs to one of the nodes; returns CPU microseconds a GET on the node that is asked and on the owner. */
async function measure(pair: Pair, requests: number, to: "asked" | "owner"): Promise<[number, number]> {
  const { kind, asked, owner, batches } = pair;
  const before = await infoOf(asked);
  const start = [cpuMicroseconds(asked), cpuMicroseconds(owner)] as const;
  let sent = 0;
  await drive(pair[to].port, CONNECTIONS, () =>
    sent < requests / kind.pipeline ? batches[sent++ % batches.length] : undefined,
  );
  const spent = [cpuMicroseconds(asked) - start[0], cpuMicroseconds(owner) - start[1]] as const;
  const forwards = (await infoOf(asked))("forwards") - before("forwards");
  const expected = to === "asked" ? requests : 0;
  if (forwards !== expected)
    throw new Error(`${forwards} of ${requests} GETs were forwarded, not ${expected}`);
  return [spent[0] / requests, spent[1] / requests];
}

interface Costs {
  readonly forwarded: readonly (readonly [asked: number, owner: number])[];
  /** GETs that the owner got from the clients. */
  readonly local: readonly number[];
}

async function measureKind(kind: Kind, { node, rounds, quick }: Settings): Promise<Costs> {
  progress(`forward: loading the keys of ${kind.name}`);
  const pair = await startPair(node, kind);
  const requests = quick ? kind.requests / 4 : kind.requests;
  for (const to of ["asked", "owner"] as const) await measure(pair, kind.requests / 2, to);
  const forwarded: [number, number][] = [];
  const local: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`forward: ${kind.name}, round ${round} of ${rounds}`);
    forwarded.push(await measure(pair, requests, "asked"));
    local.push((await measure(pair, requests, "owner"))[1]);
  }
  await stop(pair.asked);
  await stop(pair.owner);
  return { forwarded, local };
}

/** The name of the line, what the forwarded GETs cost, and of it each node's part. */
function about({ name, pipeline }: Kind, { forwarded }: Costs) {
  const both = forwarded.map(([asked, owner]) => asked + owner);
  const part = (i: 0 | 1) => median(forwarded.map((cost) => cost[i])).toFixed(2);
  return {
    name: `CPU of ${name} forwarded to its owner, pipeline ${pipeline}`,
    both,
    parts: `of it, the node asked ${part(0)} us, the owner ${part(1)} us`,
  };
}

async function run(settings: Settings): Promise<Figure[]> {
  const small = about(SMALL, await measureKind(SMALL, settings));
  const costs = await measureKind(LARGE, settings);
  const large = about(LARGE, costs);
  const ratio = Math.min(...large.both) / Math.min(...costs.local);
  return [
    {
      name: small.name,
      measured: `${spread(small.both)} us`,
      target: `at most ${AT_MOST_US} us`,
      met: median(small.both) <= AT_MOST_US,
      beside: small.parts,
    },
    {
      name: large.name,
      measured: `${lowest(large.both, "us")} = ${ratio.toFixed(2)} of a local hit`,
      target: `at most ${AT_MOST_LOCAL} of a local hit`,
      met: ratio <= AT_MOST_LOCAL,
      beside: `a local hit ${lowest(costs.local, "us")}; ${large.parts}`,
    },
  ];
}

export const forward: Part = {
  name: "forward",
  needsRedis: false,
  includes: `CPU time of both processes together, as in "get", for a GET that one node gets and the other answers from its
    store: command, forward, peer link there and back over loopback, reply. ${CONNECTIONS} connections, no mirrors
    (mirror-memory 0%), values of 100 bytes, then of 64 KiB beside the same GETs sent to the owner (the ratio is that of
    the lowest). The part fails unless INFO counts as many forwards as GETs.`,
  run,
};
