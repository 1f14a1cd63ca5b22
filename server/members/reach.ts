/**
 * Asks other members, and puts a substitute in place of an answer that cannot be had because a member cannot be reached.
 */
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import type { Owners } from "./owners.ts";

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

/** Nobody that may answer for a key can be reached. The text is for the client, without the leading `ERR `. */
export class NobodyAnswers extends Error {
  override name = "NobodyAnswers";
}

/** Who is asked for a key: another member, which may turn out to be unreachable, or at last this node. */
export interface Question<T> {
  /** The member that answers for the key now. */
  readonly first: string;
  readonly ask: (member: string) => Promise<T>;
  readonly here: () => T | Promise<T>;
}

/** Asks another member for a key, then those that stand in for it; `by` is the one that has answered. */
export async function askOthers<T>(
  owners: Owners,
  key: Uint8Array,
  { first, ask, here }: Question<T>,
): Promise<{ readonly answer: T; readonly by: string }> {
  const failed = new Set<string>();
  let target = first;
  while (target !== owners.self && failed.size < MAX_MEMBERS_ASKED) {
    try {
      return { answer: await ask(target), by: target };
    } catch (error) {
      if (!(error instanceof PeerUnreachable)) throw error;
      failed.add(target);
      target = owners.of(key, failed);
    }
  }
  return { answer: await here(), by: owners.self };
}
