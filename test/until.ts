/**
 * Waits for what nobody announces: checks a condition again and again, until it holds.
 *
 * Invariant: a wait ends. A wait in vain fails with the name of what it waited for; ava's timeout would only name the
 * test. The first checks come at every turn of the event loop, later ones after a pause that leaves others the processor.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than anything takes on a busy machine, and less than ava's own timeout. */
export const PATIENCE_MS = 100_000;
const TURNS = 100;
const PAUSE_MS = 4;

/** Resolves when the condition holds. `what` is its name in the error. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  for (let turns = 0; !(await holds()); turns++) {
    if (performance.now() > endMs) throw new Error(`waited in vain: ${what}`);
    if (turns < TURNS) await new Promise<void>((resolve) => setImmediate(resolve));
    else await sleep(PAUSE_MS);
  }
}

/** The same for a promise. `what` is called only for the error. Keeps no process alive. */
export async function patient<T>(what: () => string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const inVain = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain: ${what()}`)), PATIENCE_MS).unref();
  });
  try {
    return await Promise.race([promise, inVain]);
  } finally {
    clearTimeout(timer);
  }
}
