/**
 * CPU time of one call of the store, beside a Map from latin1 text to a Buffer, without limit or eviction.
 *
 *     node dist/bench/store.js
 *
 * Each part runs in a process of its own. Figures are medians of five rounds over keys in random order: keys of 16 bytes,
 * values of 100, one thread, no network. "hit" is find + copyFound + foundIntact. Memory and stalls are in figures/.
 */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { MAX_AHEAD } from "../server/store/read-ahead.ts";
import { Store } from "../server/store/store.ts";
import { KEY_BYTES, key, setKey } from "./entry-key.ts";
import { median } from "./report.ts";

const VALUE_BYTES = 100;
const RUNS = 10_000;
const clock = () => performance.now();

/** Median ns a call of `act` over five rounds, less the time that setting the key takes. */
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

/** Median ns a hit whose key came with 63 others, hashing included. */
function runTime(store: Store, entries: number, readsAhead: boolean): number {
  const chunk = Buffer.alloc(RUNS * MAX_AHEAD * KEY_BYTES);
  const target = Buffer.alloc(4096);
  const view = new DataView(target.buffer, target.byteOffset, target.length);
  const hashes = new Int32Array(MAX_AHEAD);
  let state = 54321;
  for (let at = 0; at < chunk.length; at += KEY_BYTES) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    setKey(state % entries);
    key.copy(chunk, at);
  }
  const round = () => {
    const start = process.cpuUsage();
    for (let run = 0; run < chunk.length; run += MAX_AHEAD * KEY_BYTES) {
      for (let i = 0; i < MAX_AHEAD; i++) {
        hashes[i] = store.hashOf(chunk, run + i * KEY_BYTES, run + (i + 1) * KEY_BYTES);
      }
      if (readsAhead) store.readAhead(hashes, 0, MAX_AHEAD);
      for (let i = 0; i < MAX_AHEAD; i++) {
        store.find(chunk, run + i * KEY_BYTES, run + (i + 1) * KEY_BYTES, hashes[i]);
        store.copyFound(target, view, 7);
        store.foundIntact();
      }
    }
    const { user, system } = process.cpuUsage(start);
    return ((user + system) * 1000) / (RUNS * MAX_AHEAD);
  };
  return median(Array.from({ length: 6 }, round).slice(1));
}

function times(entries: number): void {
  for (const eviction of ["lru", "s3fifo"] as const) {
    const store = new Store({ seed: 1, maxBytes: 1 << 30, eviction, clock, isSoleWriter: true });
    const target = Buffer.alloc(4096);
    const view = new DataView(target.buffer, target.byteOffset, target.length);
    const value = Buffer.alloc(VALUE_BYTES, "v");
    for (let i = 0; i < entries; i++) {
      setKey(i);
      store.put(key, value, undefined);
    }
    const hit = time(1e6, entries, () => {
      store.find(key, 0, KEY_BYTES);
      store.copyFound(target, view, 7);
      store.foundIntact();
    });
    key[0] = 0;
    const miss = time(1e6, entries, () => store.find(key, 0, KEY_BYTES));
    key[0] = 107;
    const overwrite = time(5e5, entries, () => store.put(key, value, undefined));
    const full = new Store({ seed: 1, maxBytes: entries * 150, eviction, clock });
    const evicting = time(5e5, entries * 4, () => {
      if (full.find(key, 0, KEY_BYTES) < 0) full.put(key, value, undefined);
    });
    report(`${eviction}, ${entries.toLocaleString("en")} entries`, {
      "ns a hit": hit,
      "ns a hit in a run of 64, one after the other": runTime(store, entries, false),
      "ns a hit in a run of 64, read ahead": runTime(store, entries, true),
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

function report(what: string, figures: Record<string, number>): void {
  console.log(`  ${what}`);
  for (const [name, figure] of Object.entries(figures)) {
    const digits = Math.abs(figure) < 100 ? 1 : 0;
    console.log(`${figure.toLocaleString("en", { maximumFractionDigits: digits }).padStart(14)}  ${name}`);
  }
}

const PARTS: Record<string, () => void> = {
  "times at 100,000": () => times(100_000),
  "times at 1,000,000": () => times(1_000_000),
};

const part = process.argv[2];
if (part === undefined) {
  console.log(`${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}, one thread`);
  for (const name of Object.keys(PARTS)) {
    console.log(name);
    spawnSync(process.execPath, ["--max-old-space-size=8192", process.argv[1]!, name], { stdio: "inherit" });
  }
} else {
  PARTS[part]!();
}
