/**
 * `eviction noeviction`: a new entry that finds no room is not kept; only what is due gives way to it.
 *
 * What is due has no order, so it is looked for, and not for long: a full store has to refuse as quickly as it takes. What a
 * search does not get to is left to the sweep. Uses are stamped and queued as with `lru`. Every caller holds the mutex
 * and keeps readers off.
 */
import { putEntry } from "./entries.ts";
import { chargeOf, entryWords, USED_BYTES } from "./layout.ts";
import type { Shard } from "./shard.ts";
import { afterBucket, expireBucket, POSITIONS, positionOf } from "./walk.ts";

/** Buckets in a row with nothing due in them that end a search: some 5 us where they are not in the processor's cache. */
const BARREN_BUCKETS = 64;

/** As `putEntry`, whatever the policy; where nothing is evicted, what is due goes first if there is no room otherwise. */
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

/** Expires what is due from the bucket of `hash` on, until there is room for so many bytes. */
function expireFor(shard: Shard, hash: number, bytes: number, now: number): void {
  const mostUsed = shard.geometry.limitBytes - bytes;
  let position = positionOf(hash);
  for (let barren = 0; barren < BARREN_BUCKETS && shard.words[USED_BYTES]! > mostUsed; barren++) {
    if (expireBucket(shard, position, now) > 0) barren = 0;
    position = afterBucket(shard, position) % POSITIONS;
  }
}
