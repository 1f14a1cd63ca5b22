/**
 * Goal: every kind of value reads the words that it accepts, says what it expected in place of others, and writes a value
 * in words that it reads back.
 * Method: for each kind a list of words with what comes out; a Complaint is shown as its text.
 */

import test from "ava";
import { MEMBER_EXPECTED } from "../../../cluster/address.ts";
import { Complaint } from "../../../server/conf/conf-error.ts";
import * as kinds from "../../../server/conf/kinds.ts";

const place = { where: "carrot.conf:12", directory: "/conf", onCommandLine: false };

function outcome(kind: kinds.Kind<unknown>, words: readonly string[]): unknown {
  const value = kind.parse(words, place);
  return value instanceof Complaint ? value.text : value;
}

const cases: readonly (readonly [string, kinds.Kind<unknown>, readonly (readonly [string, unknown])[]])[] = [
  [
    "integer",
    kinds.integer(1, 20),
    [
      ["1", 1],
      ["020", 20],
      ["0", "expected a whole number from 1 to 20"],
      ["21", "expected a whole number from 1 to 20"],
      ["1.0", "expected a whole number from 1 to 20"],
      ["-1", "expected a whole number from 1 to 20"],
      ["", "expected a whole number from 1 to 20"],
    ],
  ],
  [
    "bytes",
    kinds.bytes({ min: 1024, max: 2048 }),
    [
      ["1kb", 1024],
      ["1", "expected at least 1kb"],
      ["1mb", "expected at most 2kb"],
      ["x", "expected bytes such as 256mb"],
    ],
  ],
  [
    "yesNo",
    kinds.yesNo(),
    [
      ["yes", true],
      ["No", false],
      ["true", "expected yes or no"],
      ["", "expected yes or no"],
    ],
  ],
  [
    "duration",
    kinds.duration({ min: 1, max: 60_000 }),
    [
      ["1m", 60_000],
      ["0", "expected at least 1ms"],
      ["1h", "expected at most 1m"],
      ["10", "expected a time with its unit, such as 500ms, 10s, 5m, 1h or 7d"],
    ],
  ],
  [
    "seconds",
    kinds.seconds({ max: 86_400_000 }),
    [
      ["300", 300_000],
      ["0", 0],
      ["5m", 300_000],
      ["1500ms", 1500],
      ["2d", "expected at most 1d"],
      ["soon", "expected seconds, or a time such as 5m"],
    ],
  ],
  [
    "percent",
    kinds.percent(0.9),
    [
      ["90%", 0.9],
      ["91%", "expected at most 90%"],
      ["0.5", "expected a percentage such as 10%"],
    ],
  ],
  [
    "choice",
    kinds.choice("A|B|C", ["a", "b", "c"]),
    [
      ["a", "a"],
      ["B", "b"],
      ["d", "expected a, b or c"],
    ],
  ],
  [
    "threads",
    kinds.threads(4),
    [
      ["4", 4],
      ["AUTO", "auto"],
      ["5", "expected a whole number from 1 to 4, or auto"],
    ],
  ],
  [
    "text",
    kinds.text("TEXT"),
    [
      ["", ""],
      ["Z\xc3\xbcrich", "Zürich"],
      ["\xff", "expected UTF-8 text"],
    ],
  ],
  ["seed", kinds.seed(), [["7", 7]]],
  ["raw bytes", kinds.rawBytes("TEXT"), [["a\xff", Buffer.from([97, 255])]]],
  [
    "a member's address",
    kinds.memberAddress(),
    [
      ["Node:7", "node:7"],
      ["Node", "node"],
      ["::1", "[::1]"],
      ["node:x", `${MEMBER_EXPECTED}, or the host alone`],
    ],
  ],
];

for (const [name, kind, rows] of cases) {
  test(`${name}: each word gives its value or says what was expected`, (t) => {
    for (const [word, expected] of rows) t.deepEqual(outcome(kind, [word]), expected, JSON.stringify(word));
  });

  test(`${name}: what is written reads back as the same value`, (t) => {
    for (const [word] of rows) {
      const value = kind.parse([word], place);
      if (value instanceof Complaint || name === "raw bytes") continue;
      t.deepEqual(kind.parse([Buffer.from(kind.format(value)).toString("latin1")], place), value);
    }
    t.pass();
  });
}

test("hosts are canonical, IPv6 without brackets, * is every IPv4 address", (t) => {
  t.deepEqual(outcome(kinds.hosts(), ["LOCALHOST", "[::1]", "::", "*"]), [
    "localhost",
    "::1",
    "::",
    "0.0.0.0",
  ]);
  t.is(outcome(kinds.hosts(), ["127.0.0.1:80"]), "expected addresses such as 127.0.0.1 or ::1");
});

test("members are ids, and need a port", (t) => {
  t.deepEqual(outcome(kinds.members(), ["A:1", "[0::1]:2"]), ["a:1", "[::1]:2"]);
  const complaint = kinds.members().parse(["a:1", "b", "c:2"], place);
  t.like(complaint, { text: MEMBER_EXPECTED, got: "b" });
});

test("a loader keeps its words, its line and its directory", (t) => {
  t.deepEqual(outcome(kinds.loader(), ["Module", "My loader.mjs", "x"]), {
    kind: "module",
    args: ["My loader.mjs", "x"],
    where: "carrot.conf:12",
    directory: "/conf",
  });
  t.is(kinds.loader().format({ kind: "http", args: ["a b"], where: "", directory: "" }), 'http "a b"');
  t.is(outcome(kinds.loader(), ["module", "\xff"]), "expected UTF-8 text");
});
