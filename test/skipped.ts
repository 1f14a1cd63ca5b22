/** Begins the log line of a test that found something missing while it ran. needs.ts writes it, run.ts reads it. */
export const SKIPPED = "SKIPPED: ";
