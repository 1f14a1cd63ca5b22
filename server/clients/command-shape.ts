/**
 * What is known of a command without knowing what it does: its full name and its flags.
 *
 * Owns the types only. The command table is in commands/.
 */

/** Redis' own flags, as COMMAND INFO shows them. */
export type CommandFlag =
  | "admin"
  | "allow_busy"
  | "dangerous"
  | "denyoom"
  | "fast"
  | "loading"
  | "movablekeys"
  | "no_auth"
  | "no_mandatory_keys"
  | "no_multi"
  | "noscript"
  | "pubsub"
  | "readonly"
  | "skip_monitor"
  | "skip_slowlog"
  | "stale"
  | "write";

export interface CommandShape {
  /** With its container: `client|list`. */
  readonly name: string;
  readonly flags: readonly CommandFlag[];
}
