/**
 * The figures of groups, added up in one place for INFO, CARROT.STATS and /metrics.
 *
 * Invariant: every figure is a sum over groups, so that figures of groups add up to those of the node.
 */

import { type GroupCounters, zeroCounters } from "../counters/group-counters.ts";
import type { Group } from "./groups.ts";

/** Counters and what the stores hold now. Bytes are footprints: key, value and bookkeeping. */
export interface GroupFigures extends GroupCounters {
  entries: number;
  /** Cached "not found"s, which are no entries to a client. */
  absents: number;
  usedBytes: number;
  maxBytes: number;
  mirrorEntries: number;
  mirrorUsedBytes: number;
  mirrorMaxBytes: number;
  evictions: number;
  expirations: number;
  loadsUnderWay: number;
  loadsQueued: number;
}

/** The counters of all threads added up. */
function countersOf(group: Group): GroupCounters {
  const sum = { ...group.counters };
  for (const counted of group.counted) {
    for (const name of Object.keys(sum) as (keyof GroupCounters)[]) sum[name] += counted[name];
  }
  return sum;
}

/** Sets the counters of a group back to zero. */
export function resetCounters(group: Group): void {
  const { evictions, expirations } = group.store.figures();
  Object.assign(group.counters, zeroCounters());
  Object.assign(group.countedBefore, { evictions, expirations });
}

/** The figures of one group. */
export function figuresOf(group: Group): GroupFigures {
  const store = group.store.figures();
  const mirrors = group.mirrors?.figures();
  return {
    ...countersOf(group),
    entries: store.entries - store.absents,
    absents: store.absents,
    usedBytes: store.usedBytes,
    maxBytes: store.maxBytes,
    mirrorEntries: mirrors?.entries ?? 0,
    mirrorUsedBytes: mirrors?.usedBytes ?? 0,
    mirrorMaxBytes: mirrors?.maxBytes ?? 0,
    evictions: store.evictions - group.countedBefore.evictions,
    expirations: store.expirations - group.countedBefore.expirations,
    loadsUnderWay: group.queue.figures.active,
    loadsQueued: group.queue.figures.queued,
  };
}

/** The figures of several groups, added up. */
export function sumFigures(groups: readonly Group[]): GroupFigures {
  const sum: GroupFigures = {
    ...zeroCounters(),
    entries: 0,
    absents: 0,
    usedBytes: 0,
    maxBytes: 0,
    mirrorEntries: 0,
    mirrorUsedBytes: 0,
    mirrorMaxBytes: 0,
    evictions: 0,
    expirations: 0,
    loadsUnderWay: 0,
    loadsQueued: 0,
  };
  for (const group of groups) {
    const figures = figuresOf(group);
    for (const name of Object.keys(sum) as (keyof GroupFigures)[]) sum[name] += figures[name];
  }
  return sum;
}
