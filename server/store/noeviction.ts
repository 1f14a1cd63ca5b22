/**
 * `eviction noeviction`: an entry that finds no room is not kept; only entries whose time is up give way to it.
 *
 * No index has the entries that are due, so a search looks for them. It is short, because a full store has to refuse as
 * quickly as it accepts; the sweep finds the others. Uses are stamped and queued as with `lru`. Every caller holds the
 * mutex and keeps readers off.
 */
import { putEntry } from "./entries.ts";
import { bucketCount, bucketOf } from "./index-table.ts";
import { chargeOf, entryWords, USED_BYTES } from "./layout.ts";
import type { Shard } from "./shard.ts";
import { expireIn } from "./sweep.ts";

/**
 * A search ends after this many buckets in a row without a due entry: some 5 us if none of them is in the CPU's cache.
 */
const BARREN_BUCKETS = 64;

/** As `putEntry`, for every policy. With `noeviction`, an entry without room gets a second try after a search. */
export function keepEntry(
  shard: Shard,
  hash: number,
  key: Uint8Array,
  value: Uint8Array | null,
  deadline: number,
  now: number,
): boolean {
  if (putEntry(shard, hash, key, value, deadline, now)) return true;
  if (shard.evicts) return false;
  const words = entryWords(key.length, value?.length ?? 0, true);
  expireFor(shard, hash, chargeOf(shard.geometry, words, true), now);
  return putEntry(shard, hash, key, value, deadline, now);
}

/** Expires entries that are due, from the bucket of `hash` on, until there is room for so many bytes or the search ends. */
function expireFor(shard: Shard, hash: number, bytes: number, now: number): void {
  const mostUsed = shard.geometry.limitBytes - bytes;
  let bucket = bucketOf(shard, hash) - shard.bucketsAt;
  for (let barren = 0; barren < BARREN_BUCKETS && shard.words[USED_BYTES]! > mostUsed; barren++) {
    if (expireIn(shard, bucket, now) > 0) barren = 0;
    bucket = (bucket + 1) % bucketCount(shard);
  }
}
