/**
 * Hit ratio of both policies on traces of real requests, beside exact models of them.
 *
 * A trace has a key a line, or `key,bytes` (the first size of a key counts); `.gz` is unpacked. A size is a number of
 * entries, or of bytes of values with a unit (`19mib`). For a size in entries, all entries have the same footprint, and
 * the store's limit is that many footprints. For a size in bytes, the store's limit is the size plus the overhead of as
 * many entries with values of mean length as the size holds.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { type Eviction, entryWords, shareBytes } from "../../server/store/layout.ts";
import { MISS, Store } from "../../server/store/store.ts";
import { type Figure, type Part, progress, type Settings } from "../report.ts";
import { lruHits, s3FifoHits } from "./exact-policies.ts";

interface Request {
  readonly key: Buffer;
  readonly name: string;
  readonly bytes: number;
}

/** Keys are padded to this length, so that all entries of a trace without sizes have the same footprint. */
const KEY_BYTES = 12;
/** The sizes for a trace that is given without sizes, as shares of all that the trace asks for. */
const SHARES = [0.01, 0.05, 0.1, 0.2];
const UNITS: Record<string, number> = { kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, b: 1 };
/** How many percentage points each policy may be below its model. */
const WITHIN = { lru: 0.5, s3fifo: 1 } satisfies Partial<Record<Eviction, number>>;
type Evicting = keyof typeof WITHIN;

function readTrace(file: string): Request[] {
  const raw = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(raw) : raw).toString("latin1");
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

/** The sizes given after the file's name, or the usual shares of all that the trace asks for. */
function sizesFor(given: string | undefined, requests: readonly Request[]): string[] {
  if (given !== undefined) return given.split(",");
  const distinct = [...new Set(requests)];
  const bytes = distinct.reduce((sum, request) => sum + request.bytes, 0);
  return SHARES.map((share) =>
    bytes > 0 ? `${Math.floor((share * bytes) / 2 ** 20)}mib` : String(Math.floor(share * distinct.length)),
  );
}

function storeHits(requests: readonly Request[], maxBytes: number, eviction: Evicting): number {
  const store = new Store({ maxBytes, eviction, clock: () => 0, seed: 1 });
  const largest = Buffer.alloc(requests.reduce((most, request) => Math.max(most, request.bytes), 0));
  let hits = 0;
  for (const request of requests) {
    if (store.find(request.key, 0, request.key.length) !== MISS) hits++;
    else store.put(request.key, largest.subarray(0, request.bytes), undefined);
  }
  return hits;
}

function compare(trace: string, requests: readonly Request[], size: string, eviction: Evicting): Figure {
  const [, digits = "", unit = ""] = /^(\d+)([a-z]*)$/.exec(size.toLowerCase()) ?? [];
  const sized = UNITS[unit];
  const limit = Number(digits) * (sized ?? 1);
  const mean = requests.reduce((sum, request) => sum + request.bytes, 0) / requests.length;
  const entryBytes = entryWords(KEY_BYTES, 0, false) * 4 + shareBytes(eviction);
  const maxBytes = sized === undefined ? limit * entryBytes : Math.round(limit * (1 + entryBytes / mean));
  const costOf = (request: Request) => (sized === undefined ? 1 : request.bytes);
  const modelHits = eviction === "lru" ? lruHits : s3FifoHits;
  const percent = (hits: number) => (100 * hits) / requests.length;
  const hits = percent(storeHits(requests, maxBytes, eviction));
  const exact = percent(modelHits(requests, limit, costOf));
  return {
    name: `hit ratio, ${trace} ${size}, ${eviction}`,
    measured: `${hits.toFixed(2)} %`,
    target: `exact less ${WITHIN[eviction].toFixed(1)} or more`,
    met: hits >= exact - WITHIN[eviction],
    beside: `exact ${eviction === "lru" ? "LRU" : "S3-FIFO"} ${exact.toFixed(2)} %`,
  };
}

async function run({ traces }: Settings): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const trace of traces) {
    const [, file = "", given] = /^(.*?)(?::([\w,]+))?$/.exec(trace)!;
    const requests = readTrace(file);
    const name = path.basename(file).replace(/\..*/, "");
    for (const size of sizesFor(given, requests)) {
      progress(`hit-ratio: ${name}, ${size}`);
      for (const eviction of ["lru", "s3fifo"] as const)
        figures.push(compare(name, requests, size, eviction));
    }
  }
  if (figures.length === 0)
    figures.push({ name: "hit ratio", measured: "no trace given (FILE or FILE:SIZES)" });
  return figures;
}

export const hitRatio: Part = {
  name: "hit-ratio",
  needsRedis: false,
  includes: `Hits of a trace's requests, each a find and, after a miss, a put, in one process without a network; sizes are
    entries, or bytes of values with the store's own overhead on top. Beside it exact models over plain Maps of
    the same size: LRU, and S3-FIFO with libCacheSim's parameters.`,
  run,
};
