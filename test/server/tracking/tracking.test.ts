/**
 * Goal: a client is told as soon as its copy is no longer valid, whatever the cause; stores call nobody while nobody tracks.
 * Method: real stores on a clock that stands still, clients that keep what is pushed to them, members that note what
 * they are told.
 */
import test from "ava";
import { encodeReply, type Reply } from "../../../proto/reply.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { storedKey } from "../../../server/store/database-key.ts";
import { EntryEnds } from "../../../server/tracking/entry-ends.ts";
import { Tracking } from "../../../server/tracking/tracking.ts";
import type { TrackingMode } from "../../../server/tracking/tracking-client.ts";
import { createGroup, createTracking, FakeClock, FakeTracker, key, turn } from "../fakes.ts";

const DEFAULT: TrackingMode = {
  bcast: false,
  optin: false,
  optout: false,
  noloop: false,
  redirect: 0,
  prefixes: [],
};
const A = key("scores:a");

function setUp(maxKeys?: number, maxBytes = 1 << 20, prefix = key("scores:")) {
  const clock = new FakeClock();
  const group = createGroup({ clock: clock.read, conf: { maxBytes, mirrorBytes: maxBytes / 2, prefix } });
  const tracking = createTracking(new Groups([group]), clock.read, maxKeys);
  /** A client that tracks, and the messages to it: keys, or `*` for "drop all copies". */
  const client = (id: number, mode: Partial<TrackingMode> = {}) => {
    const told: string[] = [];
    const atOnce: boolean[] = [];
    const push = (message: Reply, isAtOnce = false) => {
      atOnce.push(isAtOnce);
      const text = encodeReply(message, 3).toString();
      told.push(
        text.endsWith("_\r\n")
          ? "*"
          : text
              .split("\r\n")
              .slice(5)
              .filter((_, i) => i % 2 === 0)
              .join()
              .replace(/,$/, ""),
      );
    };
    tracking.enable({ id, push }, { ...DEFAULT, ...mode });
    return { told, atOnce, read: (name = A) => tracking.reads(name, tracking.readerOf(id)!) };
  };
  return { clock, group, tracking, client };
}

test("a reader is told once that its key has changed, also by its own change", (t) => {
  const { tracking, client } = setUp();
  const { told, read } = client(1);
  read();
  tracking.changed(A, 1);
  tracking.changed(A);
  t.deepEqual(told, ["scores:a"]);
});

test("with NOLOOP a client is not told of its own change, and its note of the key ends all the same", (t) => {
  const { tracking, client } = setUp();
  const own = client(1, { noloop: true });
  const other = client(2, { noloop: true });
  own.read();
  other.read();
  tracking.changed(A, 1);
  tracking.changed(A, 2);
  t.deepEqual([own.told, other.told], [[], ["scores:a"]]);
});

test("a reader is told when the entry is evicted", async (t) => {
  const { group, client } = setUp(undefined, 4096);
  const { told, read } = client(1);
  group.store.put(A, key("v"), undefined);
  read();
  for (let i = 0; i < 200; i++) group.store.put(key(`scores:${i}`), Buffer.alloc(40), undefined);
  await turn();
  t.is(group.store.look(A).kind, "missing");
  t.deepEqual(told, ["scores:a"]);
});

test("a reader is told within a slot when the entry expires, although nobody asks for the key", async (t) => {
  const { group, clock, tracking, client } = setUp();
  const { told, read } = client(1);
  group.store.put(A, key("v"), 1000);
  read();
  clock.advance(999);
  tracking.expire();
  await turn();
  t.deepEqual(told, []);
  clock.advance(101);
  tracking.expire();
  await turn();
  t.deepEqual(told, ["scores:a"]);
  t.is(group.store.figures().expirations, 1);
});

test("readers of an entry that expired unnoticed are told when the key is read again or filled", async (t) => {
  const { group, clock, tracking, client } = setUp();
  const [first, second] = [client(1), client(2)];
  group.store.put(A, key("v"), 1000);
  first.read();
  clock.advance(1001);
  second.read();
  t.deepEqual([first.told, second.told], [["scores:a"], []]);
  group.store.put(A, key("w"), 1000);
  tracking.filled(A, 1000);
  await turn();
  t.deepEqual(second.told, [], "the second client has waited for this load");
  clock.advance(1001);
  group.store.put(A, key("x"), 1000);
  tracking.filled(A, 1000);
  await turn();
  t.deepEqual(second.told, ["scores:a"]);
});

