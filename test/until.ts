/**
 * Waiting for what nobody announces: the condition is asked again and again, until it holds.
 *
 * Keeps: a wait ends. One in vain fails with the name of what it waited for, where ava's timeout would name the test
 * only. Asks at every turn at first, and then with a pause, which leaves the processor to whoever is waited for.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than anything takes on a machine that has ten other things to do; ava itself waits a little longer. */
export const PATIENCE_MS = 100_000;
const TURNS = 100;
const PAUSE_MS = 4;

/** Resolves when the condition holds; `what` is what it says. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  for (let turns = 0; !(await holds()); turns++) {
    if (performance.now() > endMs) throw new Error(`waited in vain: ${what}`);
    if (turns < TURNS) await new Promise<void>((resolve) => setImmediate(resolve));
    else await sleep(PAUSE_MS);
  }
}

/** The same for what a promise announces; `what` is asked when it was in vain. Keeps no process alive. */
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
