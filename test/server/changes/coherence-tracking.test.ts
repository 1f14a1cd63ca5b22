/**
 * Goal: every change of a key that goes through here is told of to those who have read it, and what a client of this
 * node looks at elsewhere is noted on both nodes.
 * Method: node `a` of the ring a, b, c with real stores; its peers note what they are told.
 */
import test from "ava";
import { refusedEdit } from "../../../cluster/edit-message.ts";
import { Coherence, type CoherencePeers } from "../../../server/changes/coherence.ts";
import { LOOK } from "../../../server/commands/key-args.ts";
import { Groups } from "../../../server/groups/groups.ts";
import {
  createGroup,
  createMembership,
  createTracking,
  FakeTracker,
  key,
  keyOwnedBy,
  startFlight,
} from "../fakes.ts";

function createNode() {
  const told: string[] = [];
  const note = (what: string) => (id: string, name: Uint8Array) =>
    void told.push(`${id} ${what} ${Buffer.from(name)}`);
  const peers: CoherencePeers = {
    isUp: () => true,
    track: note("track"),
    look: async (id, name) => {
      note("look")(id, name);
      return { kind: "missing", bytes: 0, ttlMs: undefined, footprintBytes: 0 };
    },
    edit: async (id, name) => {
      note("edit")(id, name);
      return { ...refusedEdit(""), error: undefined };
    },
    remove: async () => 0,
    flush: async () => {},
    count: async () => 0,
    ring: async () => true,
  };
  const membership = createMembership("a", ["a", "b", "c"]);
  const group = createGroup();
  const groups = new Groups([group]);
  const tracking = createTracking(groups);
  const coherence = new Coherence({ groups, membership, peers, tracking, sleep: async () => {} });
  return { coherence, peers: { told }, membership, group, tracking };
}

test("every way of changing a key here tells those who have read it", (t) => {
  const { coherence, tracking } = createNode();
  const reader = new FakeTracker();
  const name = key("scores:Tom");
  const read = () => tracking.readsFor([name], [], reader);
  const edit = { conditions: [], value: key("1"), life: "endless", wanted: undefined, isUse: false } as const;
  read();
  coherence.editHere(name, edit);
  t.deepEqual(reader.told.splice(0), ["scores:Tom"], "set");
  read();
  coherence.editHere(name, { ...edit, value: undefined, life: 1000 });
  t.deepEqual(reader.told.splice(0), ["scores:Tom"], "another lifetime");
  read();
  coherence.editHere(name, { ...edit, conditions: ["missing"] });
  coherence.editHere(name, { ...edit, value: undefined, life: "keep" });
  t.deepEqual(reader.told.splice(0), [], "refused, or looked at");
  coherence.removeHere([name]);
  t.deepEqual(reader.told.splice(0), ["scores:Tom"], "deleted");
  read();
  coherence.dropCopiesHere([name]);
  t.deepEqual(reader.told.splice(0), [], "only copies went");
  coherence.flushHere();
  t.deepEqual(reader.told.splice(0), ["*"], "flushed");
});

test("who looks at another member's key is noted there and here before it is asked", async (t) => {
  const { coherence, peers, membership, tracking } = createNode();
  const name = keyOwnedBy("b", membership);
  const reader = new FakeTracker();
  tracking.readsFor([], [], reader);
  await coherence.look(name, { reader });
  t.deepEqual(peers.told, [`b track ${name}`, `b look ${name}`]);
  peers.told.length = 0;
  await coherence.edit(name, LOOK, { reader });
  t.deepEqual(peers.told[0], `b track ${name}`);
  coherence.invalidatedByOwner([name]);
  t.deepEqual(reader.told, [String(name)]);
});

test("a key of no group is not noted: it does not change", async (t) => {
  const { coherence, tracking } = createNode();
  const reader = new FakeTracker();
  tracking.readsFor([], [], reader);
  await coherence.look(key("nobody's"), { reader });
  t.is(tracking.figures.keys, 0);
});

test("what the owner says is invalid is no longer copied nor joined here", async (t) => {
  const { coherence, group, tracking } = createNode();
  const name = key("scores:Tom");
  group.mirrors!.put(name, key("1"), undefined);
  const forward = startFlight(group.trackedForwards, name).flight;
  const reader = new FakeTracker();
  tracking.readsFor([name], [], reader);
  coherence.invalidatedByOwner([name]);
  t.is(group.mirrors!.look(name).kind, "missing");
  t.true(forward.voided);
  t.deepEqual(reader.told, ["scores:Tom"]);
  const other = startFlight(group.trackedForwards, name).flight;
  coherence.invalidatedByOwner(undefined);
  t.true(other.voided);
});