test("a table that has become too large shrinks without another read, a slice a turn, and tells", async (t) => {
  const limit = { keys: 5000 };
  const { group, clock } = setUp();
  const slices: (() => void)[] = [];
  const soon = (run: () => void) => void slices.push(run);
  const groups = new Groups([group]);
  const ends = new EntryEnds(groups);
  const tracking = new Tracking({ groups, ends, clock: clock.read, soon, maxKeys: () => limit.keys });
  const member = new FakeTracker();
  const names = Array.from({ length: 5000 }, (_, i) => key(`scores:${i}`));
  tracking.readsFor(names, [], member);
  limit.keys = 2500;
  tracking.fit();
  const figures = () => [tracking.figures.keys, member.told.length, slices.length];
  t.deepEqual(figures(), [4000, 1000, 1]);
  // A read meanwhile does not do the rest at once.
  tracking.readsFor([key("scores:new")], [], member);
  t.deepEqual(figures(), [4001, 1000, 1]);
  slices.shift()!();
  t.deepEqual(figures(), [3001, 2000, 1]);
  slices.shift()!();
  t.deepEqual(figures(), [2500, 2501, 0]);
  t.deepEqual(member.told.slice(0, 2), ["scores:0", "scores:1"], "the key that was noted first goes first");
});

test("a looker at a missing key is told when a load fills it, a reader is not", async (t) => {
  const { tracking } = setUp();
  const [looker, reader] = [new FakeTracker(), new FakeTracker()];
  tracking.readsFor([], [A], looker);
  tracking.readsFor([A], [], reader);
  tracking.filled(A, undefined);
  t.deepEqual([looker.told, reader.told], [[], []], "the replies of this turn go first");
  await turn();
  t.deepEqual([looker.told, reader.told], [["scores:a"], []]);
  tracking.lostTrack(A);
  await turn();
  t.deepEqual([looker.told, reader.told], [["scores:a"], ["scores:a"]]);
});

test("in BCAST mode a client is told of keys with its prefixes only, whatever it has read", async (t) => {
  const { group, tracking, client } = setUp();
  const { told, read } = client(1, { bcast: true, prefixes: ["scores:a", "scores:b"] });
  read(key("scores:c"));
  t.is(tracking.figures.keys, 0);
  for (const name of ["scores:b1", "scores:a2", "scores:c", "scores:a1", "scores:a2"])
    tracking.changed(key(name));
  t.deepEqual(told, []);
  await turn();
  t.deepEqual(told, ["scores:a1,scores:a2", "scores:b1"]);
  group.store.put(A, key("v"), 10);
  tracking.filled(A, 10);
  await turn();
  t.is(told.length, 2, "a load is no change");
});

test("in BCAST mode a client is told once of a key that expires", async (t) => {
  const { group, clock, tracking, client } = setUp();
  const { told, read } = client(1, { bcast: true, prefixes: [""] });
  group.store.put(A, key("v"), 1000);
  group.store.put(key("scores:unread"), key("v"), 1000);
  read();
  clock.advance(1101);
  tracking.expire();
  await turn();
  await turn();
  t.deepEqual(told, ["scores:a"]);
  group.store.sweep(1);
  await turn();
  await turn();
  t.deepEqual(told, ["scores:a", "scores:unread"]);
});

test("in BCAST mode with NOLOOP the message leaves out the client's own changes", async (t) => {
  const { tracking, client } = setUp();
  const { told } = client(1, { bcast: true, noloop: true, prefixes: [""] });
  tracking.changed(key("scores:a"), 1);
  tracking.changed(key("scores:b"), 2);
  await turn();
  t.deepEqual(told, ["scores:b"]);
});

test("a flush tells clients and members to drop all copies, and empties the table", (t) => {
  const { tracking, client } = setUp();
  const { told, read } = client(1, { noloop: true });
  const member = new FakeTracker();
  tracking.readsFor([A], [], member);
  read();
  tracking.flushed();
  tracking.changed(A);
  t.deepEqual([told, member.told], [["*"], ["*"]]);
  t.is(tracking.figures.items, 0);
});

test("the client that flushes hears of it behind its reply, others at once", (t) => {
  const { tracking, client } = setUp();
  const [own, other] = [client(1), client(2)];
  tracking.flushed(1);
  tracking.flushed();
  t.deepEqual(
    [own.atOnce, other.atOnce],
    [
      [false, true],
      [true, true],
    ],
  );
});

