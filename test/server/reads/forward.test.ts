/**
 * Goal: a forward's flight lands once, with the first answer that a member gives, or with a load here when none does.
 * Method: the test plays members that are down, answer, or say nothing, and compares what each of them is asked.
 */
import test from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import { PeerUnreachable } from "../../../cluster/peer-unreachable.ts";
import type { GetWaiter } from "../../../cluster/requests.ts";
import { Forward, type ForwardRoute } from "../../../server/reads/forward.ts";
import { createGroup, found, key, textOf } from "../fakes.ts";

interface Members {
  readonly owners?: readonly string[];
  /** Members that turn out to be gone as soon as they are asked. */
  readonly gone?: readonly string[];
  readonly isTracked?: boolean;
  readonly isHot?: boolean;
  /** Why this node must not load the key itself. */
  readonly refusal?: string;
}

function setUp({ owners = ["b", "c"], gone = [], isTracked = false, isHot = true, refusal }: Members = {}) {
  const group = createGroup();
  const name = key("scores:Tom");
  const asked: { id: string; waiter: GetWaiter }[] = [];
  const tracked: string[] = [];
  const loads: ((outcome: Outcome) => void)[] = [];
  let looks = 0;
  const countAndTest = () => {
    looks++;
    return isHot;
  };
  const peers = {
    isUp: () => true,
    track: (id: string) => tracked.push(id),
    get: (id: string, _key: Uint8Array, waiter: GetWaiter) => {
      asked.push({ id, waiter });
      if (gone.includes(id)) waiter.unreachable(new PeerUnreachable(id, "gone"));
    },
  };
  const route = {
    ...{ peers, peerTimeoutMs: () => 500, hotKeys: { countAndTest } },
    owners: {
      self: "a",
      refusal: () => refusal,
      of: (_: Buffer, failed: ReadonlySet<string>) => owners.find((id) => !failed.has(id)) ?? "a",
    },
    loads: { load: (_: unknown, __: Buffer, waiter: (outcome: Outcome) => void) => loads.push(waiter) },
  } as unknown as ForwardRoute;
  const heard: string[] = [];
  const flight = group.forwards.board(name, (outcome) => heard.push(textOf(outcome)))!;
  const forward = new Forward(route, { group, key: name, flights: group.forwards, flight, isTracked });
  return { group, name, asked, tracked, loads, heard, forward, looks: () => looks };
}

const gone = new PeerUnreachable("b", "gone");

test("the owner's answer lands the flight and may be mirrored for at most its own life", (t) => {
  const { group, name, asked, heard, forward } = setUp();
  forward.ask("b");
  t.is(asked[0]!.waiter.timeoutMs, group.conf.loaderTimeoutMs + 500);
  asked[0]!.waiter.settle({ kind: "value", value: Buffer.from("630"), ttlMs: 100 });
  t.deepEqual(heard, ["630"]);
  t.is(group.forwards.size, 0);
  t.is(group.mirrors!.get(name)?.value?.toString(), "630");
  t.is(group.mirrors!.get(name)?.ttlMs, 100);
  t.is(group.counters.forwards, 1);
});

test("the value of a voided flight, of a key that is not hot, or without life left is not mirrored", (t) => {
  const voided = setUp();
  voided.forward.ask("b");
  voided.group.forwards.void(voided.name);
  voided.asked[0]!.waiter.settle(found("1"));
  t.is(voided.looks(), 0, "and does not count as asked for");
  const cold = setUp({ isHot: false });
  cold.forward.ask("b");
  cold.asked[0]!.waiter.settle(found("1"));
  const over = setUp();
  over.forward.ask("b");
  over.asked[0]!.waiter.settle({ kind: "value", value: Buffer.from("1"), ttlMs: 0 });
  t.is(over.looks(), 0);
  for (const { group, heard } of [voided, cold, over]) {
    t.deepEqual(heard, ["1"]);
    t.is(group.mirrors!.figures().entries, 0);
  }
});

test("the waiters get the answer although the mirrors cannot keep it", (t) => {
  const { group, asked, heard, forward } = setUp();
  group.mirrors!.put = () => {
    throw new Error("locked");
  };
  forward.ask("b");
  t.throws(() => asked[0]!.waiter.settle(found("630")), { message: "locked" });
  t.deepEqual([heard, group.forwards.size], [["630"], 0]);
});

test("members that are gone when they are asked are followed at once, and each is asked once", (t) => {
  const { asked, loads, heard, forward, group } = setUp({ gone: ["b", "c"] });
  forward.ask("b");
  t.deepEqual(
    asked.map(({ id }) => id),
    ["b", "c"],
  );
  t.is(loads.length, 1);
  loads[0]!(found("here"));
  t.deepEqual([heard, group.forwards.size], [["here"], 0]);
});

test("a flight that is voided while a member is asked ends with the next one's answer, which nobody keeps", (t) => {
  const { group, name, asked, heard, forward } = setUp();
  forward.ask("b");
  group.forwards.void(name);
  const next: string[] = [];
  group.forwards.board(name, (outcome) => next.push(textOf(outcome)));
  asked[0]!.waiter.unreachable(gone);
  asked[1]!.waiter.settle(found("old"));
  t.deepEqual([heard, next, group.forwards.size], [["old"], [], 1]);
  t.is(group.mirrors!.figures().entries, 0);
});

test("a member that cannot be reached is followed by the next, and two of them by a load here", (t) => {
  const { group, asked, loads, heard, forward } = setUp({ owners: ["b", "c", "d"] });
  forward.ask("b");
  asked[0]!.waiter.unreachable(gone);
  t.deepEqual(
    asked.map(({ id }) => id),
    ["b", "c"],
  );
  asked[1]!.waiter.unreachable(gone);
  t.is(asked.length, 2);
  t.deepEqual(heard, []);
  loads[0]!(found("here"));
  t.deepEqual(heard, ["here"]);
  const { forwards, forwardErrors, standIns } = group.counters;
  t.deepEqual({ forwards, forwardErrors, standIns }, { forwards: 2, forwardErrors: 2, standIns: 1 });
});

test("a key that another member has had loaded here meanwhile is not loaded again", (t) => {
  const { group, name, asked, loads, heard, forward } = setUp({ owners: ["b"] });
  forward.ask("b");
  group.store.put(name, Buffer.from("meanwhile"), undefined);
  asked[0]!.waiter.unreachable(gone);
  t.deepEqual(heard, ["meanwhile"]);
  t.is(loads.length, 0);
});

test("every member that is asked for a client that tracks notes this node first", (t) => {
  const { asked, tracked, forward } = setUp({ isTracked: true });
  forward.ask("b");
  asked[0]!.waiter.unreachable(gone);
  t.deepEqual(tracked, ["b", "c"]);
});

test("an error of the owner is the outcome, and is not tried elsewhere", (t) => {
  const { asked, heard, forward, group } = setUp();
  forward.ask("b");
  asked[0]!.waiter.settle({ kind: "error", text: "loader failed: x" });
  t.deepEqual(heard, ["error: loader failed: x"]);
  t.is(asked.length, 1);
  t.is(group.mirrors!.figures().entries, 0);
});

test("a node that lacks the key's group does not load for members that are gone, and says why", (t) => {
  const { loads, heard, forward, group } = setUp({ gone: ["b", "c"], refusal: "nobody has it" });
  forward.ask("b");
  t.deepEqual(heard, ["error: nobody has it"]);
  t.deepEqual([loads.length, group.forwards.size], [0, 0]);
});
