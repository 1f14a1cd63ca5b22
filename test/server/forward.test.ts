/**
 * Goal: a forward's flight lands once, with the first answer that a member gives, or with a load here when none does.
 * Method: members that are down, answer, or say nothing, played by the test; what each case is told is compared.
 */
import test from "ava";
import type { Outcome } from "../../cluster/outcome.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import type { GetWaiter } from "../../cluster/requests.ts";
import { Forward } from "../../server/forward.ts";
import type { ReadThrough } from "../../server/read-through.ts";
import { createGroup, found, key, textOf } from "./fakes.ts";

function setUp({ owners = ["b", "c"], isTracked = false, isHot = true } = {}) {
  const group = createGroup();
  const name = key("scores:Tom");
  const asked: { id: string; waiter: GetWaiter }[] = [];
  const tracked: string[] = [];
  const loads: ((outcome: Outcome) => void)[] = [];
  const peers = {
    isUp: () => true,
    track: (id: string) => tracked.push(id),
    get: (id: string, _key: Uint8Array, waiter: GetWaiter) => void asked.push({ id, waiter }),
  };
  const readThrough = {
    options: { peers, peerTimeoutMs: () => 500, hotKeys: { shouldMirror: () => isHot } },
    reachableOwner: (_key: Buffer, tried: ReadonlySet<string>) => owners.find((id) => !tried.has(id)),
    load: (_group: unknown, _key: Buffer, waiter: (outcome: Outcome) => void) => loads.push(waiter),
  } as unknown as ReadThrough;
  const heard: string[] = [];
  const flight = group.forwards.board(name, (outcome) => heard.push(textOf(outcome)))!;
  const forward = new Forward(readThrough, { group, key: name, flights: group.forwards, flight, isTracked });
  return { group, name, asked, tracked, loads, heard, flight, forward };
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

test("what was voided, is not hot, or lives no longer is not mirrored", (t) => {
  const voided = setUp();
  voided.forward.ask("b");
  voided.group.forwards.void(voided.name);
  voided.asked[0]!.waiter.settle(found("1"));
  const cold = setUp({ isHot: false });
  cold.forward.ask("b");
  cold.asked[0]!.waiter.settle(found("1"));
  const over = setUp();
  over.forward.ask("b");
  over.asked[0]!.waiter.settle({ kind: "value", value: Buffer.from("1"), ttlMs: 0 });
  for (const { group, heard } of [voided, cold, over]) {
    t.deepEqual(heard, ["1"]);
    t.is(group.mirrors!.figures().entries, 0);
  }
});

test("a member that cannot be reached is followed by the next, and two of them by a load here", (t) => {
  const { group, asked, loads, heard, forward } = setUp();
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

test("what another member has had loaded here meanwhile is not loaded again", (t) => {
  const { group, name, asked, loads, heard, forward } = setUp({ owners: ["b"] });
  forward.ask("b");
  group.store.put(name, Buffer.from("meanwhile"), undefined);
  asked[0]!.waiter.unreachable(gone);
  t.deepEqual(heard, ["meanwhile"]);
  t.is(loads.length, 0);
});

test("every member that is asked for somebody who tracks notes this node first", (t) => {
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
