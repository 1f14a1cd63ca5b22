/** For scripts that start processes as tests do: an owner that ends them. */
import type { Owner } from "./started-once.ts";

/** Gives `run` an owner for its processes, and ends the processes when `run` has ended. */
export async function owning<T>(run: (owner: Owner) => Promise<T>): Promise<T> {
  const ends: (() => unknown)[] = [];
  try {
    return await run({ teardown: (end) => void ends.push(end) });
  } finally {
    for (const end of ends) await end();
  }
}
