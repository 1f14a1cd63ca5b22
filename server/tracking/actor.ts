/**
 * The client of this node that a read or a change comes from, as far as tracking has to know it.
 *
 * Owns the type only.
 */
import type { Tracker } from "../../cluster/tracker.ts";

/** Both fields are undefined when the cause is no client of this node: another member asks, or an entry expires. */
export interface Actor {
  /** The id of the client that makes a change. With NOLOOP that client is not told of it. */
  readonly by?: number | undefined;
  /** The client to tell when what it has read is no longer valid. */
  readonly reader?: Tracker | undefined;
}
