/**
 * Goal: what is published reaches each member at most once and in order, however long it is; what cannot be sent is dropped and
 * counted, and nothing waits without limit.
 * Method: links that take or refuse; two members over a network in memory.
 */
import test from "ava";
import { Publications, publicationOf } from "../../cluster/publications.ts";
import { decodeFrame } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { Members } from "./members.ts";

const publication = (message: string | Buffer, isShard = false) => ({
  isShard,
  channel: Buffer.from("news"),
  message: Buffer.from(message),
});

test("every link gets the same frame, and those that refuse are counted", (t) => {
  const frames: Uint8Array[] = [];
  const link = (takes: boolean) => ({
    post: (frame: Uint8Array, maxWaitingBytes: number) => {
      frames.push(frame);
      t.is(maxWaitingBytes, 4 << 20);
      return takes;
    },
  });
  const publications = new Publications(() => [link(true), link(false), link(false)]);
  publications.publish(publication("hi", true));
  t.is(publications.dropped, 2);
  t.is(new Set(frames).size, 1);
  const bytes = frames[0]!;
  const { publish } = decodeFrame(carrot.Frame, Buffer.from(bytes.subarray(1)));
  t.deepEqual(publicationOf(publish!), publication("hi", true));
});

test("fields that are not there are empty", (t) => {
  t.deepEqual(publicationOf({}), { isShard: false, channel: new Uint8Array(), message: new Uint8Array() });
});

test("a member hears publications in order, also one that is as long as a value", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  const long = Buffer.alloc(3 << 20, "x");
  a.peers.publications.publish(publication("1"));
  a.peers.publications.publish(publication(long));
  a.peers.publications.publish(publication("2", true));
  const heard = () => b.store.calls.filter((call) => call.includes("publish"));
  await members.time.until("three publications", () => heard().length === 3);
  t.deepEqual(heard(), ["publish news 1", `publish news ${"x".repeat(20)}`, "spublish news 2"]);
  t.is(a.peers.publications.dropped, 0);
  a.peers.publications.publish(publication(Buffer.alloc(9 << 20)));
  t.is(a.peers.publications.dropped, 1, "longer than the other side reads");
});

test("while a member does not read, publications are dropped before GETs are refused; while it is away, all are", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  const long = publication(Buffer.alloc(1 << 20));
  for (let i = 0; i < 100; i++) a.peers.publications.publish(long);
  t.true(a.peers.publications.dropped >= 90, `${a.peers.publications.dropped}`);
  t.is((await members.get(a, "b:1", Buffer.from("k"))).kind, "absent");
  const before = a.peers.publications.dropped;
  await members.done(b.peers.close());
  await members.time.until("the link's end", () => !a.peers.isUp("b:1"));
  a.peers.publications.publish(long);
  t.is(a.peers.publications.dropped, before + 1);
});
