/**
 * Goal: members that must not be linked are not, both sides say why, and a restart is never taken for a second process.
 * Method: Peers over a network in memory, in virtual time; a second process is a member on another machine that says it
 * has the first one's id.
 */

import test from "ava";
import { dialByHand } from "./fake-peer.ts";
import { Members, type TestMember } from "./members.ts";

const terms = (seed: string, nodes = "512") => [
  { name: "ring-seed", value: seed },
  { name: "virtual-nodes", value: nodes },
];
const matching = ({ lines }: TestMember, pattern: RegExp) => lines.filter((line) => pattern.test(line));

async function differing(theirs: ReturnType<typeof terms>) {
  const members = new Members();
  const a = await members.start("a:1", { terms: terms("7") });
  const b = await members.start("b:1", { terms: theirs });
  for (const { peers } of [a, b]) peers.setMembers(["a:1", "b:1"]);
  return { members, a, b };
}

for (const [name, theirs, here, there] of [
  ["ring-seed", terms("8"), "7", "8"],
  ["virtual-nodes", terms("7", "64"), "512", "64"],
] as const) {
  test(`members whose ${name} differs are not linked, and both say so with both values`, async (t) => {
    const { members, a, b } = await differing(theirs);
    await members.logged(a, new RegExp(`b:1: link is down: ${name} is ${here} here and ${there} there`));
    await members.logged(b, new RegExp(`a:1: link is down: ${name} is ${there} here and ${here} there`));
    await members.time.advance(30_000);
    t.false(a.peers.isUp("b:1") || b.peers.isUp("a:1"));
    t.is(a.peers.figures("b:1")?.lastError, `${name} is ${here} here and ${there} there`);
    t.is(b.peers.figures("a:1")?.lastError, `${name} is ${there} here and ${here} there`);
    t.is(matching(a, /link is up/).length, 0);
    t.true(a.lines.length <= 2, "one line for each direction in half a minute");
  });
}

test("a member that was refused is linked when its conf is mended", async (t) => {
  const { members, a, b } = await differing(terms("8"));
  await members.logged(a, /link is down: ring-seed/);
  await members.done(b.peers.close());
  const mended = await members.start("b:1", { terms: terms("7") });
  mended.peers.setMembers(["a:1", "b:1"]);
  await members.time.until("both links", () => a.peers.isUp("b:1") && mended.peers.isUp("a:1"));
  t.pass();
});

test("a member without a term that this one has is refused", async (t) => {
  const { members, a } = await differing([]);
  await members.logged(a, /b:1: link is down: ring-seed is 7 here, and the other side has none/);
  t.false(a.peers.isUp("b:1"));
});

/** Three linked members and a fourth process on its own machine that has the id of "b:1". */
async function withTwin() {
  const members = new Members();
  const [a, b] = await members.pair();
  const twin = await members.start("twin:1", { id: "b:1" });
  twin.peers.setMembers(["a:1", "b:1"]);
  return { members, a, b, twin };
}

test("a second process with a member's id is refused, and told why", async (t) => {
  const { members, a, b, twin } = await withTwin();
  await members.logged(twin, /a:1: link is down: refused by it: another process has the id b:1, too/);
  await members.logged(a, /link from twin closed: refused b:1: another process has the id b:1, too/);
  t.regex(String(a.peers.figures("b:1")?.refused), /another process has the id b:1/);
  t.regex(String(twin.peers.figures("a:1")?.lastError), /two nodes must not have one peer-address/);
  await members.time.advance(20_000);
  t.true(a.peers.isUp("b:1") && b.peers.isUp("a:1"));
  t.is(a.peers.figures("b:1")?.reconnects, 0);
  t.is(matching(twin, /link is up/).length, 0);
});

test("a second process that came first gives way to the one at the address", async (t) => {
  const members = new Members();
  const a = await members.start("a:1");
  const twin = await members.start("twin:1", { id: "b:1" });
  for (const { peers } of [a, twin]) peers.setMembers(["a:1", "b:1"]);
  await members.logged(twin, /a:1: link is up/);
  const b = await members.start("b:1");
  b.peers.setMembers(["a:1", "b:1"]);
  await members.logged(a, /b:1: link is up/);
  await members.logged(twin, /a:1: link is down: refused by it: another process has the id b:1/, 1);
  t.true(a.peers.isUp("b:1"));
  t.false(twin.peers.isUp("a:1"));
});

test("a member that was killed without a word and is back at once is no second process", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  // The wires of the dead process: what is on them arrives nowhere, and nobody is told.
  members.network.cut("a", "b");
  void b.peers.close();
  await members.time.advance(50);
  members.network.heal("a", "b");
  const again = await members.start("b:1");
  t.true(a.peers.isUp("b:1"), "not noticed yet");
  again.peers.setMembers(["a:1", "b:1"]);
  await members.time.until("the new link", () => again.peers.isUp("a:1"));
  await members.time.advance(5000);
  t.true(a.peers.isUp("b:1") && again.peers.isUp("a:1"));
  for (const member of [a, again]) t.deepEqual(matching(member, /another process/), []);
});

test("a member shows its version to the others", async (t) => {
  const members = new Members();
  const [a] = await members.pair({ version: "9.8.7" });
  t.is(a.peers.figures("b:1")?.version, "9.8.7");
});

test("an introduction that is no good ends its link only", async (t) => {
  const members = new Members();
  const a = await members.start("a:1");
  const prefix = Buffer.alloc(200);
  const wrong = {
    "an id that is no address": { id: "x\ny" },
    "too many groups": { groups: Array.from({ length: 1025 }, () => ({ name: "g", prefix })) },
    "groups that are too long": { groups: [{ name: "g", prefix: Buffer.alloc(200_000) }] },
  };
  for (const [name, introduction] of Object.entries(wrong))
    await t.throwsAsync(dialByHand(members, "a:1", { introduction }), undefined, name);
  const long = { terms: [{ name: "x", value: "\n".repeat(10_000) }], version: "\n\x1b[31m".repeat(100) };
  const good = await dialByHand(members, "a:1", { introduction: long });
  t.false(good.isClosed);
  t.true(a.lines.every((line) => line.length < 500 && !/[\n\x1b]/.test(line)));
});

test("members with other groups are linked, with one warning on each side", async (t) => {
  const members = new Members();
  const prefix = Buffer.from("new:");
  const groups = [{ name: "scores", prefix: Buffer.from("scores:") }];
  const a = await members.start("a:1", { groups });
  const b = await members.start("b:1", { groups: [...groups, { name: "new", prefix }] });
  for (const { peers } of [a, b]) peers.setMembers(["a:1", "b:1"]);
  await members.time.until("both links", () => a.peers.isUp("b:1") && b.peers.isUp("a:1"));
  await members.time.advance(30_000);
  t.is(matching(a, /b:1: has other groups: this node lacks new \(prefix "new:"\)/).length, 1);
  t.is(matching(b, /a:1: has other groups: it lacks new \(prefix "new:"\)/).length, 1);
  t.deepEqual(
    a.peers.groupsOf("b:1").map(({ name }) => name),
    ["scores", "new"],
  );
});
