/**
 * What an operator sees of the link to another member.
 *
 * Owns the type only. Every number is a whole one, because replies of RESP have no others.
 */

export type LinkState = "up" | "connecting" | "down";

export interface LinkFigures {
  readonly state: LinkState;
  /** How long it has been in this state, in whole milliseconds. */
  readonly sinceMs: number;
  /** Keys asked for over this link. */
  readonly sent: number;
  /** Keys that the member asked this node for, over its own link. */
  readonly received: number;
  /** Over all wires that this link has had. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly inFlight: number;
  /** Round trip of the last ping in whole microseconds; undefined before the first. */
  readonly rttUs: number | undefined;
  /** How often the link came up after the first time. */
  readonly reconnects: number;
  readonly lastError: string | undefined;
  /** The version of the package that the member runs; undefined before the first link to it. */
  readonly version: string | undefined;
  /** Why this node refused to serve a process that introduced itself by the member's id; undefined: it did not. */
  readonly refused: string | undefined;
}
