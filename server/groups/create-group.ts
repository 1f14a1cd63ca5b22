/**
 * Makes a group from its conf: its stores, its flights, its queue of loads.
 *
 * Owns how the group's limit is divided: mirrors get a part of it, and a node that is alone has no mirrors.
 */
import type { World } from "../../cluster/world.ts";
import type { Eviction, GroupConf } from "../conf/conf.ts";
import { zeroGroupCounters } from "../counters/group-counters.ts";
import type { LoadFailures } from "../loaders/load-failures.ts";
import { LoadQueue } from "../loaders/load-queue.ts";
import type { Loader, LoaderTools } from "../loaders/loader.ts";
import { NONE_LOADER } from "../loaders/none-loader.ts";
import { storedKey } from "../store/database-key.ts";
import { Store } from "../store/store.ts";
import { Flights } from "./flights.ts";
import type { Group } from "./groups.ts";

interface GroupOptions {
  readonly loader: Loader;
  readonly failures: LoadFailures;
  readonly tools: LoaderTools;
  readonly eviction: Eviction;
  /** Whether other members can own entries that this node may mirror. */
  readonly hasPeers: boolean;
  /** No other thread writes. */
  readonly isSoleWriter: boolean;
  /** There is no other thread. */
  readonly isOnlyThread?: boolean | undefined;
  /** Its clock is the same on every thread. */
  readonly world: Pick<World, "clock" | "after" | "soon" | "randomBytes">;
}

/** An empty group. */
export function createGroup(
  conf: GroupConf,
  { loader, failures, tools, eviction, hasPeers, isSoleWriter, isOnlyThread = false, world }: GroupOptions,
): Group {
  const mirrorBytes = hasPeers ? conf.mirrorBytes : 0;
  // Store and mirrors have one seed, because a key missed in the one is looked up in the other by the same hash.
  const common = {
    eviction,
    clock: world.clock,
    maxValueBytes: conf.maxValueBytes,
    seed: seedOf(world),
    isSoleWriter,
    isOnlyThreads: isOnlyThread,
  };
  // Mirrors are evicted under every policy, because the owner still has the entry.
  const mirrorEviction = eviction === "noeviction" ? "s3fifo" : eviction;
  return {
    name: conf.name,
    prefix: storedKey(conf.database, conf.prefix),
    conf,
    hasOrigin: loader !== NONE_LOADER,
    store: new Store({ ...common, maxBytes: conf.maxBytes - mirrorBytes }),
    mirrors:
      mirrorBytes > 0 ? new Store({ ...common, eviction: mirrorEviction, maxBytes: mirrorBytes }) : undefined,
    loads: new Flights(common.seed),
    forwards: new Flights(common.seed),
    trackedForwards: new Flights(common.seed),
    queue: new LoadQueue({ loader, conf, world, failures, tools }),
    failures,
    counters: zeroGroupCounters(),
    counted: undefined,
    countedBefore: { evictions: 0, expirations: 0 },
  };
}

/** The group `default` for keys of databases other than 0: all its parts, except that nothing is loaded. */
export function withoutLoader(group: Group, { world, tools }: Pick<GroupOptions, "world" | "tools">): Group {
  const { conf, failures } = group;
  return { ...group, queue: new LoadQueue({ loader: NONE_LOADER, conf, world, failures, tools }) };
}

/** 32 bits that nobody can guess. */
function seedOf(world: Pick<World, "randomBytes">): number {
  const { buffer, byteOffset } = world.randomBytes(4);
  return new DataView(buffer, byteOffset).getUint32(0);
}
