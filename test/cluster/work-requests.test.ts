/**
 * Goal: what cannot go to a member is refused and never sent; what goes has a version, and is asked for again when a later bar
 * overtook it. Method: a link that notes what is asked of it, and answers as the test says.
 */

import test from "ava";
import type { Edit } from "../../cluster/edit.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import { MAX_KEY_BYTES } from "../../cluster/requests.ts";
import { packWords } from "../../cluster/run-message.ts";
import { askEdit, askRun } from "../../cluster/work-requests.ts";
import { encodeFrame } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";

type Link = Parameters<typeof askEdit>[0];

const SET: Edit = {
  conditions: [],
  value: Buffer.from("v"),
  life: "endless",
  wanted: undefined,
  isUse: false,
};
const key = Buffer.from("k");
const words = ["incr", "k"].map((word) => Buffer.from(word));

/** `answers`: what the member answers to one request after the other; the last one to all that follow. */
function setUp(...answers: (carrot.Edited.$Properties | carrot.Ran.$Properties)[]) {
  const calls: string[] = [];
  const frames: carrot.Frame.$Properties[] = [];
  let counter = 0;
  const link = { isBusy: false, maxRequestBytes: 10_000 };
  const request = async (answer: string, build: (id: number) => carrot.Frame.$Properties, extraMs = 0) => {
    const frame = build(7);
    frames.push(frame);
    calls.push(`${answer} ${(frame.edit ?? frame.run)?.counter} +${extraMs}`);
    return answers[Math.min(frames.length, answers.length) - 1] ?? {};
  };
  const changes = {
    nextVersion: () => ({ counter: ++counter, author: "a:1" }),
    hearCounter: (heard: number) => {
      calls.push(`hear ${heard}`);
      counter = Math.max(counter, heard);
    },
  };
  const options = { id: "b:1", changes, extraMs: 30 };
  const asked = () => ({ ...link, request }) as unknown as Link;
  return {
    calls,
    frames,
    link,
    edit: (edit: Edit = SET, of: Uint8Array = key) => askEdit(asked(), options, of, edit),
    run: (of: readonly Uint8Array[] = words) => askRun(asked(), options, of),
  };
}

test("an edit is asked for behind what was announced, with its version, and its answer comes back", async (t) => {
  const { edit, calls, frames } = setUp({
    held: true,
    changed: true,
    bytes: 5,
    value: Buffer.from("before"),
  });
  t.like(await edit(), { held: true, changed: true, value: Buffer.from("before"), error: undefined });
  t.deepEqual(calls, ["edited 1 +30"]);
  t.like(frames[0]?.edit, { id: 7, key, value: Buffer.from("v") });
});

test("a run is asked for behind what was announced, with its counter, and its answer comes back", async (t) => {
  const { run, calls, frames } = setUp({ reply: Buffer.from(":1\r\n"), changed: [key] });
  t.like(await run(), { reply: Buffer.from(":1\r\n"), error: undefined });
  t.deepEqual(calls, ["ran 1 +30"]);
  t.like(frames[0]?.run, { id: 7, words: packWords(words) });
});

test("what a change overtook is asked for again, later than that change and behind what was announced meanwhile", async (t) => {
  for (const what of ["edit", "run"] as const) {
    const { calls, ...work } = setUp({ overtakenBy: 40 }, { error: "" });
    t.is((await work[what]()).overtakenBy, undefined);
    const name = what === "edit" ? "edited" : "ran";
    t.deepEqual(calls, [`${name} 1 +30`, "hear 40", `${name} 41 +30`]);
  }
});

test("what changes overtake five times is refused", async (t) => {
  for (const what of ["edit", "run"] as const) {
    const { frames, ...work } = setUp({ overtakenBy: 99, error: "changed again" });
    t.like(await work[what](), { overtakenBy: 99, error: "changed again" });
    t.is(frames.length, 5);
  }
});

test("a member that leaves cannot be reached, and has done nothing", async (t) => {
  for (const what of ["edit", "run"] as const) {
    const error = await t.throwsAsync(setUp({ leaving: true })[what](), { instanceOf: PeerUnreachable });
    t.like(error, { peer: "b:1", wasSent: false });
  }
});

test("an edit of a key that is too long is refused and never sent", async (t) => {
  const { edit, calls, link } = setUp({});
  link.maxRequestBytes = 1 << 20;
  t.is((await edit(SET, Buffer.alloc(MAX_KEY_BYTES + 1))).error, "key is too long for the peer link");
  t.deepEqual(calls, []);
  t.is((await edit(SET, Buffer.alloc(MAX_KEY_BYTES))).error, undefined);
});

test("an edit that is longer than the member reads is refused and never sent; one just as long fits into its frame", async (t) => {
  const room = 10_000 - 128 - key.length;
  const operation = { kind: "append", at: 0 } as const;
  const edits: ((length: number) => Edit)[] = [
    (length) => ({ ...SET, value: Buffer.alloc(length) }),
    (length) => ({ ...SET, value: undefined, operation: { ...operation, argument: Buffer.alloc(length) } }),
    (length) => ({
      ...SET,
      value: Buffer.alloc(1),
      comparison: { kind: "equal", to: Buffer.alloc(length - 1) },
    }),
  ];
  for (const of of edits) {
    const { edit, calls, frames } = setUp({});
    t.is((await edit(of(room + 1))).error, "value is too large for the member that owns it");
    t.deepEqual(calls, []);
    t.is((await edit(of(room))).error, undefined);
    t.true(encodeFrame(carrot.Frame, frames[0]!).length <= 10_000);
  }
});

test("a run that is longer than the member reads, or has too many words, is refused and never sent", async (t) => {
  const { run, calls, frames, link } = setUp({});
  const room = 10_000 - 32 - 4;
  const long = "command is too large for the member that owns its keys";
  t.is((await run([Buffer.alloc(room + 1)])).error, long);
  link.maxRequestBytes = 1 << 20;
  const many = Array.from({ length: 65_537 }, () => key);
  t.is((await run(many)).error, "too many words for the peer link (max 65536)");
  t.deepEqual(calls, []);
  link.maxRequestBytes = 10_000;
  t.is((await run([Buffer.alloc(room)])).error, undefined);
  t.true(encodeFrame(carrot.Frame, frames[0]!).length <= 10_000);
});

test("while the link is far behind, edits and runs are refused and never sent", async (t) => {
  const { link, calls, ...work } = setUp({});
  link.isBusy = true;
  t.is((await work.edit()).error, "peer busy");
  t.is((await work.run()).error, "peer busy");
  t.deepEqual(calls, []);
});

test("an edit whose answer is lost is not asked for again", async (t) => {
  let asked = 0;
  const lost = new PeerUnreachable("b:1", "down", true);
  const request = () => {
    asked++;
    return Promise.reject(lost);
  };
  const changes = {
    nextVersion: () => ({ counter: 1, author: "a:1" }),
    hearCounter: () => {},
  };
  const link: Link = { isBusy: false, maxRequestBytes: 10_000, request };
  const error = await t.throwsAsync(askEdit(link, { id: "b:1", changes, extraMs: 0 }, key, SET));
  t.is(error, lost);
  t.is(asked, 1);
});
