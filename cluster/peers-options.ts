/**
 * What the peer links are given by the node that they belong to.
 *
 * Owns the type only.
 */

import type { IntroducedGroup, Term } from "./introduction.ts";
import type { PeerHandlers } from "./peer-handlers.ts";
import type { Log } from "./quiet-log.ts";
import type { World } from "./world.ts";

export interface PeersOptions {
  /** This node's id: its advertised peer address, `host:port`, spelt as the other members spell it. */
  readonly id: string;
  /** The same on every member; may be empty where only members can connect. */
  readonly secret: string;
  /** What every member must have alike; members that differ are not linked. */
  readonly terms: readonly Term[];
  readonly groups: readonly IntroducedGroup[];
  /** The version of the package, for operators. */
  readonly version: string;
  readonly handlers: PeerHandlers;
  /** The largest value of any group; longer answers of a peer end the link to it. */
  readonly maxValueBytes: number;
  /** How long a member may take for everything but a GET; read at each use. */
  readonly requestTimeoutMs: () => number;
  readonly world: World;
  /**
   * The counters of this process' changes begin behind this one. It has to be greater than all that the cluster has used before
   * the process began: else a DEL that it makes before it has heard of them counts as older than SETs from before. Default 0.
   */
  readonly firstCounter?: number;
  readonly log: Log;
  /** The epoch of the ring whose members were last given to `setMembers`. */
  readonly epoch: () => number;
  /** A link came up or ended: invalidations may have been lost in between. */
  readonly linkChanged: () => void;
  /** A member says that what it answered for tracked keys is no longer valid; undefined: for all keys. */
  readonly invalidated: (keys: readonly Uint8Array[] | undefined) => void;
}
