/**
 * The groups of a member, each with its loader and what the loader may use.
 *
 * Owns the group without a loader that takes what other databases leave to `default`.
 */
import { createGroup, withoutLoader } from "../groups/create-group.ts";
import { type Group, Groups } from "../groups/groups.ts";
import { failuresOf } from "../loaders/load-failures.ts";
import type { LoaderNode } from "../loaders/loader.ts";
import { loaderLog } from "../loaders/loader-log.ts";
import { startable } from "../loaders/started-loader.ts";
import type { CacheOptions } from "./cache-options.ts";

/** Adds the start of each loader that has one to `starts`. */
export function createGroups(
  options: CacheOptions,
  node: LoaderNode,
  starts: (() => Promise<void> | void)[],
): Groups {
  const { conf, loaders, failures, log, world } = options;
  const places = failures ?? failuresOf(conf, log, world.clock);
  const toolsOf = (name: string) => ({ log: loaderLog(name, log), node });
  const all = conf.groups.map((group) => {
    const tools = toolsOf(group.name);
    const loader = startable(loaders.get(group.name)!, { conf: group, tools, world });
    if (loader.start !== undefined) starts.push(() => loader.start!({ group: group.name, ...tools }));
    return createGroup(group, {
      ...{ loader, tools, world, failures: places.get(group.name)! },
      eviction: conf.eviction,
      hasPeers: conf.peers.length > 0,
      isSoleWriter: options.freeWrites === undefined,
      isOnlyThread: options.isOnlyThread,
    });
  });
  const fallback = all.find(({ prefix }) => prefix.length === 0);
  return new Groups(all, fallback && withoutLoader(fallback, { world, tools: toolsOf(fallback.name) }));
}

/** Empties and frees the parts of stores that a dead thread holds locked. True: entries may be lost. */
export function recoverThread(groups: readonly Group[], thread: number): boolean {
  let recovered = 0;
  for (const { store, mirrors } of groups) {
    recovered += store.memory.recoverThread(thread);
    mirrors?.memory.recoverThread(thread);
  }
  return recovered > 0;
}
