/**
 * What is held, without a load: EXISTS, TTL, STRLEN, DBSIZE and their kin.
 *
 * Invariant: one key is looked up at its owner, never in a mirror; a count adds up the stores of all members. Does not know
 * RESP.
 */
import type { Glimpse } from "../../cluster/outcome.ts";
import { addCounters } from "../counters/add-counters.ts";
import type { Groups } from "../groups/groups.ts";
import type { Membership } from "../members/membership.ts";
import type { Owners } from "../members/owners.ts";
import { askEach, askOthers, NobodyAnswers } from "../members/reach.ts";
import type { Population } from "../store/population.ts";
import type { Actor } from "../tracking/actor.ts";
import type { Tracking } from "../tracking/tracking.ts";

/** The part of the peer links that looking needs. */
export interface LookPeers {
  look(id: string, key: Uint8Array): Promise<Glimpse>;
  count(id: string, database: number): Promise<number>;
  /** Has the member note that this node is about to look at a key. To be called before `look` or an edit, in the same tick. */
  track(id: string, key: Uint8Array, kind: "lookedAt"): void;
}

export interface HoldingsOptions {
  readonly groups: Groups;
  readonly membership: Membership;
  readonly owners: Owners;
  /** Undefined on a node that is alone. */
  readonly peers: LookPeers | undefined;
  readonly tracking: Pick<Tracking, "looks">;
}

/** The answer for a key that no group takes. */
const MISSING: Glimpse = { kind: "missing", bytes: 0, ttlMs: undefined, footprintBytes: 0 };

export class Holdings {
  readonly #options: HoldingsOptions;

  constructor(options: HoldingsOptions) {
    this.#options = options;
  }

  /**
   * What the key's owner holds, or the stand-in of an owner that cannot be reached; at once when this node answers for the
   * key. `key` must be the caller's own copy. Rejects with NobodyAnswers when only this node is left and lacks the key's group.
   */
  look(key: Buffer, { reader }: Actor = {}): Glimpse | Promise<Glimpse> {
    const { owners, peers, tracking } = this.#options;
    if (this.#isNobodys(key)) return MISSING;
    if (reader !== undefined) tracking.looks(key, reader);
    const here = () => this.#lookAsOwner(key);
    const first = owners.of(key);
    if (first === owners.self && owners.refusal(key) === undefined) return here();
    const ask = (member: string) => {
      if (reader !== undefined) peers!.track(member, key, "lookedAt");
      return peers!.look(member, key);
    };
    return askOthers(owners, key, { first, ask, here }).then(({ answer }) => answer);
  }

  /** Entries of a database with a value in the stores of all members that can be reached; mirrors are not counted. */
  async count(database: number): Promise<number> {
    const { membership, peers } = this.#options;
    // Counted before anything is awaited: a FLUSHALL behind a DBSIZE in a pipeline comes after it.
    const here = this.countHere(database);
    if (peers === undefined) return here;
    const others = await askEach(membership.others, (id) => peers.count(id, database), 0);
    return others.reduce((sum, count) => sum + count, here);
  }

  /** Entries of a database with a value in this node's own stores. */
  countHere(database: number): number {
    return this.populationHere(database).values;
  }

  /** The entries of a database in this node's own stores, and how many of them expire. */
  populationHere(database: number): Population {
    const sum = { values: 0, expiring: 0, ttlSumMs: 0 };
    for (const { store } of this.#options.groups.all) addCounters(sum, store.population(database));
    return sum;
  }

  /** What this node's own store holds. */
  lookHere(key: Uint8Array): Glimpse {
    return this.#options.groups.of(key, 0, key.length)?.store.look(key) ?? MISSING;
  }

  /** Notes here and at the owner that a client is about to look at a key; nothing for a client that does not track. */
  noteLook(key: Buffer, { reader }: Actor): void {
    const { tracking, owners, peers } = this.#options;
    if (reader === undefined || this.#isNobodys(key)) return;
    tracking.looks(key, reader);
    const owner = owners.of(key);
    if (owner !== owners.self) peers!.track(owner, key, "lookedAt");
  }

  /** No member has a group for the key, so it does not change. */
  #isNobodys(key: Buffer): boolean {
    const { groups, owners } = this.#options;
    return groups.of(key, 0, key.length) === undefined && owners.refusal(key) === undefined;
  }

  #lookAsOwner(key: Buffer): Glimpse {
    const refusal = this.#options.owners.refusal(key);
    if (refusal !== undefined) throw new NobodyAnswers(refusal);
    return this.lookHere(key);
  }
}
