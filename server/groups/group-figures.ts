/**
 * The figures of groups, for INFO, CARROT.STATS and /metrics.
 *
 * Invariant: every figure can be added up, so the figures of all groups add up to those of the node.
 */
import { addCounters } from "../counters/add-counters.ts";
import { type GroupCounters, zeroGroupCounters } from "../counters/group-counters.ts";
import type { Group } from "./groups.ts";

/** The counters, and what the stores hold now. Bytes are footprints: key, value and bookkeeping. */
export interface GroupFigures extends GroupCounters {
  entries: number;
  /** Cached "not found"s. They are not in `entries`, because a client sees no entry there. */
  absents: number;
  /** Entries that have a deadline, and the sum of the time that they have left. */
  expiring: number;
  ttlSumMs: number;
  usedBytes: number;
  maxBytes: number;
  mirrorEntries: number;
  mirrorUsedBytes: number;
  mirrorMaxBytes: number;
  evictions: number;
  expirations: number;
  /** Errors of the loader that nobody caught. */
  escapedErrors: number;
  loadsUnderWay: number;
  loadsQueued: number;
}

/** The counters of all threads, added up. */
function countersOf(group: Group): GroupCounters {
  const sum = { ...group.counters };
  if (group.counted !== undefined) addCounters(sum, group.counted);
  return sum;
}

/** Notes what the worker threads have counted, by the name of the group; figures include these counters from now on. */
export function noteCounted(
  groups: readonly Group[],
  counted: Readonly<Record<string, GroupCounters>>,
): void {
  for (const group of groups) group.counted = counted[group.name];
}

/** Sets the counters of a group back to zero, as CONFIG RESETSTAT does. */
export function resetCounters(group: Group): void {
  const { evictions, expirations } = group.store.figures();
  Object.assign(group.counters, zeroGroupCounters());
  group.failures.escapedErrors = 0;
  Object.assign(group.countedBefore, { evictions, expirations });
}

/** The figures of one group. */
export function figuresOf(group: Group): GroupFigures {
  const store = group.store.figures();
  const mirrors = group.mirrors?.figures();
  return {
    ...countersOf(group),
    entries: store.values,
    absents: store.entries - store.values,
    expiring: store.expiring,
    ttlSumMs: Math.round(store.ttlSumMs),
    usedBytes: store.usedBytes,
    maxBytes: store.maxBytes,
    mirrorEntries: mirrors?.entries ?? 0,
    mirrorUsedBytes: mirrors?.usedBytes ?? 0,
    mirrorMaxBytes: mirrors?.maxBytes ?? 0,
    evictions: store.evictions - group.countedBefore.evictions,
    expirations: store.expirations - group.countedBefore.expirations,
    escapedErrors: group.failures.escapedErrors,
    loadsUnderWay: group.queue.figures.active,
    loadsQueued: group.queue.figures.queued,
  };
}

/** The sum of the figures of several groups. */
export function sumFigures(groups: readonly Group[]): GroupFigures {
  const sum: GroupFigures = {
    ...zeroGroupCounters(),
    entries: 0,
    absents: 0,
    expiring: 0,
    ttlSumMs: 0,
    usedBytes: 0,
    maxBytes: 0,
    mirrorEntries: 0,
    mirrorUsedBytes: 0,
    mirrorMaxBytes: 0,
    evictions: 0,
    expirations: 0,
    escapedErrors: 0,
    loadsUnderWay: 0,
    loadsQueued: 0,
  };
  for (const group of groups) addCounters(sum, figuresOf(group));
  return sum;
}
