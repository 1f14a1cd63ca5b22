/**
 * Hit ratio of both policies on traces of real requests.
 *
 *     node dist/bench/hit-ratio.js SIZE[,SIZE...] TRACE...
 *
 * A trace has a key a line, or `key,bytes` (the first size of a key counts); `.gz` is unpacked. A SIZE is a number of
 * entries, or of bytes of values with a unit (`19mib`). Figures include everything the store does: a request is a find, and a
 * put after a miss. For a size in entries, all entries have the same footprint and the store's limit is that many of
 * them; for a size in bytes the limit is that and the overhead of the entries that it holds on average.
 * Beside it: exact LRU over the same entries, computed with a Map.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Eviction, entryWords, shareBytes } from "../server/store/layout.ts";
import { MISS, Store } from "../server/store/store.ts";

interface Request {
  readonly key: Buffer;
  readonly name: string;
  readonly bytes: number;
}

/** Keys are padded to one length, so that entries without sizes are equal. */
const KEY_BYTES = 12;

function readTrace(path: string): Request[] {
  const raw = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(raw) : raw).toString("latin1");
  const known = new Map<string, Request>();
  const requests: Request[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [name = "", size] = line.split(",");
    let request = known.get(name);
    if (request === undefined) {
      request = { key: Buffer.from(name.padStart(KEY_BYTES)), name, bytes: Number(size ?? 0) };
      known.set(name, request);
    }
    requests.push(request);
  }
  return requests;
}

function storeHits(requests: Request[], maxBytes: number, eviction: Eviction): number {
  const store = new Store({ maxBytes, eviction, clock: () => 0, seed: 1 });
  const largest = Buffer.alloc(requests.reduce((most, request) => Math.max(most, request.bytes), 0));
  let hits = 0;
  for (const request of requests) {
    if (store.find(request.key, 0, request.key.length) !== MISS) hits++;
    else store.put(request.key, largest.subarray(0, request.bytes), undefined);
  }
  return hits;
}

function exactLruHits(requests: Request[], limit: number, costOf: (request: Request) => number): number {
  const held = new Map<string, Request>();
  let used = 0;
  let hits = 0;
  for (const request of requests) {
    if (held.delete(request.name)) {
      hits++;
    } else {
      used += costOf(request);
      while (used > limit) {
        const [oldest] = held.values();
        held.delete(oldest!.name);
        used -= costOf(oldest!);
      }
    }
    held.set(request.name, request);
  }
  return hits;
}

const UNITS: Record<string, number> = { kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, b: 1 };

function measure(requests: Request[], size: string): string {
  const [, digits = "", unit = ""] = /^(\d+)([a-z]*)$/.exec(size.toLowerCase()) ?? [];
  const sized = UNITS[unit];
  const count = Number(digits);
  const percent = (hits: number) => ((100 * hits) / requests.length).toFixed(2).padStart(8);
  const mean = requests.reduce((sum, request) => sum + request.bytes, 0) / requests.length;
  const ratios = (["lru", "s3fifo"] as const).map((eviction) => {
    const entryBytes = entryWords(KEY_BYTES, 0, false) * 4 + shareBytes(eviction);
    const maxBytes =
      sized === undefined ? count * entryBytes : Math.round(count * sized * (1 + entryBytes / mean));
    return percent(storeHits(requests, maxBytes, eviction));
  });
  const exact =
    sized === undefined
      ? exactLruHits(requests, count, () => 1)
      : exactLruHits(requests, count * sized, (request) => request.bytes);
  return `${size.padStart(9)} ${ratios[0]} ${percent(exact)} ${ratios[1]}`;
}

const [sizes, ...traces] = process.argv.slice(2);
if (sizes === undefined || traces.length === 0) {
  console.error("usage: node dist/bench/hit-ratio.js SIZE[,SIZE...] TRACE...");
  process.exit(1);
}
for (const trace of traces) {
  const requests = readTrace(trace);
  console.log(`${trace}: ${requests.length} requests, hits in per cent`);
  console.log(`${"size".padStart(9)} ${"lru".padStart(8)} ${"exact".padStart(8)} ${"s3fifo".padStart(8)}`);
  for (const size of sizes.split(",")) console.log(measure(requests, size));
}
