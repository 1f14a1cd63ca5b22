/**
 * CONFIG SET maxmemory from 1 GiB to 256 MiB while clients read: how long anybody waits, and whether the memory comes back.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ask, type Batch, drive, getBatch, keyOf } from "../client.ts";
import { fill, infoOf, residentBytes, startCarrot, stop } from "../processes.ts";
import { type Figure, type Part, progress, type Settings } from "../report.ts";

const MIB = 2 ** 20;
const VALUE_BYTES = 100;
/** A little less than the footprint of an entry, so that the larger limit gets full. */
const FOOTPRINT_BYTES = 140;
const LIMITS_MIB = { quick: [128, 32], usual: [1024, 256] } as const;
const CONNECTIONS = 4;
const KEYS_A_BATCH = 10;
const AT_MOST_MS = 10;
/** Clients read so long before the change, and after it; the memory must be back by then. */
const BEFORE_MS = 2000;
const AFTER_MS = 15_000;

interface Waits {
  longestMs: number;
}

/** GETs of keys that are chosen at random, until `isOver`; notes the longest wait for a reply in what `waits` returns. */
function readers(port: number, keys: number, waits: () => Waits, isOver: () => boolean): Promise<void> {
  let sentMs = 0;
  return drive(port, 1, (): Batch | undefined => {
    const now = performance.now();
    if (sentMs > 0) waits().longestMs = Math.max(waits().longestMs, now - sentMs);
    sentMs = now;
    if (isOver()) return undefined;
    const some = Array.from({ length: KEYS_A_BATCH }, () => keyOf(Math.floor(Math.random() * keys)));
    return getBatch(some, VALUE_BYTES);
  });
}

interface Measured {
  readonly before: Waits;
  readonly during: Waits;
  readonly residentBefore: number;
  readonly resident: number;
  readonly used: number;
}

async function measure(node: string, fromMib: number, toMib: number): Promise<Measured> {
  const directives = ["--maxmemory", `${fromMib}mb`, "--threads", "2"];
  const server = await startCarrot({ node, directives });
  const keys = Math.ceil((fromMib * MIB) / FOOTPRINT_BYTES);
  progress(`resize: filling ${fromMib} MiB`);
  await fill(server, keys, VALUE_BYTES);
  const residentBefore = residentBytes(server);
  let isOver = false;
  const before: Waits = { longestMs: 0 };
  const during: Waits = { longestMs: 0 };
  let waits = before;
  const clients = Array.from({ length: CONNECTIONS }, () =>
    readers(
      server.port,
      keys,
      () => waits,
      () => isOver,
    ),
  );
  await sleep(BEFORE_MS);
  waits = during;
  progress(`resize: ${fromMib} to ${toMib} MiB`);
  const reply = await ask(server.port, ["CONFIG", "SET", "maxmemory", `${toMib}mb`]);
  if (reply !== "OK") throw new Error(`CONFIG SET: ${reply}`);
  await sleep(AFTER_MS);
  isOver = true;
  await Promise.all(clients);
  const used = (await infoOf(server))("used_memory");
  const resident = residentBytes(server);
  await stop(server);
  return { before, during, residentBefore, resident, used };
}

async function run({ node, quick }: Settings): Promise<Figure[]> {
  const [fromMib, toMib] = quick ? LIMITS_MIB.quick : LIMITS_MIB.usual;
  const { before, during, residentBefore, resident, used } = await measure(node, fromMib, toMib);
  const isQuiet = before.longestMs <= AT_MOST_MS;
  const atMostMib = 1.15 * toMib + 100;
  return [
    {
      name: `longest wait for a reply while maxmemory falls from ${fromMib} to ${toMib} MiB`,
      measured: `${during.longestMs.toFixed(1)} ms`,
      target: `at most ${AT_MOST_MS} ms`,
      met: during.longestMs <= AT_MOST_MS ? true : isQuiet ? false : undefined,
      beside: `before the change ${before.longestMs.toFixed(1)} ms; no errors`,
    },
    {
      name: "RSS before and 15 s after",
      measured: `${(residentBefore / MIB).toFixed(0)} and ${(resident / MIB).toFixed(0)} MiB`,
      target: `at most ${atMostMib.toFixed(0)} MiB`,
      met: resident <= atMostMib * MIB && used <= toMib * MIB,
      beside: `used_memory ${(used / MIB).toFixed(1)} MiB`,
    },
  ];
}

export const resize: Part = {
  name: "resize",
  needsRedis: false,
  includes: `The longest time between a pipeline of ${KEYS_A_BATCH} GETs and its last reply, on ${CONNECTIONS} connections, from CONFIG SET
    maxmemory on; an error in place of a value ends the run. Keys are chosen at random, and what was evicted is loaded again.
    Two threads where Node has them. Where clients waited longer than the target before the change too, no verdict is given.`,
  run,
};
