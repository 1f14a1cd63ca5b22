/**
 * Goal: a command that runs at another member runs there once, and its caller knows whether it may have run when no answer
 * comes. It may take longer than other requests, and so may an edit that loads first.
 * Method: two members over virtual wires and in virtual time.
 */
import test from "ava";
import type { Edit } from "../../cluster/edit.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import { Members, type TestMember } from "./members.ts";

const words = (...texts: string[]) => texts.map((text) => Buffer.from(text));
const unreachable = { instanceOf: PeerUnreachable };

test("a command runs at the member, at once or later, and its answer comes back", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  for (const name of ["now", "later"]) {
    const ran = await members.done(a.peers.run("b:1", words(name, "k", "v"), 0));
    t.deepEqual(ran, {
      reply: Buffer.from(`${name},k,v`),
      reply3: undefined,
      changed: words("k"),
      error: undefined,
    });
  }
  t.deepEqual(b.store.calls, ["run now,k,v", "run later,k,v"]);
});

test("words longer than the member reads are refused before they break the link", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair({ maxValueBytes: 1 << 20 });
  const large = Buffer.alloc(1 << 20, "x");
  const ran = await members.done(a.peers.run("b:1", [...words("set", "k"), large], 0));
  t.is(ran.reply.length, large.length + 6);
  const refused = await members.done(a.peers.run("b:1", [...words("set", "k"), large, large], 0));
  t.is(refused.error, "command is too large for the member that owns its keys");
  t.true(a.peers.isUp("b:1"));
  t.is(b.store.calls.length, 1);
});

test("a member that is not linked has not run the command", async (t) => {
  const members = new Members();
  const [a] = await members.pair();
  const error = await t.throwsAsync(members.done(a.peers.run("c:1", words("now"), 0)), unreachable);
  t.false((error as PeerUnreachable).wasSent);
});

test("when the link ends before the answer, the command may have run", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  b.store.run = () => new Promise(() => {});
  const ran = members.done(a.peers.run("b:1", words("now"), 0));
  a.peers.setMembers(["a:1"]);
  const error = await t.throwsAsync(ran, unreachable);
  t.true((error as PeerUnreachable).wasSent);
});

const ADD: Edit = {
  ...{ conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: false, loadsFirst: true },
  operation: { kind: "add", argument: Buffer.from("1"), at: 0 },
};

for (const [what, ask] of [
  ["a command", ({ peers }: TestMember) => peers.run("b:1", words("now"), 3000)],
  ["an edit that loads first", ({ peers }: TestMember) => peers.edit("b:1", Buffer.from("k"), ADD, 3000)],
] as const) {
  test(`${what} may take longer than other requests, then it may have run`, async (t) => {
    const members = new Members();
    const [a, b] = await members.pair({ requestTimeoutMs: () => 1000 });
    b.store.run = () => new Promise(() => {});
    b.store.edit = () => new Promise(() => {});
    let error: unknown;
    ask(a).catch((thrown: unknown) => {
      error = thrown;
    });
    // The member may take as long again to tell all others.
    await members.time.advance(4900);
    t.is(error, undefined);
    await members.time.advance(200);
    t.true(error instanceof PeerUnreachable && error.wasSent);
  });
}

test("a member that is leaving runs nothing and says so", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  b.store.run = () => new Promise(() => {});
  a.peers.run("b:1", words("slow"), 0).catch(() => {});
  await members.time.advance(10);
  void b.peers.close();
  const error = await t.throwsAsync(members.done(a.peers.run("b:1", words("now"), 0)), unreachable);
  t.false((error as PeerUnreachable).wasSent);
});
