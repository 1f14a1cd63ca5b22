/** Goal: hashes keep their neighbours when the number of shards changes. Method: every pair of two small numbers. */
import test from "ava";
import { HashBits } from "../../../server/store/shard-map.ts";

test("pairs are the shards that have hashes in common, each pair once", (t) => {
  for (const own of [1, 2, 8]) {
    for (const others of [1, 4, 8, 16]) {
      const pairs = new Set<string>();
      new HashBits(own).forEachPair(new HashBits(others), (a, b) => pairs.add(`${a} ${b}`));
      const common = new Set<string>();
      for (let i = 0; i < 64; i++) {
        const hash = (i << 26) | i;
        common.add(`${new HashBits(own).indexOf(hash)} ${new HashBits(others).indexOf(hash)}`);
      }
      t.deepEqual([...pairs].sort(), [...common].sort());
    }
  }
});
