/**
 * What a thread counts of its clients: their commands, and for each limit the clients that it closed.
 *
 * Owns the list of counters: code that adds them up, shows them or sets them back takes its fields from here.
 */

/** Totals since the start or the last CONFIG RESETSTAT. */
export interface ClientCounters {
  commands: number;
  protocolErrors: number;
  /** Clients closed by client-query-buffer-limit. */
  queryLimitCloses: number;
  /** Clients closed by client-output-buffer-limit or client-output-soft-limit. */
  outputLimitCloses: number;
  /** Clients closed by stall-timeout. */
  stallCloses: number;
  /** Clients closed by timeout. */
  idleCloses: number;
  /** Clients closed because they spoke HTTP. */
  crossProtocolCloses: number;
  wrongPasswords: number;
  /** Clients closed after too many wrong passwords. */
  wrongPasswordCloses: number;
  /** Commands refused because they need the admin's password. */
  denied: number;
}

/** Counters at zero. */
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
