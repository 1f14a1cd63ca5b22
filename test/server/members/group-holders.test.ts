/**
 * Goal: a key is answered for by the members that have its group, as all members together know it. Method: three members
 * whose lists of groups the test gives.
 */
import test from "ava";
import { GroupHolders } from "../../../server/members/group-holders.ts";
import { key } from "../fakes.ts";

type Prefixes = Readonly<Record<string, readonly string[]>>;

function holdersOf(said: Prefixes, members = ["a", "b", "c"]) {
  const groupsOf = (id: string) =>
    (said[id] ?? []).map((prefix) => ({ name: "any", prefix: Buffer.from(prefix, "latin1") }));
  const holders = new GroupHolders({ self: "a", own: groupsOf("a"), members: () => members, groupsOf });
  holders.refresh();
  return holders;
}

const ids = (holders: ReadonlySet<string> | undefined) => holders && [...holders].sort().join("");

test("while all members have the same groups, nobody is asked who holds a key", (t) => {
  t.false(holdersOf({ a: ["s:", "t:"], b: ["t:", "s:"], c: ["s:", "t:"] }).differ);
  t.false(holdersOf({ a: ["s:"], b: [] }).differ, "a member that does not say counts as having all");
});

test("a key is held by the members with the longest prefix that any member has for it", (t) => {
  const holders = holdersOf({ a: ["", "s:"], b: ["", "s:", "s:new:"], c: ["s:"] });
  t.true(holders.differ);
  t.is(ids(holders.of(key("s:new:1"))), "b");
  t.is(ids(holders.of(key("s:old"))), "abc");
  t.is(ids(holders.of(key("other"))), "ab");
  t.is(ids(holders.of(key(""))), "ab");
});

test("a key that no member has a group for is held by all", (t) => {
  t.is(holdersOf({ a: ["s:"], b: ["t:"], c: ["s:"] }).of(key("x")), undefined);
});

test("prefixes are bytes, and one that is longer than the key does not fit", (t) => {
  const holders = holdersOf({ a: ["\xff\xfe"], b: ["\xff"], c: ["\xff"] });
  t.is(ids(holders.of(Buffer.from([0xff, 0xfe, 1]))), "a");
  t.is(ids(holders.of(Buffer.from([0xff]))), "bc");
  t.is(holders.of(Buffer.from([0xc3, 0xbf])), undefined);
});

test("a refresh takes what members say now, and forgets who is no member", (t) => {
  const said: Record<string, string[]> = { a: ["s:"], b: ["s:"], c: ["t:"] };
  const members = ["a", "b", "c"];
  const holders = holdersOf(said, members);
  t.true(holders.differ);
  members.pop();
  t.true(holders.differ);
  holders.refresh();
  t.false(holders.differ);
});
