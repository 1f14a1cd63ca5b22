/**
 * Goal: a key that only other members have a group for is read from them, or is an error, and never "not found".
 * Method: node `a` of the ring a, b, c, of which only `b` has the key's group; peers that the test plays.
 */
import test from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import { PeerUnreachable } from "../../../cluster/peer-unreachable.ts";
import type { GroupConf } from "../../../server/conf/conf.ts";
import { Owners } from "../../../server/members/owners.ts";
import { Elsewhere, longestGetMs } from "../../../server/reads/elsewhere.ts";
import type { ReadPeers } from "../../../server/reads/forward.ts";
import { createMembership, FakeTracker, found, key } from "../fakes.ts";

function setUp(holders: readonly string[] | undefined, answers: (id: string) => Outcome | undefined) {
  const told: string[] = [];
  const peers: ReadPeers & { isUp(id: string): boolean } = {
    isUp: () => true,
    track: (id, name) => told.push(`${id} track ${Buffer.from(name)}`),
    get: (id, name, waiter) => {
      told.push(`${id} get ${Buffer.from(name)} ${waiter.timeoutMs}`);
      const answer = answers(id);
      if (answer === undefined) waiter.unreachable(new PeerUnreachable(id, "gone"));
      else {
        waiter.settle(answer);
        // The bytes of the frame are another frame's now.
        if (answer.kind === "value") answer.value.fill(0);
      }
    },
  };
  const of = () => (holders === undefined ? undefined : new Set(holders));
  const membership = createMembership("a", ["a", "b", "c"]);
  const owners = new Owners({ membership, peers, holders: { differ: true, of } });
  const tracking = { reads: (name: Buffer) => void told.push(`reads ${name}`) };
  return { told, elsewhere: new Elsewhere({ owners, peers, tracking, timeoutMs: () => 700 }) };
}

test("a member that has the group is asked, after it was told who tracks the key", async (t) => {
  const { told, elsewhere } = setUp(["b"], () => found("1"));
  t.deepEqual(await elsewhere.get(key("new:1"), undefined), found("1"));
  t.deepEqual(told, ["b get new:1 700"]);
  told.length = 0;
  await elsewhere.get(key("new:1"), new FakeTracker());
  t.deepEqual(told, ["reads new:1", "b track new:1", "b get new:1 700"]);
});

test("another member that has the group follows one that cannot be reached", async (t) => {
  const { told, elsewhere } = setUp(["b", "c"], (id) => (id === "b" ? undefined : found(id)));
  for (let i = 0; i < 10; i++) t.deepEqual(await elsewhere.get(key(`new:${i}`), undefined), found("c"));
  t.true(told.some((line) => line.startsWith("b get")));
});

test("when no member that has the group can be reached, the GET is an error", async (t) => {
  const { elsewhere } = setUp(["b"], () => undefined);
  t.like(await elsewhere.get(key("new:1"), undefined), { kind: "error" });
});

test("a key that no member has a group for is not found, and nobody is asked", (t) => {
  const { told, elsewhere } = setUp(undefined, () => found("1"));
  t.deepEqual(elsewhere.get(key("nobody's"), new FakeTracker()), { kind: "absent", ttlMs: undefined });
  t.deepEqual(told, []);
});

test("another member may take as long as the slowest loader here, and the way there and back", (t) => {
  const groups = [700, 9000, 80].map((loaderTimeoutMs) => ({ loaderTimeoutMs }) as GroupConf);
  t.is(longestGetMs({ groups, peerTimeoutMs: 500 }), 9500);
});
