/**
 * The seed of the ring from what the conf says.
 *
 * Owns a rule that every member must apply alike, in every version: changing it moves every key to another
 * owner.
 */

import { createHash } from "node:crypto";

const MAX_SEED = 0xffff_ffff;

/**
 * A decimal number up to 4294967295 is the seed; anything else gives the first 32 bits (big endian) of its
 * SHA-256.
 */
export function seedOf(word: Buffer): number {
  const text = word.toString("latin1");
  if (/^\d{1,10}$/.test(text) && Number(text) <= MAX_SEED) return Number(text);
  return createHash("sha256").update(word).digest().readUInt32BE(0);
}
