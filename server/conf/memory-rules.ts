/**
 * The rules between a conf and the memory that there is.
 *
 * Owns what a directive would take at its worst. The rules are not part of reading a conf, because the same conf must read
 * the same everywhere; a start, `--check` and CONFIG SET ask them.
 */
import type { Memory } from "../machine/memory.ts";
import { MAX_STORE_BYTES } from "../store/layout.ts";
import type { NodeConf } from "./conf.ts";
import { directiveError } from "./conf-error.ts";
import { tooLargeText } from "./memory-plan.ts";
import { formatBytes, roughBytes } from "./units.ts";

/** A tracked key takes its name of some 20 bytes, a note, a place in a Map and, if it expires, one in a Set. */
const TRACKED_KEY_BYTES = 250;

/** Throws a ConfError when the conf asks for more memory than there is. */
export function checkMemory(conf: NodeConf, memory: Memory): void {
  for (const name of ["maxmemory", "tracking-table-max-keys"]) {
    const wrong = memoryComplaint(name, name === "maxmemory" ? conf.maxBytes : conf.trackingMaxKeys, memory);
    if (wrong !== undefined) throw directiveError(conf, name, wrong);
  }
  for (const { name, maxBytes } of conf.groups) {
    if (maxBytes <= MAX_STORE_BYTES) continue;
    throw directiveError(conf, `group ${name} maxmemory`, tooLargeText(maxBytes));
  }
}

/** What is wrong with this value of a directive; undefined: nothing, or it has nothing to do with memory. */
export function memoryComplaint(name: string, value: unknown, memory: Memory): string | undefined {
  const { bytes, owner, heapBytes } = memory;
  if (typeof value !== "number") return undefined;
  if (name === "maxmemory" && value > bytes) {
    return `expected at most ${roughBytes(bytes)}, which is what ${owner} has, got ${formatBytes(value)}`;
  }
  if (name === "tracking-table-max-keys" && value * TRACKED_KEY_BYTES > heapBytes) {
    const most = Math.floor(heapBytes / TRACKED_KEY_BYTES);
    const why = `for which Node's heap of ${roughBytes(heapBytes)} has room (NODE_OPTIONS=--max-old-space-size)`;
    return `expected at most ${most}, ${why}, got ${value}`;
  }
  return undefined;
}
