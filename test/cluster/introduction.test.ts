/**
 * Goal: an introduction arrives as it was meant, and a peer's bytes become a well-formed one or an error. Method: both
 * translations, one behind the other.
 */

import test from "ava";
import {
  differenceOf,
  heardIn,
  type Introduced,
  introductionFrame,
  otherGroups,
} from "../../cluster/introduction.ts";
import { decodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";

const OWN: Introduced = {
  id: "a:1",
  instance: "0102030405060708",
  version: "1.2.3",
  maxFrameBytes: 1000,
  ring: 7,
  terms: [{ name: "ring-seed", value: "0" }],
  groups: [{ name: "scores", prefix: Buffer.from("\xff:", "latin1") }],
};

function heard(own: Introduced, refusal?: string, position?: number) {
  const reader = new FrameReader(1 << 20);
  reader.push(introductionFrame(own, refusal, position));
  return heardIn(decodeFrame(carrot.Frame, reader.next()!));
}

test("an introduction says the same at the other end", (t) => {
  t.deepEqual(heard(OWN), { ...OWN, refusal: "", heard: 0 });
  t.is(heard(OWN, "", 2 ** 40).heard, 2 ** 40);
  t.is(heard(OWN, "no").refusal, "no");
});

test("a member with more groups than fit does not say which", (t) => {
  const many = Array.from({ length: 1025 }, (_, i) => ({ name: `g${i}`, prefix: Buffer.from(`g${i}:`) }));
  t.deepEqual(heard({ ...OWN, groups: many }).groups, []);
  t.is(heard({ ...OWN, groups: many.slice(1) }).groups.length, 1024);
});

test("texts of a peer are cut and printable", (t) => {
  const nasty = "\n\x1b[31m\u2028é".repeat(100);
  for (const text of [heard({ ...OWN, version: nasty }).version, heard(OWN, nasty).refusal])
    t.regex(text, /^[\x20-\x7e]{1,200}$/);
  const theirs = [{ name: "ring-seed", value: nasty }];
  t.regex(differenceOf(OWN.terms, theirs)!, /^ring-seed is 0 here and [\x20-\x7e]{1,200} there$/);
});

test("the first term that differs is named with both values", (t) => {
  const terms = [...OWN.terms, { name: "virtual-nodes", value: "512" }];
  t.is(differenceOf(terms, terms), undefined);
  t.is(differenceOf(terms, [terms[1]!, terms[0]!]), undefined);
  t.is(differenceOf(terms, OWN.terms), "virtual-nodes is 512 here, and the other side has none");
  t.is(
    differenceOf(terms, [OWN.terms[0]!, { name: "virtual-nodes", value: "5" }]),
    "virtual-nodes is 512 here and 5 there",
  );
});

test("groups that only one of two members has are named, a few of them", (t) => {
  const groups = (...names: string[]) => names.map((name) => ({ name, prefix: Buffer.from(`${name}:`) }));
  t.is(otherGroups(groups("a", "b"), groups("b", "a")), undefined);
  t.is(otherGroups(groups("a"), []), undefined, "the member does not say");
  t.is(
    otherGroups(groups("a", "b"), groups("a", "c")),
    'has other groups: it lacks b (prefix "b:"); this node lacks c (prefix "c:"). Members that have a key\'s group answer for the key',
  );
  t.regex(otherGroups(groups(..."abcdefg"), groups("a"))!, /it lacks b .*, f \(prefix "f:"\) and 1 more\./);
});
