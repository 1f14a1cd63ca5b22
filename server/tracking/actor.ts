/**
 * The client of this node that has something done, as far as others have to be told of it.
 *
 * Owns the type only.
 */
import type { Tracker } from "../../cluster/tracker.ts";

/** Both undefined: another member, or nobody in particular. */
export interface Actor {
  /** The id of the client that makes a change: with NOLOOP it does not want to hear of it. */
  readonly by?: number | undefined;
  /** The client to tell when what it looked at no longer holds. */
  readonly reader?: Tracker | undefined;
}
