/**
 * A GET of a key that this node has no group for, while another member has one: during a rollout, for example.
 *
 * Invariant: such a key is never "not found" here because this node does not know it: the members that have its group
 * answer, or the client gets an error. Nothing is kept here. Does not know RESP.
 */
import { type Outcome, ownedOutcome } from "../../cluster/outcome.ts";
import type { Tracker } from "../../cluster/tracker.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Owners } from "../members/owners.ts";
import { askOthers } from "../members/reach.ts";
import type { Tracking } from "../tracking/tracking.ts";
import type { ReadPeers } from "./forward.ts";

export interface ElsewhereOptions {
  readonly owners: Owners;
  /** Undefined on a node that is alone. */
  readonly peers: ReadPeers | undefined;
  readonly tracking: Pick<Tracking, "reads">;
  /** How long a member may take; this node does not know how long its loader may. Read at each use. */
  readonly timeoutMs: () => number;
}

const ABSENT: Outcome = { kind: "absent", ttlMs: undefined };

export class Elsewhere {
  readonly #options: ElsewhereOptions;

  constructor(options: ElsewhereOptions) {
    this.#options = options;
  }

  /** As ReadThrough.get. "Not found" at once when no member has a group for the key. */
  get(key: Uint8Array, reader: Tracker | undefined): Outcome | Promise<Outcome> {
    const { owners, tracking } = this.#options;
    const refusal = owners.refusal(key);
    if (refusal === undefined) return ABSENT;
    const own = Buffer.from(key);
    if (reader !== undefined) tracking.reads(own, reader);
    const question = {
      first: owners.of(own),
      ask: (member: string) => this.#ask(member, own, reader !== undefined),
      here: (): Outcome => ({ kind: "error", text: refusal }),
    };
    return askOthers(owners, own, question).then(({ answer }) => answer);
  }

  #ask(member: string, key: Buffer, isTracked: boolean): Promise<Outcome> {
    const { timeoutMs } = this.#options;
    const peers = this.#options.peers!;
    if (isTracked) peers.track(member, key, "read");
    return new Promise((resolve, unreachable) => {
      const settle = (outcome: Outcome) => resolve(ownedOutcome(outcome));
      peers.get(member, key, { timeoutMs: timeoutMs(), settle, unreachable });
    });
  }
}

/** How long another member may take for a GET of a group that this node lacks: as long as for any group of its own. */
export function longestGetMs({ groups, peerTimeoutMs }: Pick<NodeConf, "groups" | "peerTimeoutMs">): number {
  return Math.max(...groups.map((group) => group.loaderTimeoutMs)) + peerTimeoutMs;
}
