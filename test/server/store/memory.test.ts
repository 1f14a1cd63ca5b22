/** Goal: two stores of one memory follow each other, and a memory in use is not exchanged for itself. */
import test from "ava";
import { Store } from "../../../server/store/store.ts";

test("to follow the memory in use already changes nothing", (t) => {
  const store = new Store({ seed: 1, maxBytes: 1 << 20, eviction: "lru", clock: () => 0 });
  store.put(Buffer.from("a"), Buffer.from("1"), undefined);
  store.noteUseTimes();
  const { handle } = store;
  store.memory.follow({ ...handle });
  t.is(store.handle, handle);
  t.is(String(store.get(Buffer.from("a"))?.value), "1");
  t.false(store.memory.isMoving);
});
