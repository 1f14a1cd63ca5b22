/**
 * What a thread counts of each group.
 *
 * Owns the list of counters: code that adds them up, shows them or sets them back takes its fields from here. DESIGN.md
 * says what each one counts, and how they add up.
 */

/** Totals since the start or the last CONFIG RESETSTAT. */
export interface GroupCounters {
  hits: number;
  mirrorHits: number;
  negativeHits: number;
  misses: number;
  loads: number;
  loadErrors: number;
  loadsVoided: number;
  flightsJoined: number;
  forwards: number;
  forwardErrors: number;
  standIns: number;
  peerRequests: number;
}

/** Counters at zero. */
export function zeroGroupCounters(): GroupCounters {
  return {
    hits: 0,
    mirrorHits: 0,
    negativeHits: 0,
    misses: 0,
    loads: 0,
    loadErrors: 0,
    loadsVoided: 0,
    flightsJoined: 0,
    forwards: 0,
    forwardErrors: 0,
    standIns: 0,
    peerRequests: 0,
  };
}
