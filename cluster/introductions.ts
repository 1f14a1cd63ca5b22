/**
 * Which processes this node is linked with: what it says of itself, what the others have said, and whom it refuses.
 *
 * Keeps: members whose terms differ are not linked, in either direction. Of two processes with one id, the one that is
 * reached at the id's address is the member, and the other one is refused. A restart is no second process: one is refused
 * only after the first has shown that it is still alive. Does not know wires.
 */

import type { DialedLink } from "./dialed-link.ts";
import {
  differenceOf,
  type Heard,
  type Introduced,
  type IntroducedGroup,
  introductionFrame,
  otherGroups,
} from "./introduction.ts";
import type { QuietLog } from "./quiet-log.ts";

interface IntroductionsOptions {
  readonly own: Omit<Introduced, "ring">;
  /** The fingerprint of this node's ring. */
  readonly ring: () => number;
  /** The link that this node dials to a member. */
  readonly linkTo: (id: string) => Pick<DialedLink, "isUp" | "answers"> | undefined;
}

export class Introductions {
  readonly #options: IntroductionsOptions;
  /** What each member said last on the link that this node dialed. */
  readonly #met = new Map<string, Heard>();
  /** Why another process with the member's id was refused. */
  readonly #refused = new Map<string, string>();

  constructor(options: IntroductionsOptions) {
    this.#options = options;
  }

  /** As introductionFrame. */
  frame(refusal?: string, heard?: number): Buffer {
    return introductionFrame({ ...this.#options.own, ring: this.#options.ring() }, refusal, heard);
  }

  /** Why the member that was dialed as `id` is refused, or refuses; undefined: the link may come up. */
  judgeDialed(id: string, heard: Heard): string | undefined {
    if (heard.id !== id) return `introduced itself as ${heard.id}`;
    const difference = differenceOf(this.#options.own.terms, heard.terms);
    if (difference !== undefined) return difference;
    return heard.refusal === "" ? undefined : `refused by it: ${heard.refusal}`;
  }

  /** Why a process that dialed this node is refused; undefined: it may be served. */
  judgeDialer(heard: Heard): string | undefined | Promise<string | undefined> {
    const { own, linkTo } = this.#options;
    const difference = differenceOf(own.terms, heard.terms);
    if (difference !== undefined) return difference;
    if (heard.id === own.id) return twinOf(heard.id);
    const link = linkTo(heard.id);
    const known = this.#met.get(heard.id);
    if (!link?.isUp || known === undefined || known.instance === heard.instance) return undefined;
    return link.answers().then((isAlive) => {
      if (!isAlive) return undefined;
      this.#refused.set(heard.id, twinOf(heard.id));
      return twinOf(heard.id);
    });
  }

  /** The link that was dialed to a member is up. Warns when the member has other groups than this node. */
  met(heard: Heard, log: QuietLog): void {
    const other = otherGroups(this.#options.own.groups, heard.groups);
    if (other !== undefined) log.warn(`groups ${heard.id}`, `peer ${heard.id}: ${other}`);
    else log.forget(`groups ${heard.id}`);
    this.#met.set(heard.id, heard);
    this.#refused.delete(heard.id);
  }

  /** The node is no member any more. */
  forget(id: string): void {
    this.#met.delete(id);
    this.#refused.delete(id);
  }

  /** As Introduced.groups, of a member that this node has been linked with. */
  groupsOf(id: string): readonly IntroducedGroup[] {
    return this.#met.get(id)?.groups ?? [];
  }

  /** For the figures of a link. */
  figures(id: string): { readonly version: string | undefined; readonly refused: string | undefined } {
    return { version: this.#met.get(id)?.version, refused: this.#refused.get(id) };
  }
}

function twinOf(id: string): string {
  return `another process has the id ${id}, too: two nodes must not have one peer-address`;
}
