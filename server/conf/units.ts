/**
 * Numbers with units, read and written.
 *
 * Owns what `256mb`, `10s` and `12.5%` mean. Takes digits and a unit and nothing else: no sign, no exponent, no value
 * beyond Number.MAX_SAFE_INTEGER. What `format...` writes, `parse...` reads back as the same number.
 */

export const KIB = 1024;
export const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** Redis' units: 1k is 1000, 1kb is 1024. */
const BYTE_UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["k", 1e3],
  ["kb", KIB],
  ["m", 1e6],
  ["mb", MIB],
  ["g", 1e9],
  ["gb", GIB],
]);

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const TIME_UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", SECOND],
  ["m", MINUTE],
  ["h", HOUR],
  ["d", DAY],
]);

/** Undefined: the text is no number of bytes. */
export function parseBytes(text: string): number | undefined {
  return parseWithUnit(text, BYTE_UNITS);
}

/** Bytes for people, rounded down: `23.5gb`. What is a whole number of some unit is exact. */
export function roughBytes(bytes: number): string {
  const [name, unit] = bytes >= GIB ? (["gb", GIB] as const) : (["mb", MIB] as const);
  return `${Math.floor((bytes / unit) * 10) / 10}${name}`;
}

/** The text in the largest binary unit that leaves a whole number: 268435456 is `256mb`. */
export function formatBytes(bytes: number): string {
  return formatWithUnit(bytes, [
    ["gb", GIB],
    ["mb", MIB],
    ["kb", KIB],
  ]);
}

/** Milliseconds; undefined: the text is no duration. A number needs its unit, except for 0. */
export function parseDuration(text: string): number | undefined {
  return /^0+$/.test(text) ? 0 : parseWithUnit(text, TIME_UNITS);
}

export function formatDuration(ms: number): string {
  if (ms === 0) return "0";
  return formatWithUnit(ms, [
    ["d", DAY],
    ["h", HOUR],
    ["m", MINUTE],
    ["s", SECOND],
    ["ms", 1],
  ]);
}

/** A fraction: `12.5%` is 0.125. Undefined: the text is no percentage. */
export function parsePercent(text: string): number | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text);
  return match === null ? undefined : Number(match[1]) / 100;
}

export function formatPercent(fraction: number): string {
  // Rounded to the three digits that parsePercent reads: 0.07 * 100 alone prints 7.000000000000001.
  return `${Number((fraction * 100).toFixed(3))}%`;
}

function parseWithUnit(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const match = /^(\d+)([a-z]*)$/i.exec(text);
  const unit = units.get(match?.[2]?.toLowerCase() ?? "none");
  if (match === null || unit === undefined) return undefined;
  const value = Number(match[1]) * unit;
  return Number.isSafeInteger(value) ? value : undefined;
}

function formatWithUnit(value: number, units: readonly (readonly [string, number])[]): string {
  const fitting = units.find(([, unit]) => value !== 0 && value % unit === 0);
  return fitting === undefined ? String(value) : `${value / fitting[1]}${fitting[0]}`;
}
