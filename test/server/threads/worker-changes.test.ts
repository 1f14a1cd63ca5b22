/**
 * Goal: a worker deletes and dates what nobody has to hear of, and leaves everything else to the main thread.
 * Method: a real store and real permission to write; what the store holds after each change.
 */
import test from "ava";
import { NOT_PLAIN } from "../../../server/changes/plain-changes.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { FreeWrites } from "../../../server/store/free-writes.ts";
import { WorkerChanges } from "../../../server/threads/worker-changes.ts";
import { createGroup, key } from "../fakes.ts";

function setUp() {
  const group = createGroup();
  const freeWrites = new FreeWrites(2);
  const memory = { memories: 0 };
  const options = {
    groups: new Groups([group]),
    maxValueBytes: () => 10,
    freeWrites,
    thread: 2,
    memories: 0,
  };
  const changes = new WorkerChanges(options, memory);
  const chunk = (name: string) => [Buffer.from(`..${name}..`), 2, 2 + name.length] as const;
  const remove = (name: string) => changes.remove(...chunk(name));
  const expire = (name: string, ms: number) => changes.expire(...chunk(name), ms, 1000);
  const lifeOf = (name: string) => changes.lifeOf(...chunk(name));
  const put = (name: string) => group.store.put(key(name), key("630"), undefined);
  return { group, freeWrites, memory, remove, expire, lifeOf, put };
}

test("a worker dates, looks at and deletes an entry", (t) => {
  const { put, remove, expire, lifeOf } = setUp();
  t.deepEqual([remove("scores:Tom"), expire("scores:Tom", 5), lifeOf("scores:Tom")], [0, 0, -2]);
  put("scores:Tom");
  t.is(lifeOf("scores:Tom"), -1);
  t.is(expire("scores:Tom", 5000), 1);
  t.is(lifeOf("scores:Tom"), 5000);
  t.is(remove("scores:Tom"), 1);
  t.is(lifeOf("scores:Tom"), -2);
});

test("what no group takes, and what is forbidden now, is left to the main thread", (t) => {
  const { freeWrites, memory, put, remove, expire, lifeOf } = setUp();
  put("scores:Tom");
  const refused = () => {
    t.deepEqual([remove("scores:Tom"), expire("scores:Tom", 5)], [NOT_PLAIN, NOT_PLAIN]);
    t.is(lifeOf("scores:Tom"), -1, "what is found is there");
    t.is(lifeOf("scores:Bob"), NOT_PLAIN, "what is missed may be on its way to other memory");
  };
  t.deepEqual([remove("other"), expire("other", 5), lifeOf("other")], [NOT_PLAIN, NOT_PLAIN, NOT_PLAIN]);
  freeWrites.set("moving", true);
  refused();
  freeWrites.set("moving", false);
  freeWrites.moves();
  refused();
  memory.memories = 1;
  t.is(lifeOf("scores:Bob"), -2);
  t.is(remove("scores:Tom"), 1);
});

test("a change of a key that is being loaded leaves the store alone: the main thread makes it, and answers", (t) => {
  const { group, freeWrites, put, remove, expire, lifeOf } = setUp();
  put("scores:Tom");
  const hash = group.store.hashOf(key("scores:Tom"), 0, 10);
  freeWrites.loadBegins(hash);
  t.deepEqual([remove("scores:Tom"), expire("scores:Tom", 5)], [NOT_PLAIN, NOT_PLAIN]);
  t.is(lifeOf("scores:Tom"), -1);
  freeWrites.loadEnds(hash);
  t.is(remove("scores:Tom"), 1);
});

test("the write is over when the change is, also when it is refused or throws", (t) => {
  const { group, freeWrites, remove, lifeOf } = setUp();
  const ended = () => {
    const started = performance.now();
    freeWrites.set("steps", true);
    freeWrites.set("steps", false);
    return performance.now() - started < 900;
  };
  t.is(remove("scores:Tom"), 0);
  t.true(ended());
  t.is(lifeOf("scores:Tom"), -2);
  t.true(ended());
  freeWrites.loadBegins(group.store.hashOf(key("scores:Tom"), 0, 10));
  t.is(remove("scores:Tom"), NOT_PLAIN);
  t.true(ended());
  group.store.delete = () => {
    throw new Error("locked");
  };
  t.throws(() => remove("scores:Bob"), { message: "locked" });
  t.true(ended());
});
