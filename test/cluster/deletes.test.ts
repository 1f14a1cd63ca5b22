/**
 * Goal: no delete is forgotten before it is confirmed. Method: a link that can be up or down notes what is sent on it.
 */

import test from "ava";
import { Deletes } from "../../cluster/deletes.ts";
import type { DialedLink } from "../../cluster/dialed-link.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";

function setUp() {
  const sent: string[][] = [];
  const state = { up: true };
  const request: Pick<DialedLink, "request">["request"] = async (_answer, build, extraMs = 0) => {
    if (!state.up) throw new PeerUnreachable("b:1", "down");
    const { remove, flush } = build(1);
    const flushed = `FLUSH ${flush?.database ?? ""} ${flush?.isSlow ? `slowly +${extraMs}` : ""}`.trim();
    sent.push(remove ? remove.keys!.map((key) => Buffer.from(key).toString().slice(0, 8)) : [flushed]);
    return { count: remove?.keys?.length ?? 0 } as never;
  };
  return { sent, state, deletes: new Deletes({ request }) };
}

const unreachable = { instanceOf: PeerUnreachable };

test("deletes are sent at once while the link is up, and none is left to catch up on", async (t) => {
  const { sent, deletes } = setUp();
  t.is(await deletes.remove([Buffer.from("a"), Buffer.from("b")]), 2);
  deletes.catchUp();
  t.deepEqual(sent, [["a", "b"]]);
  t.is(await deletes.remove([]), 0);
});

test("a delete that could not be sent is sent on catching up, with the key's bytes as they were", async (t) => {
  const { sent, state, deletes } = setUp();
  state.up = false;
  const key = Buffer.from("mine");
  const removing = deletes.remove([key]);
  key.fill("x");
  await t.throwsAsync(removing, unreachable);
  state.up = true;
  deletes.catchUp();
  t.deepEqual(sent, [["mine"]]);
});

test("catching up that fails is tried again the next time", async (t) => {
  const { sent, state, deletes } = setUp();
  state.up = false;
  await t.throwsAsync(deletes.flush(), unreachable);
  deletes.catchUp();
  await new Promise(setImmediate);
  state.up = true;
  deletes.catchUp();
  t.deepEqual(sent, [["FLUSH"]]);
});

test("a flush of one database that a member missed is sent when the link is back", async (t) => {
  const { sent, state, deletes } = setUp();
  state.up = false;
  await t.throwsAsync(deletes.flush(false, 3, true), unreachable);
  state.up = true;
  deletes.catchUp();
  t.deepEqual(sent, [["FLUSH 3"]], "what comes behind it must not be answered before");
  await deletes.flush(false, 3, true);
  t.deepEqual(sent[1], ["FLUSH 3 slowly +60000"]);
});

test("many keys travel in several requests, and all of them are remembered when they fail", async (t) => {
  const { sent, state, deletes } = setUp();
  const keys = Array.from({ length: 100 }, (_, i) => Buffer.alloc(8192, `${i}.`));
  t.is(await deletes.remove(keys), 100);
  t.is(sent.length, 4);
  state.up = false;
  await t.throwsAsync(deletes.remove(keys), unreachable);
  state.up = true;
  deletes.catchUp();
  t.is(sent.flat().length, 200);
});

test("keys too long to be stored anywhere are not sent", async (t) => {
  const { sent, deletes } = setUp();
  t.is(await deletes.remove([Buffer.alloc(65_537), Buffer.from("k")]), 1);
  t.deepEqual(sent, [["k"]]);
});

test("a delete of copies only that could not be sent becomes a whole delete", async (t) => {
  const state = { up: true };
  const frames: (boolean | null | undefined)[] = [];
  const request: Pick<DialedLink, "request">["request"] = async (_answer, build) => {
    if (!state.up) throw new PeerUnreachable("b:1", "down");
    const { remove, flush } = build(1);
    frames.push((remove ?? flush)?.copiesOnly);
    return { count: 0 } as never;
  };
  const deletes = new Deletes({ request });
  await deletes.remove([Buffer.from("a")], true);
  await deletes.flush(true);
  state.up = false;
  await t.throwsAsync(deletes.remove([Buffer.from("a")], true), unreachable);
  state.up = true;
  deletes.catchUp();
  t.deepEqual(frames, [true, true, false]);
});
