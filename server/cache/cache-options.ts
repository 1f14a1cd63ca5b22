/**
 * What a member is made of that it does not make itself: its conf, its loaders, the world, and whom it tells.
 *
 * Owns the type only.
 */
import type { Peers } from "../../cluster/peers.ts";
import type { PeersOptions } from "../../cluster/peers-options.ts";
import type { Publication } from "../../cluster/publications.ts";
import type { Hash32 } from "../../cluster/ring.ts";
import type { World } from "../../cluster/world.ts";
import type { FindProcedure } from "../changes/procedures.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { LoadFailures } from "../loaders/load-failures.ts";
import type { Loader } from "../loaders/loader.ts";
import type { Log } from "../machine/log.ts";
import type { FreeWrites } from "../store/free-writes.ts";
import type { Redirect } from "../tracking/tracking-client.ts";

export interface CacheOptions {
  readonly conf: NodeConf;
  /** The loaders by group name. Every group of the conf has one. */
  readonly loaders: ReadonlyMap<string, Loader>;
  /** Where the failures of loaders go, by group name. By default each group gets a place of its own. */
  readonly failures?: ReadonlyMap<string, LoadFailures> | undefined;
  readonly log: Pick<Log, "info" | "warn" | "error" | "debug" | "trace" | "isLevelEnabled">;
  readonly world: World;
  /** Makes the links to other members. Needed where the conf has peers; a node that is alone does not load their code. */
  readonly createPeers?: ((options: PeersOptions) => Peers) | undefined;
  /** From `loadHash32`. */
  readonly hash: Hash32;
  /** The commands that run whole at the owner of their keys. Default: there are none. */
  readonly findProcedure?: FindProcedure;
  /** Told what a client of another member has published. Its bytes are views that die with the call. */
  readonly heard?: (publication: Publication) => void;
  /** As in TrackingOptions. */
  readonly redirect?: Redirect;
  /** Tells the clients of this node that listen to a channel. */
  readonly announce?: (channel: Buffer, message: Buffer) => void;
  /** Undefined: no other thread writes. */
  readonly freeWrites?: FreeWrites | undefined;
  /** There is no other thread, and there never will be. */
  readonly isOnlyThread?: boolean;
}