test("an entry that ended just before a flush has no message of its own", async (t) => {
  const { group, tracking, client } = setUp(undefined, 4096);
  const { told } = client(1, { bcast: true, prefixes: ["scores:"] });
  group.store.put(A, key("v"), undefined);
  for (let i = 0; i < 200; i++) group.store.put(key(`scores:${i}`), Buffer.alloc(40), undefined);
  t.is(group.store.look(A).kind, "missing");
  tracking.flushed();
  await turn();
  t.deepEqual(told, ["*"]);
});

test("when an Invalidate may have been missed, clients are told to drop all copies, members are not", (t) => {
  const { tracking, client } = setUp();
  const { told, read } = client(1);
  const member = new FakeTracker();
  tracking.readsFor([A], [], member);
  read();
  tracking.lostTrackOfAll();
  t.deepEqual([told, member.told], [["*"], []]);
});

test("when the table is full, the readers of the key noted first are told", (t) => {
  const { tracking, client } = setUp(2);
  const { told, read } = client(1);
  for (const name of ["scores:a", "scores:b", "scores:c"]) read(key(name));
  t.deepEqual(told, ["scores:a"]);
  t.deepEqual(tracking.figures, { clients: 1, keys: 2, items: 2, prefixes: 0 });
});

test("stores call nobody unless a client or a member tracks", async (t) => {
  const { group, tracking, client } = setUp();
  const calls: (typeof group.store.onEnd)[] = [];
  Object.defineProperty(group.store, "onEnd", { set: (call) => calls.push(call) });
  tracking.changed(A);
  tracking.flushed();
  tracking.expire();
  t.deepEqual(calls, []);
  client(1);
  t.is(typeof calls.at(-1), "function");
  const member = new FakeTracker();
  tracking.readsFor([A], [], member);
  tracking.disable(1);
  t.is(typeof calls.at(-1), "function");
  tracking.memberGone(member);
  t.is(calls.at(-1), undefined);
  t.is(tracking.figures.keys, 0);
});

test("a client that is gone gets no message and is counted no more", async (t) => {
  const { tracking, client } = setUp();
  const { told, read } = client(1);
  const { told: heard } = client(2, { bcast: true, prefixes: ["scores:"] });
  client(3);
  read();
  tracking.changed(key("scores:b"));
  tracking.disable(1);
  tracking.disable(2);
  tracking.disable(4);
  tracking.changed(A);
  tracking.flushed();
  await turn();
  t.deepEqual([told, heard], [[], []]);
  tracking.disable(3);
  t.deepEqual(tracking.figures, { clients: 0, keys: 0, items: 0, prefixes: 0 });
});

test("a second CLIENT TRACKING ON changes the mode and keeps the prefixes", (t) => {
  const { tracking, client } = setUp();
  client(1, { bcast: true, prefixes: ["a"] });
  client(1, { bcast: true, noloop: true, prefixes: ["b"] });
  const { mode } = tracking.client(1)!;
  t.deepEqual([mode.noloop, mode.prefixes], [true, ["a", "b"]]);
  t.is(tracking.figures.prefixes, 2);
});

test("keys are noted for a client that tracks, with OPTIN only after CLIENT CACHING", (t) => {
  const { tracking, client } = setUp();
  client(1, { optin: true });
  t.is(tracking.readerOf(1), undefined);
  tracking.client(1)!.caching = true;
  t.is(tracking.readerOf(1), tracking.client(1));
  t.is(tracking.readerOf(2), undefined);
});

test("a reader of a key in one database does not hear of it in another, and hears its own name for it", (t) => {
  const { tracking, client } = setUp(undefined, undefined, key(""));
  const { told, read } = client(1);
  read(storedKey(2, A));
  tracking.changed(A);
  tracking.changed(storedKey(3, A));
  t.deepEqual(told, []);
  tracking.changed(storedKey(2, A));
  t.deepEqual(told, ["scores:a"]);
});

test("in BCAST mode a client is told of its prefixes in every database", async (t) => {
  const { tracking, client } = setUp(undefined, undefined, key(""));
  const { told } = client(1, { bcast: true, prefixes: ["scores:"] });
  tracking.changed(storedKey(2, A));
  tracking.changed(storedKey(2, key("other:a")));
  await turn();
  t.deepEqual(told, ["scores:a"]);
});
