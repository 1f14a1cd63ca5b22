/**
 * Goal: a client that has asked for a prefix hears of every key that begins with it, and of no other.
 * Method: the answers are compared with startsWith over all prefixes.
 */
import test from "ava";
import fc from "fast-check";
import { BcastPrefixes, overlapOf, PrefixSet } from "../../../server/tracking/bcast-prefixes.ts";

function heard(prefixes: BcastPrefixes<string>, name: string): string[] {
  const clients: string[] = [];
  prefixes.forEach(name, (client) => clients.push(client));
  return clients.sort();
}

test("every client that has asked for a prefix of a key hears of the key", (t) => {
  const prefixes = new BcastPrefixes<string>();
  prefixes.add("user:", "a");
  prefixes.add("user:", "b");
  prefixes.add("", "c");
  prefixes.add("user:1", "d");
  t.is(prefixes.size, 3);
  t.deepEqual(heard(prefixes, "user:1"), ["a", "b", "c", "d"]);
  t.deepEqual(heard(prefixes, "user"), ["c"]);
  prefixes.remove("user:", "a");
  prefixes.remove("user:1", "d");
  prefixes.remove("user:1", "nobody");
  t.deepEqual(heard(prefixes, "user:1"), ["b", "c"]);
  t.is(prefixes.size, 2);
});

test("random prefixes agree with startsWith", (t) => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\u00ff"), maxLength: 4 });
  fc.assert(
    fc.property(fc.array(text), fc.array(text), text, (added, removed, name) => {
      const prefixes = new BcastPrefixes<string>();
      for (const prefix of added) prefixes.add(prefix, prefix);
      for (const prefix of removed) prefixes.remove(prefix, prefix);
      const left = new Set(added.filter((prefix) => !removed.includes(prefix)));
      t.deepEqual(heard(prefixes, name), [...left].filter((prefix) => name.startsWith(prefix)).sort());
      t.is(prefixes.size, left.size);
    }),
  );
});

test("the first overlap is found; one with a prefix that the client has comes first", (t) => {
  t.is(overlapOf(["a", "b", "c"], ["d"]), undefined);
  t.deepEqual(overlapOf(["x", "a", "ab"], []), { prefix: "a", other: "ab", isHeld: false });
  t.deepEqual(overlapOf(["ab", "a"], ["abc"]), { prefix: "ab", other: "abc", isHeld: true });
  t.deepEqual(overlapOf(["a", "a"], []), { prefix: "a", other: "a", isHeld: false });
  t.deepEqual(overlapOf([""], ["z"]), { prefix: "", other: "z", isHeld: true });
});

test("overlaps are those that comparing each with each finds, held ones in the order of their bytes", (t) => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\u00ff"), maxLength: 4 });
  const overlap = (a: string, b: string) => a.startsWith(b) || b.startsWith(a);
  fc.assert(
    fc.property(fc.array(text), fc.array(text), (asked, given) => {
      const held = given.filter((prefix, i) => !given.slice(0, i).some((other) => overlap(prefix, other)));
      const expected = asked.flatMap((prefix, i) => {
        const own = held.toSorted().find((other) => overlap(prefix, other));
        const other = own ?? asked.slice(i + 1).find((later) => overlap(prefix, later));
        return other === undefined ? [] : [{ prefix, other, isHeld: own !== undefined }];
      })[0];
      t.deepEqual(overlapOf(asked, held), expected);
    }),
  );
});

test("a client's prefix of a key is found, whatever the lengths", (t) => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\u00ff"), maxLength: 4 });
  fc.assert(
    fc.property(fc.array(text), text, (given, name) => {
      const prefixes = given.filter(
        (prefix, i) => !given.slice(0, i).some((other) => overlapOf([prefix], [other])),
      );
      t.is(
        new PrefixSet(prefixes).of(name),
        prefixes.find((prefix) => name.startsWith(prefix)),
      );
    }),
  );
});
