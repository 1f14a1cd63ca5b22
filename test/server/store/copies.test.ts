/**
 * Goal: shared memory is copied right, at every length and alignment, and nothing beside it is touched.
 * Method: all alignments of source and target, lengths around each threshold, bytes that differ from their neighbours.
 */
import test from "ava";
import { copyLong, copyOf } from "../../../server/store/copies.ts";
import { Store } from "../../../server/store/store.ts";
import { key } from "../fakes.ts";

const LENGTHS = [1, 7, 8, 9, 63, 64, 65, 399, 400, 401, 1023, 1024, 4095, 4097];

/** Bytes that repeat only after 251, so that a copy that is one off shows. */
function patterned(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, i) => i % 251));
}

test("bytes are copied into and out of shared memory at every alignment, and none beside them", (t) => {
  const shared = Buffer.from(new SharedArrayBuffer(1 << 13));
  for (const length of LENGTHS) {
    const source = patterned(length + 8);
    for (let i = 0; i < 64; i++) {
      const [from, at] = [i & 7, i >> 3];
      shared.fill(0xee);
      copyLong(shared, at, source, from, from + length);
      t.true(shared.subarray(at, at + length).equals(source.subarray(from, from + length)));
      t.is(shared.subarray(0, at).filter((byte) => byte !== 0xee).length + (shared[at + length]! - 0xee), 0);
      t.true(copyOf(shared, at, at + length).equals(source.subarray(from, from + length)));
    }
  }
});

test("a copy of nothing is empty", (t) => {
  t.is(copyOf(patterned(3), 1, 1).length, 0);
});

test("keys and values of every length around the thresholds go in and come out whole", (t) => {
  const store = new Store({ seed: 1, maxBytes: 64 << 20, eviction: "lru", clock: () => 0 });
  for (const keyBytes of [1, 2, 3, 4, 64, 65, 400, 401]) {
    for (const length of [0, ...LENGTHS]) {
      const name = Buffer.alloc(keyBytes, `${length}`);
      store.put(name, patterned(length), undefined);
      t.true(store.get(name)!.value!.equals(patterned(length)), `${keyBytes} and ${length} bytes`);
      store.edit(name, { conditions: [], value: undefined, life: 1000, wanted: undefined, isUse: false });
      t.true(store.get(name)!.value!.equals(patterned(length)), "with a deadline");
    }
  }
  t.is(store.get(key("none")), undefined);
});
