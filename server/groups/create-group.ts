/**
 * Makes a group from its conf: its stores, its flights, its way to the loader.
 *
 * Owns how the group's limit is divided: what mirrors may hold is part of it, and on a node that is alone there are
 * none.
 */
import type { World } from "../../cluster/world.ts";
import type { Eviction, GroupConf } from "../conf/conf.ts";
import { zeroCounters } from "../counters/group-counters.ts";
import { LoadQueue } from "../loaders/load-queue.ts";
import type { Loader } from "../loaders/loader.ts";
import { Store } from "../store/store.ts";
import { Flights } from "./flights.ts";
import type { Group } from "./groups.ts";

export interface GroupOptions {
  readonly loader: Loader;
  readonly eviction: Eviction;
  /** Whether there can be entries of other members to mirror. */
  readonly hasPeers: boolean;
  /** Its clock is the same on every thread. */
  readonly world: Pick<World, "clock" | "after" | "soon" | "randomBytes">;
}

/** An empty group. */
export function createGroup(conf: GroupConf, { loader, eviction, hasPeers, world }: GroupOptions): Group {
  const mirrorBytes = hasPeers ? conf.mirrorBytes : 0;
  // One seed for both: a key that the one does not hold is looked for in the other. Worker threads only read.
  const common = {
    eviction,
    clock: world.clock,
    maxValueBytes: conf.maxValueBytes,
    seed: seedOf(world),
    isSoleWriter: true,
  };
  // A copy that gives way is not lost.
  const mirrorEviction = eviction === "noeviction" ? "s3fifo" : eviction;
  return {
    name: conf.name,
    prefix: conf.prefix,
    conf,
    store: new Store({ ...common, maxBytes: conf.maxBytes - mirrorBytes }),
    mirrors:
      mirrorBytes > 0 ? new Store({ ...common, eviction: mirrorEviction, maxBytes: mirrorBytes }) : undefined,
    loads: new Flights(common.seed),
    forwards: new Flights(common.seed),
    trackedForwards: new Flights(common.seed),
    queue: new LoadQueue({ loader, conf, world }),
    counters: zeroCounters(),
    counted: [],
    countedBefore: { evictions: 0, expirations: 0 },
  };
}

/** 32 bits that nobody can guess. */
function seedOf(world: Pick<World, "randomBytes">): number {
  const { buffer, byteOffset } = world.randomBytes(4);
  return new DataView(buffer, byteOffset).getUint32(0);
}
