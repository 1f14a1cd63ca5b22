/**
 * Goal: no other thread writes while somebody tracks.
 * Method: real tracking, which says so to a real FreeWrites.
 */
import test from "ava";
import { Groups } from "../../../server/groups/groups.ts";
import { FreeWrites } from "../../../server/store/free-writes.ts";
import { EntryEnds } from "../../../server/tracking/entry-ends.ts";
import { Tracking } from "../../../server/tracking/tracking.ts";
import { createGroup, FakeTracker, key } from "../fakes.ts";

test("no other thread writes while a member or a client tracks", (t) => {
  const groups = new Groups([createGroup()]);
  const freeWrites = new FreeWrites(2);
  const tracking = new Tracking({
    groups,
    ends: new EntryEnds(groups),
    clock: () => 0,
    soon: (run) => run(),
    maxKeys: () => 10,
    freeWrites,
  });
  const member = new FakeTracker();
  t.false(freeWrites.has("tracking"));
  tracking.readsFor([key("scores:a")], [], member);
  t.true(freeWrites.has("tracking"));
  tracking.memberGone(member);
  t.false(freeWrites.has("tracking"));
  const target = { id: 1, push: () => {} } as never;
  tracking.enable(target, { prefixes: ["x"], noLoop: false } as never);
  t.true(freeWrites.has("tracking"));
  tracking.disable(1);
  t.false(freeWrites.has("tracking"));
});
