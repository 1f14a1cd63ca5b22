/**
 * Goal: groups never take each other's keys, nor together more memory than the node has.
 * Method: small confs through the whole reader, and a property over random limits.
 */

import test from "ava";
import fc from "fast-check";
import { readConf } from "../../../server/conf/read-conf.ts";
import { MIB } from "../../../server/conf/units.ts";

test("a conf without groups has one that takes every key and loads nothing", (t) => {
  const { groups } = readConf();
  t.is(groups.length, 1);
  t.like(groups[0], { name: "default", prefix: Buffer.alloc(0), maxBytes: 256 * MIB, mirrorBytes: 32 * MIB });
  t.is(groups[0]?.loader.kind, "none");
});

test("a prefix is the name and a colon, or what the conf says, byte by byte", (t) => {
  const text = 'group a ttl 0\ngroup b prefix "\\xff\\x00"\ngroup default ttl 0\ngroup __proto__ ttl 0';
  const prefixes = readConf({ text }).groups.map(({ prefix }) => prefix);
  t.deepEqual(prefixes, [
    Buffer.from("a:"),
    Buffer.from([255, 0]),
    Buffer.alloc(0),
    Buffer.from("__proto__:"),
  ]);
});

test("groups without a limit share equally what the others leave", (t) => {
  const text =
    "maxmemory 100mb\ngroup a maxmemory 40mb\ngroup b ttl 0\ngroup c mirror-memory 50%\ngroup a mirror-memory 0%";
  t.deepEqual(
    readConf({ text }).groups.map(({ name, maxBytes, mirrorBytes }) => [
      name,
      maxBytes / MIB,
      mirrorBytes / MIB,
    ]),
    [
      ["a", 40, 0],
      ["b", 30, 3.75],
      ["c", 30, 15],
    ],
  );
});

test("limits together never exceed the node's, and none is under 1kb", (t) => {
  const limit = fc.option(fc.integer({ min: 1024, max: 5000 }));
  fc.assert(
    fc.property(
      fc.array(limit, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1024, max: 20_000 }),
      (limits, node) => {
        const lines = limits.map(
          (bytes, index) => `group g${index} ${bytes === null ? "ttl 0" : `maxmemory ${bytes}`}`,
        );
        try {
          const { groups } = readConf({ text: [`maxmemory ${node}`, ...lines].join("\n") });
          const sum = groups.reduce((total, { maxBytes }) => total + maxBytes, 0);
          return (
            sum <= node &&
            groups.every(({ maxBytes, mirrorBytes }) => maxBytes >= 1024 && mirrorBytes < maxBytes)
          );
        } catch (error) {
          return error instanceof Error && error.name === "ConfError";
        }
      },
    ),
  );
  t.pass();
});

const mistakes: readonly (readonly [text: string, message: string])[] = [
  [
    "maxmemory 1mb\ngroup a maxmemory 600kb\ngroup b maxmemory 600kb",
    "carrot.conf:3: group b maxmemory: the groups' limits come to 1200kb, more than the node's maxmemory of 1mb",
  ],
  [
    "maxmemory 1mb\ngroup a maxmemory 1mb\ngroup b ttl 1s",
    "carrot.conf:3: group b maxmemory: maxmemory leaves only 0 for it, and a group needs 1kb at least",
  ],
  ["group a ttl 1s\ngroup b prefix a:", 'carrot.conf:2: group b prefix: "a:" is group a\'s already'],
  ["group b prefix a:\ngroup a ttl 1s", 'carrot.conf:2: group a prefix: "a:" is group b\'s already'],
  [
    'group a prefix ""',
    "carrot.conf:1: group a prefix: only group default may be without a prefix in database 0",
  ],
  ["group a database 16", "carrot.conf:1: group a database: expected 0 to 15, as databases is 16, got 16"],
  [
    "databases 3\ngroup a database 3",
    "carrot.conf:2: group a database: expected 0 to 2, as databases is 3, got 3",
  ],
  [
    "group default database 1",
    "carrot.conf:1: group default database: group default has database 0: name the group otherwise, and give it an empty prefix",
  ],
  [
    "group a prefix x\ngroup a database 1\ngroup b database 1\ngroup b prefix x",
    'carrot.conf:4: group b prefix: "x" is group a\'s already',
  ],
  [
    "group default prefix x",
    "carrot.conf:1: group default prefix: group default has no prefix: it takes the keys that no other group takes",
  ],
];

for (const [text, message] of mistakes) {
  test(`${JSON.stringify(text)} is refused`, (t) => {
    t.throws(() => readConf({ text }), { name: "ConfError", message });
  });
}
