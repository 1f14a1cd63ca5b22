/**
 * Goal: trackers are told when they should be: at once, behind the replies of the turn, or all keys of a turn together.
 * Method: clients that keep what is pushed to them, and a `soon` that the test ends.
 */
import test from "ava";
import { encodeReply } from "../../../proto/reply.ts";
import { isBy, Tells } from "../../../server/tracking/tells.ts";
import { TrackingClient, type TrackingMode } from "../../../server/tracking/tracking-client.ts";
import { FakeTracker, turn } from "../fakes.ts";

function setUp() {
  const due: (() => void)[] = [];
  const tells = new Tells((run) => due.push(run));
  const client = (id: number, mode: Partial<TrackingMode> = {}) => {
    const told: string[] = [];
    const push: (message: never) => void = (message) => told.push(encodeReply(message, 3).toString());
    const whole = {
      bcast: false,
      optin: false,
      optout: false,
      noloop: false,
      redirect: 0,
      prefixes: [],
      ...mode,
    };
    return { told, tracker: new TrackingClient({ id, push }, whole, async () => false) };
  };
  return { tells, due, client };
}

test("trackers are told at once; one with NOLOOP not of its own change", (t) => {
  const { tells, client } = setUp();
  const [own, other] = [client(1, { noloop: true }), client(2, { noloop: true })];
  const member = new FakeTracker();
  tells.tell([own.tracker, other.tracker, member], "k", 1);
  t.deepEqual([own.told.length, other.told.length, member.told], [0, 1, ["k"]]);
});

test("news that come with a reply are told soon, all with one call", (t) => {
  const { tells, due } = setUp();
  const member = new FakeTracker();
  tells.tellSoon([], "nobody");
  t.is(due.length, 0);
  tells.tellSoon([member], "a");
  tells.tellSoon([member], "b");
  t.deepEqual([member.told, due.length], [[], 1]);
  due.pop()!();
  t.deepEqual(member.told, ["a", "b"]);
  tells.tellSoon([member], "c");
  due.pop()!();
  t.deepEqual(member.told, ["a", "b", "c"]);
});

test("in BCAST mode all keys of a turn are told together, however many commands have changed them", async (t) => {
  const { tells, due, client } = setUp();
  const { told, tracker } = client(1, { bcast: true, prefixes: [""] });
  tells.tell([tracker], "b", undefined);
  tells.gather(tracker, "a", 2);
  t.deepEqual(told, []);
  await turn();
  t.deepEqual(told, []);
  due.pop()!();
  t.deepEqual(told, [">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n"]);
});

test("in BCAST mode a client's own change is told before the turn ends, with what waits; one that goes elsewhere waits", async (t) => {
  const { tells, due, client } = setUp();
  const own = client(1, { bcast: true, prefixes: [""] });
  tells.gather(own.tracker, "a", 2);
  tells.gather(own.tracker, "b", 1);
  await turn();
  t.deepEqual(own.told, [">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n"]);
  due.pop()!();
  t.is(own.told.length, 1);
  const redirecting = client(3, { bcast: true, prefixes: [""], redirect: 1 });
  tells.gather(redirecting.tracker, "a", 3);
  await turn();
  t.is(due.length, 1);
});

test("a change is a client's own by the client's id; a member makes none", (t) => {
  const { tracker } = setUp().client(7);
  t.deepEqual(
    [isBy(tracker, 7), isBy(tracker, 8), isBy(tracker, undefined), isBy(new FakeTracker(), 7)],
    [...[true, false, false, false]],
  );
});
