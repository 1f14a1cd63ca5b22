/**
 * Waiting for what happens in its own time, with an end that says what did not happen.
 */

/** More than a busy machine needs, less than ava's timeout, which names nothing. */
const MAX_WAIT_MS = 20_000;

/** Resolves once the condition holds, looked at once a turn of the event loop; rejects, naming what it waited for, after 20 s. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + MAX_WAIT_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${MAX_WAIT_MS / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
