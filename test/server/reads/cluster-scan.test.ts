/**
 * Goal: a scan through any member finds every entry that is there throughout, while other entries come and go; pieces are
 * bounded, members that cannot be reached are passed over, and copies do not show.
 * Method: scans over groups with real stores; other members are further sets of groups, asked directly.
 */
import test from "ava";
import fc from "fast-check";
import { PeerUnreachable } from "../../../cluster/peer-unreachable.ts";
import type { WantedKeys } from "../../../cluster/peers.ts";
import { type Group, Groups } from "../../../server/groups/groups.ts";
import type { Owners } from "../../../server/members/owners.ts";
import { ClusterScan, scanHere } from "../../../server/reads/cluster-scan.ts";
import { createGroup, createMembership, key } from "../fakes.ts";

const IDS = ["a", "b", "c"];

function groupsOf(): Group[] {
  const other = createGroup({ conf: { name: "other", prefix: key("other:") } });
  return [createGroup(), other];
}

/** The keys of database 0 that match a pattern; undefined: all of them. */
function like(pattern?: string): WantedKeys {
  return { database: 0, pattern: pattern === undefined ? undefined : key(pattern) };
}

/** Member a of three. The last character of a key names the key's owner. */
function setUp(ids = IDS, random = Math.random) {
  const members = new Map(ids.map((id) => [id, groupsOf()]));
  const down = new Set<string>();
  let yields = 0;
  const scan = new ClusterScan({
    groups: new Groups(members.get("a")!),
    membership: createMembership("a", ids),
    peers: {
      scan: async (id, cursor, count, wanted) => {
        if (down.has(id)) throw new PeerUnreachable(id, "down");
        return scanHere(members.get(id)!, cursor, count, wanted);
      },
    },
    owners: { of: (name: Uint8Array) => String(name).at(-1)! } as Owners,
    random,
    soon: (run) => {
      yields++;
      queueMicrotask(run);
    },
  });
  const put = (id: string, name: string) => {
    const group = members.get(id)!.find(({ prefix }) => name.startsWith(Buffer.from(prefix).toString()));
    group!.store.put(key(name), key("1"), undefined);
  };
  const all = async (count: number, pattern?: string) => {
    const found: string[] = [];
    let cursor = 0n;
    let steps = 0;
    do {
      const piece = await scan.step(cursor, count, like(pattern));
      found.push(...piece.keys.map(String));
      cursor = piece.cursor;
      steps++;
    } while (cursor !== 0n);
    return { found: found.sort(), steps };
  };
  return { members, down, scan, put, all, yields: () => yields };
}

test("every key of every member and group is found once, a piece at a time", async (t) => {
  const { put, all, yields } = setUp();
  const names: string[] = [];
  for (let i = 0; i < 300; i++) {
    const id = IDS[i % 3]!;
    const name = `${i % 2 === 0 ? "scores" : "other"}:${i}${id}`;
    put(id, name);
    names.push(name);
  }
  for (const count of [1, 7, 10_000]) {
    const { found, steps } = await all(count);
    t.deepEqual(found, names.toSorted());
    t.true(steps <= 300 / count + 7);
  }
  t.true(yields() > 0);
});

test("a cursor is a decimal number below 2^63 that any member can go on from", async (t) => {
  const { scan, put } = setUp();
  for (let i = 0; i < 50; i++) put("c", `other:${i}c`);
  const cursors = new Set<bigint>();
  let cursor = 0n;
  do {
    cursor = (await scan.step(BigInt(String(cursor)), 1, like())).cursor;
    cursors.add(cursor);
  } while (cursor !== 0n);
  t.true(cursors.size > 10);
  t.true([...cursors].every((each) => each >= 0n && each < 1n << 63n));
});

test("an entry that is there throughout is found while others come and go", async (t) => {
  const property = fc.asyncProperty(
    fc.array(fc.nat(400), { maxLength: 60 }),
    fc.nat(20),
    async (dice, count) => {
      const { scan, put, members } = setUp();
      for (let i = 0; i < 60; i++) put(IDS[i % 3]!, `scores:stays ${i}${IDS[i % 3]}`);
      const found = new Set<string>();
      let cursor = 0n;
      let step = 0;
      do {
        const piece = await scan.step(cursor, count + 1, like());
        for (const name of piece.keys) found.add(String(name));
        cursor = piece.cursor;
        const die = dice[step++];
        if (die !== undefined) {
          for (let i = 0; i < 30; i++) put(IDS[die % 3]!, `scores:${die} ${i}${IDS[die % 3]}`);
          members.get(IDS[die % 2]!)![0]!.store.delete(key(`scores:${dice[step - 2]} 1${IDS[die % 2]}`));
        }
      } while (cursor !== 0n);
      for (let i = 0; i < 60; i++) t.true(found.has(`scores:stays ${i}${IDS[i % 3]}`));
    },
  );
  await fc.assert(property, { numRuns: 30 });
});

