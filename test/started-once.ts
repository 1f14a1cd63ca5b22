/**
 * Starts what takes long to start, such as three nodes, once for all tests that share it.
 */
import test, { type ExecutionContext } from "ava";

/** The owner of what is started: a test, all tests of a file, or a script. Its teardown ends what it has started. */
export type Owner = Pick<ExecutionContext, "teardown">;

/** Called at the top of a file. `start` runs for the first test that asks; the end comes after the room's last test. */
export function startedOnce<T>(start: (owner: Owner) => Promise<T>): () => Promise<T> {
  const ends: (() => unknown)[] = [];
  let started: Promise<T> | undefined;
  test.after.always(async () => {
    for (const end of ends.reverse()) await end();
  });
  return () => (started ??= start({ teardown: (end) => void ends.push(end) }));
}
