/**
 * Asks V8 to collect garbage soon, in steps, so that large shared buffers that nobody refers to go back to the system.
 *
 * V8 begins a collection when buffers outside of its heap have grown by some 64 MiB. A large buffer that is made and dropped
 * counts as such growth, and takes no memory, because nobody writes to it. `gc()` would collect all at once, in one stall.
 */
import type { World } from "../../cluster/world.ts";

const HINT_BYTES = 64 * 2 ** 20;
const PAUSE_MS = 100;
/** How many hints it takes after the last buffer was dropped, with some to spare. */
export const HINTS = 20;

/** Hints while `isNeeded`, and so many times more; every 100 ms. */
export function hintGarbage(world: Pick<World, "quietlyAfter">, times: number, isNeeded = () => false): void {
  hint();
  const left = isNeeded() ? times : times - 1;
  if (left > 0) world.quietlyAfter(PAUSE_MS, () => hintGarbage(world, left, isNeeded));
}

function hint(): void {
  try {
    new ArrayBuffer(HINT_BYTES);
  } catch {
    // There are no addresses for it (ulimit -v). Then V8 collects when it must.
  }
}
