/**
 * Goal: ACL LOG has each refusal once with its count, the newest first, and never more than it may.
 * Method: refusals at times that the test sets.
 */
import test from "ava";
import { AclLog, type Denial } from "../../../server/sessions/acl-log.ts";

const WRONG: Denial = {
  ...{ reason: "auth", context: "toplevel", object: "AUTH", username: "bob", client: "id=1" },
};

function setUp() {
  const time = { ms: 1000 };
  const log = new AclLog(() => time.ms);
  return { time, log };
}

test("the same refusal within a minute is counted in its entry, which becomes the newest", (t) => {
  const { time, log } = setUp();
  log.add(WRONG);
  log.add({ ...WRONG, username: "eve" });
  time.ms += 60_000;
  log.add({ ...WRONG, client: "id=2" });
  t.deepEqual(log.entries, [
    { ...WRONG, client: "id=2", id: 0, count: 2, createdMs: 1000, updatedMs: 61_000 },
    { ...WRONG, username: "eve", id: 1, count: 1, createdMs: 1000, updatedMs: 1000 },
  ]);
  time.ms += 60_001;
  log.add(WRONG);
  t.deepEqual(
    log.entries.map(({ id, count }) => [id, count]),
    [
      [2, 1],
      [0, 2],
      [1, 1],
    ],
  );
});

test("refusals that differ in one thing have entries of their own", (t) => {
  const { log } = setUp();
  log.add(WRONG);
  log.add({ ...WRONG, reason: "command" });
  log.add({ ...WRONG, context: "multi" });
  log.add({ ...WRONG, object: "HELLO" });
  t.is(log.entries.length, 4);
  log.clear();
  t.deepEqual(log.entries, []);
});

test("there are 128 entries at most, and a long name is cut", (t) => {
  const { log } = setUp();
  for (let i = 0; i < 200; i++) log.add({ ...WRONG, username: `${i}`.padEnd(70_000, "x") });
  t.is(log.entries.length, 128);
  t.is(log.entries[0]!.username, "199".padEnd(256, "x"));
  t.is(log.entries.at(-1)!.username.slice(0, 3), "72x");
  log.add({ ...WRONG, username: "199".padEnd(70_000, "x") });
  t.like(log.entries[0], { count: 2 });
});
