/**
 * Goal: units mean what Redis means by them, and a formatted number reads back unchanged.
 * Method: tables of texts with their numbers, tables of what is refused, and properties for the way back.
 */

import test from "ava";
import fc from "fast-check";
import * as units from "../../../server/conf/units.ts";

const sizes: readonly (readonly [string, number | undefined])[] = [
  ["0", 0],
  ["17", 17],
  ["17b", 17],
  ["1k", 1000],
  ["1kb", 1024],
  ["1KB", 1024],
  ["5m", 5_000_000],
  ["256mb", 268_435_456],
  ["2g", 2_000_000_000],
  ["1gb", 1_073_741_824],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ["9007199254740992", undefined],
  ["99999999999gb", undefined],
  ["lots", undefined],
  ["", undefined],
  ["kb", undefined],
  ["-1", undefined],
  ["1.5gb", undefined],
  ["1e3", undefined],
  ["0x10", undefined],
  ["1 kb", undefined],
  ["1tb", undefined],
  ["1none", undefined],
];

const times: readonly (readonly [string, number | undefined])[] = [
  ["0", 0],
  ["00", 0],
  ["0s", 0],
  ["500ms", 500],
  ["10s", 10_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["1H", 3_600_000],
  ["7d", 604_800_000],
  ["10", undefined],
  ["s", undefined],
  ["1.5s", undefined],
  ["-1s", undefined],
  ["1w", undefined],
  ["999999999999999d", undefined],
];

const shares: readonly (readonly [string, number | undefined])[] = [
  ["0%", 0],
  ["10%", 0.1],
  ["12.5%", 0.125],
  ["100%", 1],
  ["10", undefined],
  ["0.1", undefined],
  ["-1%", undefined],
  [".5%", undefined],
  ["%", undefined],
];

for (const [parse, table] of [
  [units.parseBytes, sizes],
  [units.parseDuration, times],
  [units.parsePercent, shares],
] as const) {
  for (const [text, value] of table) {
    test(`${parse.name} reads ${JSON.stringify(text)} as ${value}`, (t) => t.is(parse(text), value));
  }
}

test("numbers are written in the largest unit that is exact", (t) => {
  t.is(units.formatBytes(0), "0");
  t.is(units.formatBytes(1000), "1000");
  t.is(units.formatBytes(1536), "1536");
  t.is(units.formatBytes(268_435_456), "256mb");
  t.is(units.formatDuration(0), "0");
  t.is(units.formatDuration(1500), "1500ms");
  t.is(units.formatDuration(90_000), "90s");
  t.is(units.formatDuration(86_400_000), "1d");
  t.is(units.formatPercent(0.07), "7%");
});

test("what is written reads back as the same number", (t) => {
  const anyNumber = fc.oneof(
    fc.maxSafeNat(),
    fc.nat(100_000).map((n) => n * 1024),
  );
  fc.assert(fc.property(anyNumber, (n) => units.parseBytes(units.formatBytes(n)) === n));
  fc.assert(fc.property(anyNumber, (n) => units.parseDuration(units.formatDuration(n)) === n));
  fc.assert(
    fc.property(fc.nat(100_000), (thousandths) => {
      const fraction = units.parsePercent(`${thousandths / 1000}%`) ?? Number.NaN;
      return units.parsePercent(units.formatPercent(fraction)) === fraction;
    }),
  );
  t.pass();
});
