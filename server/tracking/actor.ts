/**
 * The client behind a read or a change, as far as telling clients needs it.
 *
 * Owns the type only.
 */
import type { Tracker } from "../../cluster/tracker.ts";

/** Both fields are undefined when no client of this node is behind it: another member asks, or an entry expires. */
export interface Actor {
  /** The id of the client that makes a change. With NOLOOP that client is not told of it. */
  readonly by?: number | undefined;
  /** The client to tell when what it has looked at no longer holds. */
  readonly reader?: Tracker | undefined;
}
