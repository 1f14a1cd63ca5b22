/**
 * The 32 bits that the directive ring-seed stands for.
 *
 * Owns a rule that all members, of any version, must apply alike: a change of it gives keys other owners.
 */

import { createHash } from "node:crypto";

const MAX_SEED = 0xffff_ffff;

/** A decimal number up to 4294967295 is the seed itself; of any other text it is the first 32 bits of its SHA-256. */
export function seedOf(word: Buffer): number {
  const text = word.toString("latin1");
  if (/^\d{1,10}$/.test(text) && Number(text) <= MAX_SEED) return Number(text);
  return createHash("sha256").update(word).digest().readUInt32BE(0);
}
