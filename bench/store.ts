/**
 * What the store costs: time a call, memory an entry, longest stall.
 *
 *     node dist/bench/store.js
 *
 * Each part runs in a process of its own. Times are CPU time, medians of five rounds over keys in random order, keys of 16 bytes and
 * values of 100, one thread, no network; "hit" is find + copyFound + foundIntact. Memory is the growth of the process' RSS
 * less keys and values. A stall is the longest time between two turns of the event loop while it is filled in pieces of
 * 500 puts, garbage collection included. Beside it a Map from latin1 text to a Buffer, without limit or eviction.
 */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Store } from "../server/store/store.ts";
import { KEY_BYTES, key, setKey } from "./entry-key.ts";
import { median } from "./report.ts";

const VALUE_BYTES = 100;
const clock = () => performance.now();

/** Median ns a call of `act` over five rounds, the setting of the key taken off. */
function time(calls: number, keys: number, act: () => void): number {
  let state = 12345;
  const round = (work: () => void) => {
    const start = process.cpuUsage();
    for (let i = 0; i < calls; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      setKey(state % keys);
      work();
    }
    const { user, system } = process.cpuUsage(start);
    return ((user + system) * 1000) / calls;
  };
  const rounds = Array.from({ length: 6 }, () => round(act) - round(() => {}));
  return median(rounds.slice(1));
}

function times(entries: number): void {
  for (const eviction of ["lru", "s3fifo"] as const) {
    const store = new Store({ maxBytes: 1 << 30, eviction, clock });
    const target = Buffer.alloc(4096);
    const value = Buffer.alloc(VALUE_BYTES, "v");
    for (let i = 0; i < entries; i++) {
      setKey(i);
      store.put(key, value, undefined);
    }
    const hit = time(1e6, entries, () => {
      store.find(key, 0, KEY_BYTES);
      store.copyFound(target, 7);
      store.foundIntact();
    });
    key[0] = 0;
    const miss = time(1e6, entries, () => store.find(key, 0, KEY_BYTES));
    key[0] = 107;
    const overwrite = time(5e5, entries, () => store.put(key, value, undefined));
    const full = new Store({ maxBytes: entries * 150, eviction, clock });
    const evicting = time(5e5, entries * 4, () => {
      if (full.find(key, 0, KEY_BYTES) < 0) full.put(key, value, undefined);
    });
    report(`${eviction}, ${entries.toLocaleString("en")} entries`, {
      "ns a hit": hit,
      "ns a miss": miss,
      "ns an overwriting put": overwrite,
      "ns a find and, where it misses, an evicting put": evicting,
      "moves an eviction": full.figures().moves / full.figures().evictions,
    });
  }
  mapTimes(entries);
}

function mapTimes(entries: number): void {
  const map = new Map<string, Buffer>();
  const target = Buffer.alloc(4096);
  for (let i = 0; i < entries; i++) {
    setKey(i);
    map.set(key.toString("latin1"), Buffer.alloc(VALUE_BYTES, "v"));
  }
  const hit = time(1e6, entries, () => {
    map.get(key.toString("latin1"))!.copy(target, 7);
  });
  const overwrite = time(5e5, entries, () => {
    map.set(key.toString("latin1"), Buffer.from(target.subarray(7, 107)));
  });
  report(`Map of Buffers, ${entries.toLocaleString("en")} entries`, {
    "ns a hit": hit,
    "ns an overwriting put": overwrite,
  });
}

async function memory(entries: number, makePut: () => () => void): Promise<void> {
  const before = process.memoryUsage.rss();
  const put = makePut();
  for (let i = 0; i < entries; i++) {
    setKey(i);
    put();
    if (i % 10000 === 0) await nextTurn();
  }
  const bytes = (process.memoryUsage.rss() - before) / entries;
  report(`${entries.toLocaleString("en")} entries`, {
    "bytes an entry beyond key and value": bytes - KEY_BYTES - VALUE_BYTES,
  });
}

/** RSS of this process with a limit of 1 GiB full, 1.3 times over. */
function fullStore(eviction: "lru" | "s3fifo"): void {
  const store = new Store({ maxBytes: 1 << 30, eviction, clock });
  const value = Buffer.alloc(VALUE_BYTES, "v");
  for (let i = 0; i < 9e6; i++) {
    setKey(i);
    store.put(chunk, value, undefined);
  }
  report(`${eviction}, 1 GiB full`, {
    "MiB of RSS": process.memoryUsage.rss() / 2 ** 20,
    "entries held": store.figures().entries,
    "bytes above the limit": Math.max(0, store.figures().usedBytes - 2 ** 30),
  });
}

async function stall(makePut: () => (i: number) => void): Promise<void> {
  const put = makePut();
  const start = performance.now();
  const stalls: number[] = [];
  let longestCpu = 0;
  let cpu = process.cpuUsage();
  let count = 0;
  let turn = start;
  while (count < 10e6 && performance.now() - start < MAX_FILL_MS) {
    for (let i = 0; i < 500; i++) {
      setKey(count++);
      put(count);
    }
    await nextTurn();
    const now = performance.now();
    stalls.push(now - turn);
    const spent = process.cpuUsage(cpu);
    longestCpu = Math.max(longestCpu, (spent.user + spent.system) / 1000);
    cpu = process.cpuUsage();
    turn = now;
  }
  stalls.sort((a, b) => a - b);
  report(`filling ${count.toLocaleString("en")} entries, 500 a turn`, {
    "ms the longest turn": stalls.at(-1)!,
    "ms of CPU in the busiest turn": longestCpu,
    "ms the longest but ten": stalls.at(-11)!,
    "ms the median turn": median(stalls),
    "us a put": ((turn - start) * 1000) / count,
  });
}

const MAX_FILL_MS = 60_000;

function storePut(maxBytes: number): () => void {
  const store = new Store({ maxBytes, eviction: "s3fifo", clock });
  const value = Buffer.alloc(VALUE_BYTES, "v");
  return () => store.put(chunk, value, undefined);
}

function mapPut(): () => void {
  const map = new Map<string, Buffer>();
  return () => map.set(chunk.toString("latin1"), Buffer.alloc(VALUE_BYTES, "v"));
}

function report(what: string, figures: Record<string, number>): void {
  console.log(`  ${what}`);
  for (const [name, figure] of Object.entries(figures)) {
    const digits = Math.abs(figure) < 100 ? 1 : 0;
    console.log(`${figure.toLocaleString("en", { maximumFractionDigits: digits }).padStart(14)}  ${name}`);
  }
}

const PARTS: Record<string, () => void | Promise<void>> = {
  "times at 100,000": () => times(100_000),
  "times at 1,000,000": () => times(1_000_000),
  "memory of the store": () => memory(1e6, () => storePut(1 << 30)),
  "memory of a Map of Buffers": () => memory(1e6, mapPut),
  "full, lru": () => fullStore("lru"),
  "full, s3fifo": () => fullStore("s3fifo"),
  "stall of the store": () => stall(() => storePut(2 ** 31)),
  "stall of a Map of Buffers": () => stall(mapPut),
};

const part = process.argv[2];
if (part === undefined) {
  console.log(`${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}, one thread`);
  for (const name of Object.keys(PARTS)) {
    console.log(name);
    spawnSync(process.execPath, ["--max-old-space-size=8192", process.argv[1]!, name], { stdio: "inherit" });
  }
} else {
  await PARTS[part]!();
}
