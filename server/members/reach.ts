/**
 * Asks other members, and puts a substitute in place of an answer that cannot be had because a member cannot be reached.
 */
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";

/** How many members this node asks for one thing. When none of them can be reached, the node does the work itself. */
export const MAX_MEMBERS_ASKED = 2;

/** What a member answers, or `otherwise` when it cannot be reached. */
export async function orWhenUnreachable<T>(promise: Promise<T>, otherwise: () => T): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof PeerUnreachable) return otherwise();
    throw error;
  }
}

/** Asks members at once; `missing` stands for the answer of one that cannot be reached. */
export function askEach<T>(
  ids: readonly string[],
  ask: (id: string) => Promise<T>,
  missing: T,
): Promise<T[]> {
  return Promise.all(ids.map((id) => orWhenUnreachable(ask(id), () => missing)));
}
