/**
 * Goal: a worker sets what nobody has to hear of, and leaves everything else to the main thread.
 * Method: a real store and real permission to write; what the store holds after each SET.
 */
import test from "ava";
import { Groups } from "../../../server/groups/groups.ts";
import { FreeWrites } from "../../../server/store/free-writes.ts";
import { WorkerSets } from "../../../server/threads/worker-sets.ts";
import { createGroup, key } from "../fakes.ts";

function setUp() {
  const group = createGroup();
  const freeWrites = new FreeWrites(2);
  const sets = new WorkerSets({
    groups: new Groups([group]),
    maxValueBytes: (name) => (name === "scores" ? 10 : 0),
    freeWrites,
    thread: 2,
    memories: 0,
  });
  const set = (name: string, value: string, ttlMs?: number) => {
    const chunk = Buffer.from(`..${name}..${value}..`);
    const keyEnd = 2 + name.length;
    return sets.set(chunk, 2, keyEnd, keyEnd + 2, keyEnd + 2 + value.length, ttlMs, 1000);
  };
  const held = (name: string) => group.store.get(key(name))?.value?.toString();
  return { group, freeWrites, sets, set, held };
}

test("a SET keeps a copy of the bytes, with the lifetime that is given", (t) => {
  const { group, set, held } = setUp();
  t.true(set("scores:Tom", "630", 5000));
  t.is(held("scores:Tom"), "630");
  t.is(group.store.look(key("scores:Tom")).ttlMs, 5000);
});

test("what no group takes, what is too long, and what is forbidden now is not set", (t) => {
  const { freeWrites, sets, set, held } = setUp();
  t.false(set("other", "1"));
  t.false(set("scores:Tom", "12345678901"));
  freeWrites.set("watching", true);
  t.false(set("scores:Tom", "1"));
  freeWrites.set("watching", false);
  freeWrites.moves();
  t.false(set("scores:Tom", "1"));
  t.is(held("scores:Tom"), undefined);
  sets.memories = 1;
  t.true(set("scores:Tom", "1"));
});

test("a SET of a key that is being loaded is left to the main thread", (t) => {
  const { group, freeWrites, set } = setUp();
  const hash = group.store.hashOf(key("scores:Tom"), 0, 10);
  freeWrites.loadBegins(hash);
  t.false(set("scores:Tom", "1"));
  t.true(set("scores:Bob", "1"));
  freeWrites.loadEnds(hash);
  t.true(set("scores:Tom", "1"));
});

test("the write is over when the SET is, also when it throws", (t) => {
  const { group, freeWrites, set } = setUp();
  const ended = () => {
    const started = performance.now();
    freeWrites.set("steps", true);
    freeWrites.set("steps", false);
    return performance.now() - started < 900;
  };
  t.true(set("scores:Tom", "1"));
  t.true(ended());
  group.store.set = () => {
    throw new Error("locked");
  };
  t.throws(() => set("scores:Tom", "1"), { message: "locked" });
  t.true(ended());
});
