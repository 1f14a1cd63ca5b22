/**
 * Which members may answer for a key: those that have its group.
 *
 * Owns the prefixes of all members' groups. Invariant: in the cluster a key belongs to the group with the longest prefix
 * that any member has for it; a member that gives the key to another group, or to none, does not answer for it. So members
 * whose confs differ, as in a rollout, give no other values and no wrong "not found". A member that does not say which
 * groups it has counts as having all. Knows no values and no links.
 */
import type { IntroducedGroup } from "../../cluster/introduction.ts";

export interface GroupHoldersOptions {
  readonly self: string;
  readonly own: readonly IntroducedGroup[];
  /** The members of the ring; read at each refresh. */
  readonly members: () => readonly string[];
  /** The groups that a member has said; empty: it did not say. */
  readonly groupsOf: (id: string) => readonly IntroducedGroup[];
}

interface Held {
  readonly prefix: Uint8Array;
  readonly holders: ReadonlySet<string>;
}

export class GroupHolders {
  readonly #options: GroupHoldersOptions;
  /** One for each prefix, the longest first; empty while all members have the same groups. */
  #held: readonly Held[] = [];

  constructor(options: GroupHoldersOptions) {
    this.#options = options;
  }

  /** Some member has other groups than another. While this is false, every member may answer for every key. */
  get differ(): boolean {
    return this.#held.length > 0;
  }

  /** The members that may answer for a key; undefined: all, since no member has a group for it. */
  of(key: Uint8Array): ReadonlySet<string> | undefined {
    return this.#held.find(({ prefix }) => startsWith(key, prefix))?.holders;
  }

  /** To be called when a member has introduced itself and when the ring has changed. */
  refresh(): void {
    const { self, own, members, groupsOf } = this.#options;
    const ids = members();
    const said = ids.map((id) => (id === self ? own : groupsOf(id)));
    const prefixes = new Map(said.flat().map(({ prefix }) => [nameOf(prefix), prefix]));
    const held = [...prefixes.values()].map((prefix) => {
      const has = (groups: readonly IntroducedGroup[]) =>
        groups.length === 0 || groups.some((group) => nameOf(group.prefix) === nameOf(prefix));
      return { prefix, holders: new Set(ids.filter((_, i) => has(said[i]!))) };
    });
    const isAlike = held.every(({ holders }) => holders.size === ids.length);
    this.#held = isAlike ? [] : held.sort((a, b) => b.prefix.length - a.prefix.length);
  }
}

function nameOf(prefix: Uint8Array): string {
  return Buffer.from(prefix).toString("latin1");
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return key.length >= prefix.length && prefix.every((byte, i) => key[i] === byte);
}
