/**
 * What a shard has of a key, for one who looks without using it.
 *
 * Changes nothing. Every caller holds the mutex. Knows no policy.
 */
import type { Glimpse } from "../../cluster/outcome.ts";
import type { Deadlines } from "./deadlines.ts";
import { footprintOf } from "./entries.ts";
import { deadlineOf } from "./header.ts";
import { findEntry } from "./index-table.ts";
import { IS_ABSENT, LENGTH_MASK, VALUE } from "./layout.ts";
import type { Shard } from "./shard.ts";

const MISSING: Glimpse = { kind: "missing", bytes: 0, ttlMs: undefined, footprintBytes: 0 };

export function glimpseOf(shard: Shard, hash: number, key: Uint8Array, deadlines: Deadlines): Glimpse {
  const ref = findEntry(shard, hash, key, 0, key.length);
  const deadline = ref === 0 ? 0 : deadlineOf(shard.words, ref);
  if (deadline <= deadlines.now()) return MISSING;
  const value = shard.words[ref + VALUE]!;
  const isAbsent = (value & IS_ABSENT) !== 0;
  return {
    kind: isAbsent ? "absent" : "value",
    bytes: isAbsent ? 0 : value & LENGTH_MASK,
    ttlMs: deadlines.ttlMs(deadline),
    footprintBytes: footprintOf(shard, ref),
  };
}
