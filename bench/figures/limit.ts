/**
 * Whether a node ever holds more than its limit while values of all sizes evict each other.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { bulkBytes, command, drive } from "../client.ts";
import { infoOf, residentBytes, type ServerProcess, startCarrot, stop } from "../processes.ts";
import { type Figure, type Part, progress, type Settings } from "../report.ts";

const LIMIT_MIB = 256;
const MIB = 2 ** 20;
const CONNECTIONS = 8;
const POLL_MS = 100;
const SECONDS = { quick: 5, usual: 20, long: 600 };

/** 1 byte to 1 MiB: half of the sizes uniform, half log-uniform. */
function randomBytes(): number {
  return Math.ceil(Math.random() < 0.5 ? Math.random() * MIB : 2 ** (Math.random() * 20));
}

interface Watch {
  looks: number;
  /** The most bytes above the limit; below 0 until the limit is reached. */
  excessBytes: number;
  residentBytes: number;
}

async function poll(server: ServerProcess, watch: Watch): Promise<void> {
  const info = await infoOf(server);
  watch.looks++;
  watch.excessBytes = Math.max(watch.excessBytes, info("used_memory") - info("maxmemory"));
  watch.residentBytes = Math.max(watch.residentBytes, residentBytes(server));
}

async function run({ node, quick, long }: Settings): Promise<Figure[]> {
  const seconds = quick ? SECONDS.quick : long ? SECONDS.long : SECONDS.usual;
  const directives = ["--maxmemory", `${LIMIT_MIB}mb`];
  const server = await startCarrot({ node, directives, loader: "sized-loader.mjs" });
  const watch: Watch = { looks: 0, excessBytes: Number.NEGATIVE_INFINITY, residentBytes: 0 };
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const filling = drive(server.port, CONNECTIONS, () => {
    if (performance.now() > end) return undefined;
    const bytes = randomBytes();
    return { commands: command(["GET", `${bytes}:${count++}`]), replyBytes: bulkBytes(bytes) };
  });
  while (performance.now() < end) {
    progress(`limit: ${Math.ceil((end - performance.now()) / 1000)} s to go`);
    for (let i = 0; i < 1000 / POLL_MS; i++) {
      await poll(server, watch);
      await sleep(POLL_MS);
    }
  }
  await filling;
  await poll(server, watch);
  const evicted = (await infoOf(server))("evicted_keys");
  await stop(server);
  if (evicted === 0) throw new Error(`the limit was never reached: ${watch.excessBytes} bytes`);
  const excess = Math.max(0, watch.excessBytes);
  return [
    {
      name: `used_memory above maxmemory, ${seconds} s of random fill`,
      measured: `${excess} bytes (highest: ${watch.excessBytes}), ${watch.looks} looks`,
      target: "0 bytes",
      met: excess === 0,
      beside: `${count} entries, ${evicted} evicted; RSS ${Math.round(watch.residentBytes / MIB)} MiB at most`,
    },
  ];
}

export const limit: Part = {
  name: "limit",
  needsRedis: false,
  includes: `The most by which INFO's used_memory exceeded maxmemory (${LIMIT_MIB} MiB), looked at every ${POLL_MS} ms, while ${CONNECTIONS}
    connections GET new keys whose loader gives values of 1 byte to 1 MiB: half of the sizes uniform, half
    log-uniform. "highest" is used_memory less maxmemory, also when it is below 0. With --long the fill takes ten minutes.`,
  run,
};
