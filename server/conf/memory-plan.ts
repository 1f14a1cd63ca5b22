/**
 * How the groups share the memory after a change of `maxmemory` or `eviction` while the node runs.
 *
 * Owns the rule that the start has, too: a group with a limit of its own keeps it, the others share what is left in equal
 * parts. A group that CONFIG SET gives a limit has one of its own from then on.
 */
import { MAX_STORE_BYTES } from "../store/layout.ts";
import type { Eviction, GroupConf, NodeConf } from "./conf.ts";
import { Complaint, ConfError, type Place } from "./conf-error.ts";
import { shareOf } from "./group-rules.ts";
import { formatBytes, roughBytes } from "./units.ts";

export interface GroupLimit {
  readonly maxBytes: number;
  readonly mirrorBytes: number;
}

export interface MemoryPlan {
  readonly eviction: Eviction;
  /** By the name of the group. */
  readonly groups: ReadonlyMap<string, GroupLimit>;
}

/** A value by the full name of its directive. */
type NewValues = ReadonlyMap<string, unknown>;

const fullName = (group: string) => `group ${group} maxmemory`;

/** Whether a change of the directive with this full name changes the memory. */
export function concernsMemory(name: string): boolean {
  return /^(maxmemory|eviction|group +\S+ +maxmemory)$/i.test(name);
}

/** What the groups get with these values; undefined: as before. */
export function planMemory(conf: NodeConf, values: NewValues): MemoryPlan | Complaint | undefined {
  if (![...values.keys()].some(concernsMemory)) return undefined;
  const given = conf.groups.map((group) => ({ ...group, ...ownLimit(conf, group, values) }));
  try {
    const shareBytes = shareOf(given, (values.get("maxmemory") as number | undefined) ?? conf.maxBytes);
    const groups = given.map(({ name, maxBytes = shareBytes, mirrorShare }) => {
      const mirrorBytes = Math.floor(maxBytes * mirrorShare);
      return [name, { maxBytes, mirrorBytes }] as const;
    });
    const tooLarge = groups.find(([, { maxBytes }]) => maxBytes > MAX_STORE_BYTES);
    if (tooLarge !== undefined) return new Complaint(tooLargeText(tooLarge[1].maxBytes));
    const eviction = (values.get("eviction") as Eviction | undefined) ?? conf.eviction;
    return { eviction, groups: new Map(groups) };
  } catch (error) {
    if (error instanceof ConfError) return new Complaint(error.message);
    throw error;
  }
}

/** Why a group cannot have so many bytes. */
export function tooLargeText(bytes: number): string {
  return `expected at most ${roughBytes(MAX_STORE_BYTES)}, which is what one group can hold, got ${formatBytes(bytes)}`;
}

/** The limit that the group has of its own, in the form that `shareOf` takes. */
function ownLimit(conf: NodeConf, { name, maxBytes }: GroupConf, values: NewValues) {
  const before = conf.places.get(fullName(name));
  const given = values.get(fullName(name)) as number | undefined;
  const place: Place | undefined = given === undefined ? before : undefined;
  return {
    maxBytes: given ?? (before === undefined ? undefined : maxBytes),
    place,
    places: new Map(place === undefined ? [] : [["maxBytes", place] as const]),
  };
}
