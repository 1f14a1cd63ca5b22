/**
 * Goal: each key of a run gets the hash that its own group's store has for it, and only stretches of one store are read
 * ahead. Method: runs over two groups and a key of none; a store that notes what it is asked.
 */
import test from "ava";
import { CommandReader } from "../../../proto/command-reader.ts";
import { GetRun, MAX_RUN } from "../../../proto/get-run.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { RunHashes } from "../../../server/hits/run-hashes.ts";
import { MAX_AHEAD } from "../../../server/store/read-ahead.ts";
import { command, LIMITS } from "../../proto/read-commands.ts";
import { createGroup, key } from "../fakes.ts";

test("each key is hashed for its own store, and each store reads stretches of two and more ahead", (t) => {
  const scores = createGroup();
  const users = createGroup({ conf: { name: "users", prefix: key("users:") } });
  const known = new RunHashes();
  const asked: [string, number, number][] = [];
  for (const [name, { store }] of Object.entries({ scores, users })) {
    store.readAhead = (_hashes, from, to) => void asked.push([name, from, to]);
  }
  const run = new GetRun((found) => known.prepare(found, new Groups([scores, users])));
  const keys = ["scores:a", "scores:b", "users:c", "nobody", "no one", "users:d", "users:e", "users:f"];
  // The hashes of the run before are overwritten.
  known.hashes.fill(77);
  const reader = new CommandReader(LIMITS, run);
  reader.push(Buffer.from(keys.map((each) => command("GET", each)).join("")));
  reader.next();
  const stores = [scores, scores, users, undefined, undefined, users, users, users].map(
    (group) => group?.store,
  );
  t.deepEqual(
    [...known.hashes.slice(0, keys.length)],
    keys.map((each, i) => stores[i]?.hashOf(key(each), 0, each.length) ?? 0),
  );
  t.deepEqual(asked, [
    ["scores", 0, 2],
    ["users", 5, 8],
  ]);
});

test("no run is longer than what can be read ahead", (t) => {
  t.true(MAX_RUN <= MAX_AHEAD);
});
