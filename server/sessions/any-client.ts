/**
 * A client of this node whose connection may be on another thread.
 *
 * Owns the type only.
 */
import type { PushTarget } from "../tracking/tracking-client.ts";

export interface AnyClient extends PushTarget {
  /** Takes no further command; on another thread's connection this does nothing. */
  closeAfterReplies(): void;
}
