/**
 * What this node has heard of the changes that other processes made, and how far.
 *
 * Owns the positions: for each process the number up to which all its changes are done here. Keeps: a change is done once,
 * whichever link it comes on and however often; a position never names a change that is not done. Does not know what a
 * change does, nor links.
 */

import type { carrot } from "../proto/generated/carrot.js";
import type { Change, ChangeCounter, Deletion, Version } from "./change.ts";
import type { Tell } from "./tell-message.ts";

/** Does a change here; returns how many live entries that this node owns it removed. A promise for a slow flush. */
export type DoChange = (change: Deletion, version: Version) => number | Promise<number>;

/** A process whose log is heard. */
export interface Author {
  readonly id: string;
  /** As Introduced.instance. */
  readonly instance: string;
}

/** There may have been bars among what is forgotten. */
const EVERYTHING: Deletion = { keys: [], flush: { database: undefined, isSlow: false }, isBar: true };

interface HearingOptions {
  readonly own: Author;
  /** The number of this process' last change. */
  readonly last: () => number;
  readonly counter: ChangeCounter;
  readonly change: DoChange;
}

/** The log of one process, as far as it has been heard. */
class Heard {
  readonly instance: string;
  /** The last change that has been begun. */
  begun = 0;
  /** The slow changes under way by number; one that is told again after it has failed stands behind later ones. */
  readonly slow = new Map<number, Promise<unknown>>();

  constructor(instance: string) {
    this.instance = instance;
  }

  /** Everything up to this number is done. */
  get done(): number {
    let done = this.begun;
    for (const number of this.slow.keys()) done = Math.min(done, number - 1);
    return done;
  }
}

export class Hearing {
  readonly #options: HearingOptions;
  /** The log of the last process that each member has been. */
  readonly #heard = new Map<string, Heard>();

  constructor(options: HearingOptions) {
    this.#options = options;
  }

  /** How far a process has been heard. */
  position({ id, instance }: Author): number {
    const { own, last } = this.#options;
    if (id === own.id) return instance === own.instance ? last() : 0;
    const heard = this.#heard.get(id);
    return heard?.instance === instance ? heard.done : 0;
  }

  /** A process is a member: what an earlier one of this id has said does not matter any more. */
  met({ id, instance }: Author): void {
    if (this.#heard.get(id)?.instance !== instance) this.#heard.set(id, new Heard(instance));
  }

  /** The member has left the ring. */
  forget(id: string): void {
    this.#heard.delete(id);
  }

  /** The positions as they go over the link: of all logs, this process' among them. */
  get positions(): carrot.Position.$Properties[] {
    const { own, last } = this.#options;
    const own_ = { id: own.id, instance: Buffer.from(own.instance, "hex"), number: last() };
    const others = [...this.#heard].map(([id, heard]) => {
      return { id, instance: Buffer.from(heard.instance, "hex"), number: heard.done };
    });
    return [own_, ...others];
  }

  /** The counter of this process: the changes that it makes from now on have a greater one. */
  get counter(): number {
    return this.#options.counter.value;
  }

  /** As ChangeCounter.hear. */
  hearCounter(counter: number): void {
    this.#options.counter.hear(counter);
  }

  /** Whether everything that these positions name is done here. */
  covers(positions: readonly carrot.Position.$Properties[]): boolean {
    return positions.every((position) => (position.number ?? 0) <= this.position(authorOf(position)));
  }

  /**
   * Does what a member tells. Throws when the member left something out: the link has to be closed then, and the next one
   * begins where this node is. Answers when everything up to the end is done: at once, or later when a flush is slow.
   */
  hear(author: Author, tell: Tell): carrot.Told.$Properties | Promise<carrot.Told.$Properties> {
    this.met(author);
    const heard = this.#heard.get(author.id)!;
    const { after, through, forgotten } = tell;
    if (after > heard.begun) throw new Error("left out a change");
    if (forgotten && through > heard.begun)
      this.#do(heard, author, { ...EVERYTHING, number: through, counter: tell.counter });
    const removed = tell.changes.map((change) => {
      return change.number > heard.begun ? this.#do(heard, author, change) : 0;
    });
    heard.begun = Math.max(heard.begun, through);
    // A count belongs to a number by its place.
    const told = { through, counts: removed.length === through - after ? removed : [] };
    return heard.done >= through ? told : Promise.all(heard.slow.values()).then(() => told);
  }

  #do(heard: Heard, { id }: Author, change: Change): number {
    const { counter, change: perform } = this.#options;
    counter.hear(change.counter);
    const removed = perform(change, { counter: change.counter, author: id });
    heard.begun = change.number;
    if (typeof removed === "number") return removed;
    const ended = () => {
      if (heard.slow.get(change.number) === done) heard.slow.delete(change.number);
    };
    const done: Promise<void> = removed.then(ended, (error) => {
      // The member tells again from here when the link is back.
      heard.begun = Math.min(heard.begun, change.number - 1);
      ended();
      throw error;
    });
    heard.slow.set(change.number, done);
    return 0;
  }
}

function authorOf({ id, instance }: carrot.Position.$Properties): Author {
  return { id: id ?? "", instance: Buffer.from(instance ?? []).toString("hex") };
}
