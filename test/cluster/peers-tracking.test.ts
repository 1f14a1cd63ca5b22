/**
 * Goal: a member hears of changes of the keys that it has tracked, for as long as its link lives, and both sides see the
 * link's end. Method: two members over a network in memory, whose handlers note what they are asked.
 */
import test from "ava";
import { Members } from "./members.ts";

test("a member hears that a tracked key is invalid, after the answer, on the link that it dialed", async (t) => {
  const heard: (string[] | undefined)[] = [];
  const members = new Members();
  const [a, b] = await members.pair({ invalidated: (keys) => void heard.push(keys?.map(String)) });
  b.store.entries.set("k", Buffer.from("v"));
  a.peers.track("b:1", Buffer.from("k"), "read");
  const outcome = await members.get(a, "b:1", Buffer.from("k"));
  t.is(outcome.kind, "value");
  t.deepEqual(b.store.calls.slice(-2), ["track k", "get k"]);
  const [tracker] = b.store.trackers;
  tracker!.invalidate(Buffer.from("k"), false);
  await members.time.until("word of a change", () => heard.length > 0);
  t.deepEqual(heard, [["k"]]);
  a.peers.track("nobody:1", Buffer.from("k"), "read");
});

test("a link that comes up or ends is reported, and a link that ends removes its tracker", async (t) => {
  let changes = 0;
  const members = new Members();
  const [a, b] = await members.pair({ linkChanged: () => void changes++ });
  t.is(changes, 2, "one a side");
  a.peers.track("b:1", Buffer.from("k"), "read");
  await members.get(a, "b:1", Buffer.from("k"));
  t.is(b.store.trackers.size, 1);
  a.peers.setMembers(["a:1"]);
  t.is(changes, 3);
  await members.time.until("the tracker's end", () => b.store.trackers.size === 0);
});
