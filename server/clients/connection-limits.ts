/**
 * The limits of a connection that no directive changes.
 */

/** Bytes of finished replies that may wait behind an unfinished one. */
export const MAX_HELD_BYTES = 1 << 20;
/** What is pushed behind an unfinished reply: small messages cost more than their bytes. */
export const MAX_PUSHES = 1 << 16;
/** Commands that are taken from one client before the others have their turn. */
export const TURN_COMMANDS = 512;
/** Node reads no more than this at once, and up to 32 times in a row from a client that sends without end. */
export const FULL_READ_BYTES = 1 << 16;
/** Bytes gathered in one turn before they are written. */
export const TURN_BYTES = 1 << 18;
/** Of replies to a client that has yet to authenticate: those not yet written, and those it does not read. */
export const LOCKED_TURN_BYTES = 1 << 12;
export const MAX_LOCKED_OUTPUT_BYTES = 1 << 14;
/** What a client has left to read its last reply in before the socket is destroyed: Redis' own test needs a fixed time. */
export const LINGER_MS = 200;

/** Why who is owed more than that is closed, and where it is counted. */
export const OUTPUT_LIMIT = ["output buffer limit reached", "outputLimitCloses"] as const;
