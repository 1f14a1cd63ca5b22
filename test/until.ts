/**
 * Waiting, in a test, for something that only shows when one looks.
 *
 * Owns the end of such a wait: a test that waits in vain fails with what it waited for.
 */

/** Long enough for a busy machine, and shorter than the time that ava gives a test. */
const MAX_WAIT_MS = 30_000;

/** Resolves when the condition holds; looks once in each turn of the event loop. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const startedMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedMs > MAX_WAIT_MS) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
