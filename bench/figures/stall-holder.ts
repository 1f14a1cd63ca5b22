/**
 * The process that holds and writes entries and watches its own event loop: see stall.ts.
 *
 *     node stall-holder.js store|map|nothing ENTRIES MAX-BYTES
 *
 * Prints one line of JSON. Keeps to MAX-BYTES of resident memory by holding fewer entries.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { Store } from "../../server/store/store.ts";
import type { Stalls } from "./stall.ts";

const KEY_BYTES = 16;
const VALUE_BYTES = 100;
const PUTS_A_TURN = 500;
/** How often memory is looked at, in turns. */
const LOOK_TURNS = 200;
/** Room for key, value and bookkeeping, so that nothing is evicted. */
const FOOTPRINT_BYTES = 200;

const [holder = "", count = "", limit = ""] = process.argv.slice(2);
const entries = Number(count);
const maxBytes = Number(limit);

const key = Buffer.alloc(KEY_BYTES, "key:000000000000");

/** Writes key number `i` into the one buffer that all puts share, as a server has it in its chunk. */
function setKey(i: number): void {
  for (let at = KEY_BYTES - 1; at >= 4; at--) {
    key[at] = 48 + (i % 10);
    i = Math.floor(i / 10);
  }
}

/** How to put an entry under `key`. */
const puts: Record<string, () => () => void> = {
  store: () => {
    const clock = () => performance.now();
    const store = new Store({ maxBytes: entries * FOOTPRINT_BYTES, eviction: "lru", clock });
    const value = Buffer.alloc(VALUE_BYTES, "v");
    return () => store.put(key, value, undefined);
  },
  map: () => {
    const map = new Map<string, Buffer>();
    return () => map.set(key.toString("latin1"), Buffer.alloc(VALUE_BYTES, "v"));
  },
  nothing: () => () => {},
};

class Watch {
  longestMs = 0;
  longestBusyMs = 0;
  overTenMs = 0;
  turns = 0;
  #turn = performance.now();
  #usage = process.cpuUsage();

  /** Ends a turn. */
  turned(): void {
    const now = performance.now();
    const usage = process.cpuUsage();
    const elapsedMs = now - this.#turn;
    const usedMs = (usage.user + usage.system - this.#usage.user - this.#usage.system) / 1000;
    this.longestMs = Math.max(this.longestMs, elapsedMs);
    this.longestBusyMs = Math.max(this.longestBusyMs, Math.min(elapsedMs, usedMs));
    if (elapsedMs > 10) this.overTenMs++;
    this.turns++;
    this.#turn = now;
    this.#usage = usage;
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
  longestBusyMs: watch.longestBusyMs,
  overTenMs: watch.overTenMs,
  residentBytes: process.memoryUsage.rss(),
};
console.log(JSON.stringify(stalls));
