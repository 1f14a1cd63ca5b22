/**
 * What takes long to start, such as three nodes, once for all tests that want it.
 */
import test, { type ExecutionContext } from "ava";

/** Whoever started something, and ends it: a test, all tests of a file, or a script. */
export type Owner = Pick<ExecutionContext, "teardown">;

/** Called at the top of a file. The first test that asks starts it; it is ended behind the last test of the room. */
export function startedOnce<T>(start: (owner: Owner) => Promise<T>): () => Promise<T> {
  const ends: (() => unknown)[] = [];
  let started: Promise<T> | undefined;
  test.after.always(async () => {
    for (const end of ends.reverse()) await end();
  });
  return () => (started ??= start({ teardown: (end) => void ends.push(end) }));
}
