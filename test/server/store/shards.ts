/** Shards for the tests of the store's parts, below the level of keys and time. */
import { emptyShard } from "../../../server/store/empty-shard.ts";
import { putEntry } from "../../../server/store/entries.ts";
import { type Eviction, geometryOf } from "../../../server/store/layout.ts";
import { Shard } from "../../../server/store/shard.ts";

export function shardOf(limitBytes: number, eviction: Eviction = "lru"): Shard {
  const geometry = geometryOf(limitBytes, eviction);
  const shard = new Shard(new SharedArrayBuffer(geometry.totalBytes), geometry);
  emptyShard(shard);
  return shard;
}

/** Puts an entry that does not expire under a hash of the test's choice. */
export function putUnder(shard: Shard, hash: number, key: string, bytes = 0): boolean {
  return putEntry(shard, hash, Buffer.from(key), Buffer.alloc(bytes), Number.POSITIVE_INFINITY, 0);
}
