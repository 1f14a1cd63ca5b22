/**
 * `process.exit` in a loader: an error of the loader, where it would end the node and every other group without a word.
 *
 * Invariant: the node's own code, and a program that embeds a node, end the process as always.
 */
import { currentScope } from "./loader-scope.ts";

type Exits = Pick<NodeJS.Process, "exit">;

const refusing = new WeakSet<Exits>();

/** From now on, `exit` throws where a loader calls it. Only tests have another one than that of the process. */
export function refuseExit(from: Exits = process): void {
  if (refusing.has(from)) return;
  refusing.add(from);
  const { exit } = from;
  from.exit = function refused(code?: Parameters<typeof exit>[0]): never {
    if (currentScope() === undefined) return exit.call(from as NodeJS.Process, code);
    const error = new Error(`a loader must not end the node: process.exit(${code ?? ""})`);
    // Its place is the caller's.
    Error.captureStackTrace(error, refused);
    throw error;
  };
}
