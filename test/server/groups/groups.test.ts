/**
 * Goal: every key has the group that an operator expects from the conf. Method: tables of prefixes and keys, and a
 * property that compares with a simple form of the rule.
 */
import assert from "node:assert/strict";
import test from "ava";
import fc from "fast-check";
import { Groups } from "../../../server/groups/groups.ts";
import { createGroup, key } from "../fakes.ts";

function groupsOf(...prefixes: (string | Buffer)[]): Groups {
  return new Groups(
    prefixes.map((prefix) =>
      createGroup({
        conf: { name: prefix.length === 0 ? "default" : `${prefix}`, prefix: Buffer.from(prefix) },
      }),
    ),
  );
}

const nameOf = (groups: Groups, bytes: Buffer) => groups.of(bytes, 0, bytes.length)?.name;

test("the longest prefix wins, in whatever order the groups come", (t) => {
  for (const prefixes of [
    ["a:", "a:b:", "a:b:c:"],
    ["a:b:c:", "a:", "a:b:"],
    ["a:b:", "a:b:c:", "a:"],
  ]) {
    const groups = groupsOf(...prefixes);
    t.is(nameOf(groups, key("a:x")), "a:");
    t.is(nameOf(groups, key("a:b:x")), "a:b:");
    t.is(nameOf(groups, key("a:b:c:x")), "a:b:c:");
  }
});

test("a key that is the prefix and nothing more belongs to the group", (t) => {
  t.is(nameOf(groupsOf("a:"), key("a:")), "a:");
});

test("a key that is only the beginning of a prefix does not belong to the group", (t) => {
  const groups = groupsOf("scores:", "");
  t.is(nameOf(groups, key("scores")), "default");
  t.is(nameOf(groups, key("s")), "default");
});

test("default takes every key that no other group takes, the empty key too", (t) => {
  const groups = groupsOf("a:", "");
  t.is(nameOf(groups, key("b:1")), "default");
  t.is(nameOf(groups, key("")), "default");
});

test("without a default some keys have no group", (t) => {
  const groups = groupsOf("a:");
  t.is(nameOf(groups, key("b:1")), undefined);
  t.is(nameOf(groups, key("")), undefined);
});

test("prefixes are bytes: ones that are not text, and a zero byte, work", (t) => {
  const groups = groupsOf(Buffer.from([0xff]), Buffer.from([0xff, 0x00]), Buffer.from([0x00]));
  const indexOf = (...bytes: number[]) => groups.all.indexOf(groups.of(Buffer.from(bytes), 0, bytes.length)!);
  t.is(indexOf(0xff, 0x01), 0);
  t.is(indexOf(0xff, 0x00, 0x01), 1);
  t.is(indexOf(0x00), 2);
  t.is(indexOf(0xfe), -1);
});

test("only the bytes between start and end count", (t) => {
  const groups = groupsOf("a:", "a:b:");
  const chunk = key("xxa:b:yy");
  t.is(groups.of(chunk, 2, 6)?.name, "a:b:");
  t.is(groups.of(chunk, 2, 5)?.name, "a:");
  t.is(groups.of(chunk, 2, 3), undefined);
});

test("a group is found by its name", (t) => {
  const groups = groupsOf("a:", "");
  t.is(groups.named("default"), groups.all[1]);
  t.is(groups.named("nobody"), undefined);
});

test("the group of a key is the longest of the prefixes it begins with", (t) => {
  const part = fc.uint8Array({ maxLength: 4, max: 2 });
  const property = fc.property(fc.array(part, { maxLength: 8 }), part, part, (prefixes, head, tail) => {
    const unique = [...new Map(prefixes.map((prefix) => [`${prefix}`, Buffer.from(prefix)])).values()];
    const groups = new Groups(unique.map((prefix) => createGroup({ conf: { prefix } })));
    const bytes = Buffer.concat([head, tail]);
    const fitting = unique.filter((prefix) => bytes.subarray(0, prefix.length).equals(prefix));
    const longest = fitting.sort((a, b) => b.length - a.length)[0];
    assert.deepEqual(groups.of(bytes, 0, bytes.length)?.prefix, longest);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});
