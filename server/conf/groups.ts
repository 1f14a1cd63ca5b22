/**
 * The groups, with their prefixes told apart and the node's memory divided among them.
 *
 * Owns two rules: no two groups take the same keys, and the groups' limits together never exceed the node's
 * `maxmemory`.
 *
 *     maxmemory  |----- scores: its own 100mb -----|-- users: share --|-- default: share --|
 *                |------- entries ------|-mirrors--|   each an equal part of what is left
 */

import type { GroupConf, GroupFields } from "./conf.ts";
import { errorAt, type Place } from "./conf-error.ts";
import { MIN_GROUP_BYTES } from "./directives.ts";
import { formatBytes } from "./units.ts";
import { shown, wordOf } from "./words.ts";

/** The group that takes every key that no prefix takes. */
const DEFAULT_GROUP = "default";

/** A group as the conf gives it; `places` has its directives by field, and `place` is the first of them. */
export interface GivenGroup extends Omit<GroupFields, "prefix" | "maxBytes"> {
  readonly name: string;
  readonly prefix: Buffer | undefined;
  readonly maxBytes: number | undefined;
  readonly place: Place | undefined;
  readonly places: ReadonlyMap<string, Place>;
}

/** Throws a ConfError when the groups get in each other's way. The order is kept. */
export function resolveGroups(given: readonly GivenGroup[], nodeMaxBytes: number): GroupConf[] {
  const prefixes = prefixesOf(given);
  const shareBytes = shareOf(given, nodeMaxBytes);
  return given.map(({ place, places, ...group }, index) => {
    const maxBytes = group.maxBytes ?? shareBytes;
    const mirrorBytes = Math.floor(maxBytes * group.mirrorShare);
    return { ...group, prefix: prefixes[index] ?? Buffer.alloc(0), maxBytes, mirrorBytes };
  });
}

function prefixesOf(given: readonly GivenGroup[]): Buffer[] {
  const takenBy = new Map<string, string>();
  return given.map((group) => {
    const prefix = prefixOf(group);
    const key = wordOf(prefix);
    const other = takenBy.get(key);
    if (other !== undefined) {
      const place = group.places.get("prefix") ?? group.place;
      throw errorAt(place, `group ${group.name} prefix`, `${shown(key)} is group ${other}'s already`);
    }
    takenBy.set(key, group.name);
    return prefix;
  });
}

function prefixOf({ name, prefix, places }: GivenGroup): Buffer {
  const fullName = `group ${name} prefix`;
  if (name === DEFAULT_GROUP) {
    if (prefix === undefined || prefix.length === 0) return Buffer.alloc(0);
    throw errorAt(
      places.get("prefix"),
      fullName,
      "group default takes what no prefix takes and has none itself",
    );
  }
  if (prefix === undefined) return Buffer.from(`${name}:`);
  if (prefix.length > 0) return prefix;
  throw errorAt(places.get("prefix"), fullName, "only group default may be without a prefix");
}

/** What each group without a limit of its own gets. */
function shareOf(given: readonly GivenGroup[], nodeMaxBytes: number): number {
  let leftBytes = nodeMaxBytes;
  for (const { name, maxBytes, places } of given) {
    leftBytes -= maxBytes ?? 0;
    if (leftBytes >= 0) continue;
    const sum = formatBytes(nodeMaxBytes - leftBytes);
    const limit = formatBytes(nodeMaxBytes);
    const text = `the groups' limits come to ${sum}, more than the node's maxmemory of ${limit}`;
    throw errorAt(places.get("maxBytes"), `group ${name} maxmemory`, text);
  }
  const sharing = given.filter((group) => group.maxBytes === undefined);
  const shareBytes = Math.floor(leftBytes / Math.max(1, sharing.length));
  const [first] = sharing;
  if (first !== undefined && shareBytes < MIN_GROUP_BYTES) {
    const least = formatBytes(MIN_GROUP_BYTES);
    const text = `only ${formatBytes(shareBytes)} of maxmemory are left for it, ${least} at least are needed`;
    throw errorAt(first.place, `group ${first.name} maxmemory`, text);
  }
  return shareBytes;
}
