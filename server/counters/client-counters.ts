/**
 * What a thread counts of its clients, and of each limit that closed one.
 *
 * Owns the list: whatever is added up, shown or set back to zero takes its fields from here.
 */

/** Since the start or the last CONFIG RESETSTAT. */
export interface ClientCounters {
  commands: number;
  protocolErrors: number;
  /** Closed by client-query-buffer-limit. */
  queryLimitCloses: number;
  /** Closed by client-output-buffer-limit or the soft one. */
  outputLimitCloses: number;
  /** Closed by stall-timeout. */
  stallCloses: number;
  /** Closed by timeout. */
  idleCloses: number;
  /** Closed because it spoke HTTP. */
  crossProtocolCloses: number;
  /** Wrong passwords, and those who were closed for too many of them. */
  wrongPasswords: number;
  wrongPasswordCloses: number;
  /** Commands that need the admin's password. */
  denied: number;
}

/** All at zero. */
export function zeroClientCounters(): ClientCounters {
  return {
    commands: 0,
    protocolErrors: 0,
    queryLimitCloses: 0,
    outputLimitCloses: 0,
    stallCloses: 0,
    idleCloses: 0,
    crossProtocolCloses: 0,
    wrongPasswords: 0,
    wrongPasswordCloses: 0,
    denied: 0,
  };
}
