/**
 * The rules between groups.
 *
 * Owns three of them: no two groups of a database have the same prefix, each database exists, and the limits of all groups together never exceed the node's
 * `maxmemory`.
 *
 *     maxmemory  |----- scores: its own 100mb -----|-- users: share --|-- default: share --|
 *                |------- entries ------|-mirrors--|  equal shares of what the others leave
 */

import type { GroupConf } from "./conf.ts";
import { errorAt, type Place } from "./conf-error.ts";
import { type GroupFields, MIN_GROUP_BYTES } from "./group-directives.ts";
import type { NodeFields } from "./node-directives.ts";
import { shown, wordOf } from "./quoting.ts";
import { formatBytes } from "./units.ts";

/** The group that takes every key that no prefix takes. */
const DEFAULT_GROUP = "default";

/** A group as the conf gives it. `places` has the places of its directives, by field; `place` is the first of them. */
export interface GivenGroup extends Omit<GroupFields, "prefix" | "maxBytes"> {
  readonly name: string;
  readonly prefix: Buffer | undefined;
  readonly maxBytes: number | undefined;
  readonly place: Place | undefined;
  readonly places: ReadonlyMap<string, Place>;
}

/** The groups in the order given. Throws a ConfError when they break a rule. */
export function resolveGroups(
  given: readonly GivenGroup[],
  node: Pick<NodeFields, "maxBytes" | "databases">,
): GroupConf[] {
  checkDatabases(given, node.databases);
  const prefixes = prefixesOf(given);
  const shareBytes = shareOf(given, node.maxBytes);
  return given.map(({ place, places, ...group }, index) => {
    const maxBytes = group.maxBytes ?? shareBytes;
    const mirrorBytes = Math.floor(maxBytes * group.mirrorShare);
    return { ...group, prefix: prefixes[index] ?? Buffer.alloc(0), maxBytes, mirrorBytes };
  });
}

/** Throws when a group takes the keys of a database that does not exist, or `default` those of another than 0. */
function checkDatabases(given: readonly GivenGroup[], databases: number): void {
  for (const { name, database, places } of given) {
    const fail = (text: string) => errorAt(places.get("database"), `group ${name} database`, text);
    if (database >= databases)
      throw fail(`expected 0 to ${databases - 1}, as databases is ${databases}, got ${database}`);
    if (name === DEFAULT_GROUP && database !== 0)
      throw fail("group default has database 0: name the group otherwise, and give it an empty prefix");
  }
}

function prefixesOf(given: readonly GivenGroup[]): Buffer[] {
  const takenBy = new Map<string, string>();
  return given.map((group) => {
    const prefix = prefixOf(group);
    const key = `${group.database} ${wordOf(prefix)}`;
    const other = takenBy.get(key);
    if (other !== undefined) {
      const place = group.places.get("prefix") ?? group.place;
      throw errorAt(
        place,
        `group ${group.name} prefix`,
        `${shown(wordOf(prefix))} is group ${other}'s already`,
      );
    }
    takenBy.set(key, group.name);
    return prefix;
  });
}

function prefixOf({ name, database, prefix, places }: GivenGroup): Buffer {
  const fullName = `group ${name} prefix`;
  if (name === DEFAULT_GROUP) {
    if (prefix === undefined || prefix.length === 0) return Buffer.alloc(0);
    throw errorAt(
      places.get("prefix"),
      fullName,
      "group default has no prefix: it takes the keys that no other group takes",
    );
  }
  if (prefix === undefined) return Buffer.from(`${name}:`);
  if (prefix.length > 0 || database > 0) return prefix;
  throw errorAt(places.get("prefix"), fullName, "only group default may be without a prefix in database 0");
}

/** The limit of each group that has none of its own, in bytes. Throws a ConfError when the limits do not fit. */
export function shareOf(
  given: readonly Pick<GivenGroup, "name" | "maxBytes" | "place" | "places">[],
  nodeMaxBytes: number,
): number {
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
    const text = `maxmemory leaves only ${formatBytes(shareBytes)} for it, and a group needs ${least} at least`;
    throw errorAt(first.place, `group ${first.name} maxmemory`, text);
  }
  return shareBytes;
}
