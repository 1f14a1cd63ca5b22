/**
 * Goal: each listener hears of entries that end by themselves, how they have ended, and only while it wants to.
 * Method: a real store whose entries expire, are evicted, and are replaced.
 */
import test from "ava";
import { type EndListener, EntryEnds } from "../../../server/tracking/entry-ends.ts";
import { createGroup, FakeClock, key } from "../fakes.ts";

test("listeners hear of ends while they listen; without one the store calls nobody", (t) => {
  const clock = new FakeClock();
  const group = createGroup({ clock: clock.read });
  const { store } = group;
  const ends = new EntryEnds({ all: [group] });
  const heard: string[] = [];
  const listener =
    (who: string): EndListener =>
    (name, end, hadValue) =>
      void heard.push(`${who} ${name} ${end} ${hadValue}`);
  const [a, b] = [listener("a"), listener("b")];
  ends.set(a, false);
  t.is(store.onEnd, undefined);
  ends.set(a, true);
  ends.set(b, true);
  store.put(key("scores:v"), key("v"), 10);
  store.put(key("scores:none"), null, 10);
  store.put(key("scores:new"), key("v"), 10);
  clock.advance(20);
  store.put(key("scores:new"), key("w"), undefined);
  store.delete(key("scores:v"));
  ends.set(a, false);
  store.delete(key("scores:none"));
  ends.set(b, false);
  t.is(store.onEnd, undefined);
  t.deepEqual(heard, [
    ...["a scores:new outlived true", "b scores:new outlived true"],
    ...["a scores:v expired true", "b scores:v expired true", "b scores:none expired false"],
  ]);
});

test("an evicted entry is told from an expired one, and an outlived one whatever its size", (t) => {
  const clock = new FakeClock();
  const group = createGroup({ conf: { maxBytes: 1 << 20, mirrorBytes: 0 }, clock: clock.read });
  const causes = new Set<string>();
  new EntryEnds({ all: [group] }).set((_, end) => void causes.add(end), true);
  for (let i = 0; i < 200; i++) group.store.put(key(`scores:${i}`), Buffer.alloc(10_000), undefined);
  t.deepEqual([...causes], ["evicted"]);
  group.store.put(key("scores:a"), key("v"), 10);
  clock.advance(20);
  causes.clear();
  group.store.put(key("scores:a"), Buffer.alloc(100), undefined);
  t.true(causes.has("outlived"));
});
