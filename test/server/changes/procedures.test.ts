/**
 * Goal: a procedure runs once, at the one owner of its keys; other members hear of what it has changed before it is
 * answered; what it reads is loaded first; what it has changed can be taken back.
 * Method: node `a` of the ring a, b, c with a real store; its peers note what they are told. A procedure's words are its
 * keys, and it sets each to "new".
 */
import test from "ava";
import type { Edit } from "../../../cluster/edit.ts";
import type { Outcome } from "../../../cluster/outcome.ts";
import { PeerUnreachable } from "../../../cluster/peer-unreachable.ts";
import type { Ran } from "../../../cluster/run.ts";
import { ErrorReply, encodeReply, type Reply, SimpleString } from "../../../proto/reply.ts";
import { type Procedure, Procedures } from "../../../server/changes/procedures.ts";
import { RecordedChanges } from "../../../server/changes/recorded-changes.ts";
import type { LocalLoads } from "../../../server/reads/local-loads.ts";
import { FreeWrites } from "../../../server/store/free-writes.ts";
import { createGroup, found, key, keyOwnedBy } from "../fakes.ts";
import { createNode } from "../node-with-fake-peers.ts";

const SET: Edit = { conditions: [], value: key("new"), life: "endless", wanted: undefined, isUse: false };
const VERSION = { counter: 1, author: "b" };
const RAN: Ran = { reply: Buffer.from("+ran\r\n"), reply3: undefined, changed: [], error: undefined };

function setUp(kind: Partial<Procedure> = {}, undo = false, freeWrites?: FreeWrites) {
  const node = createNode();
  const { group, other, membership, local, owners, changes, peers, watches } = node;
  Object.assign(
    other,
    createGroup({ conf: { ...other.conf, loader: { ...other.conf.loader, kind: "module" } } }),
  );
  const groups = { of: (_: Uint8Array) => (String(_).startsWith("other") ? other : group) } as never;
  const recorded = new RecordedChanges(groups, local);
  const ran: string[] = [];
  const state: { answer: () => Ran; loaded: Outcome; extraMs?: number } = {
    answer: () => RAN,
    loaded: found("loaded"),
  };
  const find = (keys: readonly Buffer[]): Procedure => ({
    ...{ keys, loads: false, isReadOnly: false, extraMs: 0, ...kind },
    run: () => {
      ran.push(keys.join() + (freeWrites?.has("steps") ? ", alone" : ""));
      const before = keys
        .map((each) => procedures.loadedOf(each))
        .map((one) => (one?.kind === "value" ? String(one.value) : ""));
      for (const each of keys) recorded.edit(each, SET);
      return { reply: new SimpleString(`ran ${before.join()}`.trim()), undo };
    },
  });
  const run = async (id: string, words: readonly Uint8Array[], extraMs: number) => {
    state.extraMs = extraMs;
    peers.told.push(`${id} run ${words.map((word) => Buffer.from(word)).join()}`);
    return state.answer();
  };
  const load = (_group: unknown, _key: Buffer, waiter: (outcome: Outcome) => void) =>
    void setImmediate(() => waiter(state.loaded));
  const loads = { load } as unknown as LocalLoads;
  const procedures = new Procedures({
    ...{ groups, owners, peers: { run }, changes, recorded, loads, watches, find, freeWrites },
  });
  const keyOf = (owner: string, prefix?: string) => keyOwnedBy(owner, membership, prefix);
  return { ...node, procedures, recorded, ran, state, keyOf, find };
}

const text = async (reply: Reply | Promise<Reply>) =>
  encodeReply(await reply, 2)
    .toString()
    .trim();
const CROSSED = "-CROSSSLOT Keys in request don't hash to the same slot";
const MAY_HAVE_RUN = "-ERR no answer from the member that owns the keys: the command may or may not have run";

test("keys of several owners are refused, and nothing runs", async (t) => {
  const { procedures, keyOf, ran, peers } = setUp();
  t.is(await text(procedures.run([keyOf("a"), keyOf("b")])), CROSSED);
  t.deepEqual([ran, peers.told], [[], []]);
});

test("at this node it runs before anything is awaited, and others drop what changed before the answer", async (t) => {
  const { procedures, keyOf, ran, peers } = setUp();
  const own = keyOf("a");
  const reply = procedures.run([own]);
  t.deepEqual(ran, [String(own)]);
  t.is(await text(reply), "+ran");
  t.deepEqual(
    peers.told,
    ["b", "c"].map((id) => `${id} remove ${own}`),
  );
});

test("at another member it runs there, which tells the others, and what it has changed is dropped here", async (t) => {
  const { procedures, keyOf, ran, peers, state, group } = setUp();
  const theirs = keyOf("b");
  group.mirrors!.put(theirs, key("old"), undefined);
  state.answer = () => ({ ...RAN, changed: [theirs] });
  t.is(await text(procedures.run([theirs])), "+ran");
  t.deepEqual([ran, peers.told], [[], [`b run ${theirs}`]]);
  t.is(group.mirrors!.look(theirs).kind, "missing");
});