test("a pattern leaves out keys that do not match, and COUNT counts the entries looked at", async (t) => {
  const { put, scan, all } = setUp(["a"]);
  for (let i = 0; i < 100; i++) put("a", `scores:${i}a`);
  t.deepEqual(
    (await all(10, "scores:7?a")).found,
    Array.from({ length: 10 }, (_, i) => `scores:7${i}a`),
  );
  t.deepEqual((await all(10, "nobody's*")).found, []);
  const { cursor } = await scan.step(0n, 10, like("nobody's*"));
  t.not(cursor, 0n);
});

test("members that cannot be reached are passed over", async (t) => {
  const { put, down, all } = setUp();
  for (const id of IDS) put(id, `scores:${id}`);
  down.add("b");
  t.deepEqual((await all(10)).found, ["scores:a", "scores:c"]);
});

test("a copy at a member that does not answer for the key does not show", async (t) => {
  const { put, all } = setUp();
  put("a", "scores:copy of b");
  put("b", "scores:copy of b");
  t.deepEqual((await all(10)).found, ["scores:copy of b"]);
});

test("a cached not-found and an expired entry do not show", async (t) => {
  const { members, all, put } = setUp();
  const [group] = members.get("a")!;
  group!.store.put(key("scores:none a"), null, undefined);
  group!.store.put(key("scores:over a"), key("1"), 0);
  put("a", "scores:there a");
  t.deepEqual((await all(10)).found, ["scores:there a"]);
});

test("any number is taken for a cursor", async (t) => {
  const { scan, put } = setUp();
  put("a", "scores:a");
  for (const cursor of [1n << 53n, (1n << 64n) - 1n, (1n << 63n) - 1n, (3n << 53n) - 1n, 1n << 40n]) {
    const piece = await scan.step(cursor, 10, like());
    t.true(piece.cursor >= 0n && piece.cursor < 1n << 63n);
  }
  t.is(scanHere(groupsOf(), Number.NaN, 10, like()).cursor, 0);
  t.is(scanHere(groupsOf(), -5, 10, like()).cursor, 0);
});

test("a piece ends with the bytes of its keys, sooner with a long pattern", (t) => {
  const groups = groupsOf();
  for (let i = 0; i < 100; i++) {
    groups[0]!.store.put(Buffer.concat([key(`scores:${i}`), Buffer.alloc(8000, "x")]), key("1"), undefined);
  }
  const piece = scanHere(groups, 0, 100, like());
  t.true(piece.seen >= 10 && piece.seen < 40, `${piece.seen}`);
  t.not(piece.cursor, 0);
  t.true(scanHere(groups, 0, 100, like("*".repeat(1000))).seen < 5);
});

test("random() finds a key wherever it is, and none in an empty cluster", async (t) => {
  const { scan, put, down } = setUp();
  t.is(await scan.random(0), undefined);
  put("c", "other:c");
  t.is(String(await scan.random(0)), "other:c");
  down.add("c");
  t.is(await scan.random(0), undefined);
});

test("random() finds every key sooner or later", async (t) => {
  const { scan, put } = setUp();
  for (let i = 0; i < 12; i++) put(IDS[i % 3]!, `scores:${i}${IDS[i % 3]}`);
  const seen = new Set<string>();
  for (let i = 0; i < 2000 && seen.size < 12; i++) seen.add(String(await scan.random(0)));
  t.is(seen.size, 12);
});

for (const [where, place, rollsOfPlaces] of [
  ["behind the place that it tries first", 0, 3],
  ["that no place it tries is near", 0.999, 63],
] as const) {
  test(`random() takes one of two keys ${where} by chance`, async (t) => {
    let choice = 0;
    let rolls = 0;
    const { scan, put } = setUp(IDS, () => (++rolls % (rollsOfPlaces + 1) === 0 ? choice : place));
    for (const name of ["scores:1a", "scores:2a"]) put("a", name);
    const first = String(await scan.random(0));
    choice = 0.999;
    t.not(String(await scan.random(0)), first);
    t.is(rolls, 2 * (rollsOfPlaces + 1));
  });
}
