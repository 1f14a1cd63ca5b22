/** What begins the log of a test that found out only while it ran that it cannot: needs.ts writes it, run.ts reads it. */
export const SKIPPED = "SKIPPED: ";
