/**
 * The process that holds and writes entries and watches its own event loop: see stall.ts.
 *
 *     node stall-holder.js store|map|nothing ENTRIES MAX-BYTES
 *
 * Prints one line of JSON. Keeps to MAX-BYTES of resident memory by holding fewer entries.
 */
import { existsSync, openSync, readSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Store } from "../../server/store/store.ts";
import { key, setKey } from "../entry-key.ts";
import type { Stalls } from "./stall.ts";

const VALUE_BYTES = 100;
const PUTS_A_TURN = 500;
/** The process looks at its memory once in this many turns. */
const LOOK_TURNS = 200;
/** Room for key, value and bookkeeping, so that nothing is evicted. */
const FOOTPRINT_BYTES = 200;
/** The main thread's file: the kernel has one for each thread of a process. */
const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`;

const [holder = "", count = "", limit = ""] = process.argv.slice(2);
const entries = Number(count);
const maxBytes = Number(limit);

/** How to put an entry under `key`. */
const puts: Record<string, () => () => void> = {
  store: () => {
    const clock = () => performance.now();
    const store = new Store({ seed: 1, maxBytes: entries * FOOTPRINT_BYTES, eviction: "lru", clock });
    const value = Buffer.alloc(VALUE_BYTES, "v");
    return () => store.put(key, value, undefined);
  },
  map: () => {
    const map = new Map<string, Buffer>();
    return () => map.set(key.toString("latin1"), Buffer.alloc(VALUE_BYTES, "v"));
  },
  nothing: () => () => {},
};

/**
 * How long this thread has waited for a processor because the machine ran something else, in milliseconds; 0 where the
 * kernel does not say. The kernel's file has three numbers: `on-cpu-ns waited-ns slices`.
 */
function waitedMs(): number {
  if (schedstat === undefined) return 0;
  const length = readSync(schedstat, line, 0, line.length, 0);
  return Number(line.toString("latin1", 0, length).split(" ")[1]) / 1e6;
}

const line = Buffer.alloc(100);
const schedstat = existsSync(SCHEDSTAT) ? openSync(SCHEDSTAT, "r") : undefined;

class Watch {
  longestMs = 0;
  longestOwnMs = 0;
  overTenMs = 0;
  turns = 0;
  #turn = performance.now();
  #waited = waitedMs();

  /** Ends a turn. */
  turned(): void {
    const now = performance.now();
    const waited = waitedMs();
    const elapsedMs = now - this.#turn;
    this.longestMs = Math.max(this.longestMs, elapsedMs);
    this.longestOwnMs = Math.max(this.longestOwnMs, elapsedMs - (waited - this.#waited));
    if (elapsedMs > 10) this.overTenMs++;
    this.turns++;
    this.#turn = now;
    this.#waited = waited;
  }
}

async function turns(writes: number, watch: Watch, numberOf: (i: number) => number): Promise<number> {
  for (let done = 0; done < writes; done += PUTS_A_TURN) {
    for (let i = 0; i < PUTS_A_TURN; i++) {
      setKey(numberOf(done + i));
      put();
    }
    await nextTurn();
    watch.turned();
    if (watch.turns % LOOK_TURNS === 0 && process.memoryUsage.rss() > maxBytes) return done;
  }
  return writes;
}

const put = puts[holder]!();
const watch = new Watch();
const held = await turns(entries, watch, (i) => i);
const overwritten = await turns(entries / 2, watch, () => Math.floor(Math.random() * held));
const stalls: Stalls = {
  entries: holder === "nothing" ? 0 : held,
  writes: held + overwritten,
  longestMs: watch.longestMs,
  longestOwnMs: watch.longestOwnMs,
  overTenMs: watch.overTenMs,
  residentBytes: process.memoryUsage.rss(),
};
console.log(JSON.stringify(stalls));
