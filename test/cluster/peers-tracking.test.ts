/**
 * Goal: what a member has tracked it is told of for as long as its link lives, and both sides see the link's end.
 * Method: two members on loopback, whose handlers note what they are asked.
 */
import test from "ava";
import { askPeer, Rig } from "./rig.ts";

test("a member is told that what it has tracked is invalid, behind the answer, over the link that it dialed", async (t) => {
  const heard: (string[] | undefined)[] = [];
  let told: () => void = () => {};
  const [a, b] = await new Rig(t).pair({
    invalidated: (keys) => {
      heard.push(keys?.map(String));
      told();
    },
  });
  b.store.entries.set("k", Buffer.from("v"));
  a.peers.track("b:1", Buffer.from("k"), "read");
  const outcome = await askPeer(a.peers, "b:1", Buffer.from("k"), 5000);
  t.is(outcome.kind, "value");
  t.deepEqual(b.store.calls.slice(-2), ["track k", "get k"]);
  const [tracker] = b.store.trackers;
  const toldOnce = new Promise<void>((resolve) => (told = resolve));
  tracker!.invalidate(Buffer.from("k"), false);
  await toldOnce;
  t.deepEqual(heard, [["k"]]);
  a.peers.track("nobody:1", Buffer.from("k"), "read");
});

test("links that come up or go are told of, and a link that goes takes its tracker along", async (t) => {
  let changes = 0;
  const [a, b] = await new Rig(t).pair({ linkChanged: () => void changes++ });
  t.is(changes, 2, "one a side");
  a.peers.track("b:1", Buffer.from("k"), "read");
  await askPeer(a.peers, "b:1", Buffer.from("k"), 5000);
  t.is(b.store.trackers.size, 1);
  const gone = new Promise<void>((resolve) => {
    const { untrack } = b.store;
    b.store.untrack = (member) => {
      untrack.call(b.store, member);
      resolve();
    };
  });
  a.peers.setMembers(["a:1"]);
  t.is(changes, 3);
  await gone;
  t.is(b.store.trackers.size, 0);
});
