/**
 * What one thread counts of a group.
 *
 * Owns the list: whatever adds counters up, shows them or sets them back takes the fields from here.
 */

/** Each is a total since the start or the last CONFIG RESETSTAT; CARROT.STATS has the formulas. */
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
export function zeroCounters(): GroupCounters {
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