test("one that was not sent runs at the stand-in, one that was sent runs at most once", async (t) => {
  const { procedures, keyOf, ran, peers, state } = setUp();
  const theirs = keyOf("b");
  const fail = (wasSent: boolean) => () => {
    if (peers.told.at(-1)!.startsWith("b")) throw new PeerUnreachable("b", "down", wasSent);
    return RAN;
  };
  state.answer = fail(false);
  t.is(await text(procedures.run([theirs])), "+ran");
  t.is(peers.told.filter((what) => what.includes("run")).length + ran.length, 2);
  peers.told.length = 0;
  ran.length = 0;
  state.answer = fail(true);
  t.is(await text(procedures.run([theirs])), MAY_HAVE_RUN);
  t.deepEqual([ran, peers.told.filter((what) => what.includes("run"))], [[], [`b run ${theirs}`]]);
  t.deepEqual(
    peers.told.slice(1),
    [`b bar ${theirs}`, `c bar ${theirs}`],
    "should it come late, it is refused",
  );
});

test("one that changes nothing is asked of the stand-in when no answer comes", async (t) => {
  const { procedures, keyOf, ran, peers, state } = setUp({ isReadOnly: true });
  const theirs = keyOf("b");
  state.answer = () => {
    throw new PeerUnreachable("b", "down", true);
  };
  t.is(await text(procedures.run([theirs])), "+ran");
  t.true(ran.length === 1 || peers.told.filter((what) => what.includes("run")).length === 2);
});

test("what it reads is loaded first, and a load that fails is the answer", async (t) => {
  const { procedures, keyOf, ran, state, other } = setUp({ loads: true });
  const own = keyOf("a", "other:");
  t.is(await text(procedures.run([own])), "+ran loaded");
  other.store.put(own, key("held"), undefined);
  t.is(await text(procedures.run([own])), "+ran");
  other.store.delete(own);
  state.loaded = { kind: "error", text: "loader failed" };
  t.is(await text(procedures.run([own])), "-ERR loader failed");
  t.is(ran.length, 2);
});

test("another member has the time of the procedure and of the longest load that it may need", async (t) => {
  for (const [loads, extraMs] of [
    [false, 70],
    [true, 5070],
  ] as const) {
    const { procedures, keyOf, state, other } = setUp({ loads, extraMs: 70 });
    Object.assign(other.conf, { loaderTimeoutMs: 5000 });
    await procedures.run([keyOf("b", "other:")]);
    t.is(state.extraMs, extraMs);
  }
});

test("words that die after the call are copied when the procedure has to wait", async (t) => {
  const { procedures, keyOf, ran } = setUp({ loads: true });
  const own = keyOf("a", "other:");
  const view = Buffer.from(own);
  const reply = procedures.run([view]);
  view.fill("x");
  await reply;
  t.deepEqual(ran, [String(own)]);
});

test("changes are taken back, with the lifetime and with what was no value; others drop them all the same", async (t) => {
  const { procedures, keyOf, group, peers } = setUp({}, true);
  const [own, negative, none] = ["scores:a", "scores:b", "scores:c"].map((prefix) => keyOf("a", prefix)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  group.store.put(own, key("old"), 5000);
  group.store.put(negative, null, 5000);
  await procedures.run([own, negative, none]);
  t.like(group.store.look(own), { kind: "value", bytes: 3, ttlMs: 5000 });
  t.is(group.store.look(negative).kind, "absent");
  t.is(group.store.look(none).kind, "missing");
  t.true(peers.told.includes(`b remove ${own} ${negative} ${none}`));
});

test("for another member it runs here and tells all others, and its answer says what changed", async (t) => {
  const { procedures, keyOf, peers } = setUp();
  const own = keyOf("a");
  const ran = await procedures.runForPeer([own], VERSION);
  t.deepEqual({ ...ran, reply: String(ran.reply) }, { ...RAN, reply: "+ran\r\n", changed: [own] });
  t.deepEqual(peers.told, [`b remove ${own}`, `c remove ${own}`]);
});

test("an error of the search is the answer, also for another member", async (t) => {
  const node = setUp();
  const { owners, changes } = node;
  const find = () => new ErrorReply("ERR nosuch");
  const rest = { groups: {} as never, recorded: {} as never, loads: {} as never, watches: {} as never };
  const procedures = new Procedures({ ...rest, owners, changes, peers: undefined, find });
  t.is(await text(procedures.run([key("k")])), "-ERR nosuch");
  t.is(String((await procedures.runForPeer([key("k")], VERSION)).reply), "-ERR nosuch\r\n");
});

test("when taking back fails, the next procedure begins anew", (t) => {
  const { procedures, recorded, keyOf, local } = setUp({}, true);
  const own = keyOf("a");
  local.remove = () => {
    throw new Error("locked");
  };
  t.throws(() => procedures.run([own]), { message: "locked" });
  t.false(recorded.hasChanged(own));
});

test("no other thread writes while a procedure runs, from the look at what it reads on", async (t) => {
  const freeWrites = new FreeWrites(2);
  const { procedures, ran, group, keyOf } = setUp({ loads: true }, false, freeWrites);
  const name = keyOf("a");
  await procedures.run([name]);
  group.store.delete(name);
  await procedures.run([name]);
  t.deepEqual(ran, [`${name}, alone`, `${name}, alone`]);
  t.false(freeWrites.has("steps"));
});
