/**
 * Asks V8 to collect garbage soon, in steps, so that large shared buffers that nobody refers to go back to the system.
 *
 * V8 begins a collection when buffers outside of its heap have grown by some 64 MiB. A large buffer that is made and dropped
 * counts as such growth, and takes no memory, because nobody writes to it. `gc()` would collect all at once, in one stall.
 */
import type { World } from "../../cluster/world.ts";

const HINT_BYTES = 64 * 2 ** 20;
const PAUSE_MS = 100;
/** Five minutes: whatever is still referred to then stays so. */
const MOST_HINTS = 3000;

/** Hints every 100 ms until all of these buffers have gone. */
export function hintUntilGone(world: Pick<World, "quietlyAfter">, buffers: readonly object[]): void {
  const left = buffers.map((buffer) => new WeakRef(buffer));
  hintWhile(world, () => left.some((buffer) => buffer.deref() !== undefined), MOST_HINTS);
}

function hintWhile(world: Pick<World, "quietlyAfter">, isNeeded: () => boolean, most: number): void {
  if (most === 0 || !isNeeded()) return;
  hint();
  world.quietlyAfter(PAUSE_MS, () => hintWhile(world, isNeeded, most - 1));
}

function hint(): void {
  try {
    new ArrayBuffer(HINT_BYTES);
  } catch {
    // There are no addresses for it (ulimit -v). Then V8 collects when it must.
  }
}
