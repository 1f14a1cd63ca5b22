/**
 * Goal: reads and changes get the same answer to the question which member answers for a key.
 * Method: node `a` of the ring a, b, c, and links that the test cuts; every key's order of members comes from the ring.
 */
import test from "ava";
import { Owners } from "../../../server/members/owners.ts";
import { createMembership, key } from "../fakes.ts";

const membership = createMembership("a", ["a", "b", "c"]);
const KEYS = Array.from({ length: 200 }, (_, i) => key(`scores:${i}`));

function ownersWith(...down: string[]): Owners {
  return new Owners({ membership, peers: { isUp: (id) => id !== "a" && !down.includes(id) } });
}

test("the owner answers while it can be reached, and this node for its own keys", (t) => {
  const owners = ownersWith();
  for (const name of KEYS) t.is(owners.of(name), membership.ring.ownerOf(name));
  t.is(owners.self, "a");
});

test("the next member clockwise stands in for an owner that is down, or has just failed", (t) => {
  for (const name of KEYS) {
    const owner = membership.ring.ownerOf(name);
    const next = membership.ring.ownerAmong(name, (id) => id !== owner)!;
    if (owner === "a") t.is(ownersWith("b").of(name), "a");
    else {
      t.is(ownersWith(owner).of(name), next);
      t.is(ownersWith().of(name, new Set([owner])), next);
      t.is(ownersWith().of(name, new Set(["b", "c"])), "a");
      t.is(ownersWith("b", "c").of(name), "a");
    }
  }
});

test("a node that is alone answers for every key", (t) => {
  const owners = new Owners({ membership, peers: undefined });
  for (const name of KEYS) t.is(owners.of(name), "a");
});

test("only a member that has the key's group answers for it; when none can be reached, this node refuses", (t) => {
  const down: string[] = [];
  const peers = { isUp: (id: string) => !down.includes(id) };
  let holding: ReadonlySet<string> | undefined = new Set(["b", "c"]);
  const owners = new Owners({ membership, peers, holders: { differ: true, of: () => holding } });
  for (const name of KEYS) {
    const owner = membership.ring.ownerAmong(name, (id) => id !== "a")!;
    t.is(owners.of(name), owner);
    t.is(owners.of(name, new Set([owner])), owner === "b" ? "c" : "b");
  }
  t.regex(owners.refusal(KEYS[0]!)!, /no member that has the key's group can be reached/);
  down.push("b", "c");
  t.is(owners.of(KEYS[0]!), "a");
  holding = new Set(["a"]);
  t.is(owners.of(KEYS[0]!), "a");
  t.is(owners.refusal(KEYS[0]!), undefined);
  holding = undefined;
  t.is(owners.refusal(KEYS[0]!), undefined);
});
