/**
 * Carries out an edit on one shard: looks at the entry, decides and changes it, in one step.
 *
 * Keeps: an edit whose conditions do not hold changes nothing but the use that it counts. Every caller holds the mutex and
 * keeps readers off. Knows no clock, only deadlines in the shard's units.
 */
import type { Edit, Edited, Range } from "../../cluster/edit.ts";
import { copyOf } from "./copies.ts";
import { expire, removeEntry, setDeadline, stampUse } from "./entries.ts";
import { deadlineOf } from "./header.ts";
import { findEntry, keyAt } from "./index-table.ts";
import { DATED, DEADLINE_UNITS_A_MS, IS_ABSENT, LENGTH_MASK, SIZES, SLOT, VALUE } from "./layout.ts";
import { keepEntry } from "./noeviction.ts";
import { compare, operate } from "./operate.ts";
import type { Shard } from "./shard.ts";

/** The result of an edit. `stamp` is the one of the entry's last use before the edit. */
interface EntryEdited extends Edited {
  readonly stamp: number;
}

const NEVER = Number.POSITIVE_INFINITY;
/** The result for a key without a value. */
const NOTHING: EntryEdited = {
  held: false,
  changed: false,
  noRoom: false,
  bytes: 0,
  value: undefined,
  uses: 0,
  idleMs: 0,
  stamp: 0,
  error: undefined,
};

/**
 * `deadline` is the entry's new deadline; undefined: the entry keeps its own. No operation makes a value longer than
 * `maxValueBytes`.
 */
export function editEntry(
  shard: Shard,
  hash: number,
  key: Uint8Array,
  edit: Edit,
  deadline: number | undefined,
  now: number,
  maxValueBytes: number,
): EntryEdited {
  const ref = heldEntry(shard, hash, key, 0, key.length, now);
  const before = ref === 0 ? NOTHING : describe(shard, ref, edit.wanted);
  const next = deadline ?? (ref === 0 ? NEVER : deadlineOf(shard.words, ref));
  const old = ref === 0 ? undefined : viewOf(shard, ref);
  const compared = edit.comparison === undefined || compare(old, edit.comparison);
  if (typeof compared === "object") return { ...before, error: compared.error };
  const isAllowed = compared && edit.conditions.every((condition) => holds(shard, ref, condition, next));
  if (isAllowed && edit.operation !== undefined) {
    const operated = operate(old, edit.operation, maxValueBytes);
    if ("error" in operated) return { ...before, error: operated.error };
    const { value, result } = operated;
    const changed = value !== undefined && keepEntry(shard, hash, key, value, next, now);
    return { ...before, changed, noRoom: value !== undefined && !changed, result };
  }
  if (isAllowed && edit.value !== undefined && edit.value !== null) {
    const changed = keepEntry(shard, hash, key, edit.value, next, now);
    return { ...before, changed, noRoom: !changed };
  }
  if (ref === 0) return before;
  if (edit.isUse) stampUse(shard, shard.words[ref + SLOT]!);
  const changed = isAllowed && changeEntry(shard, ref, edit, next, now);
  return { ...before, changed };
}

/** Ends the entry of the key `chunk[start, end)`. True: it had a value and was alive. */
export function deleteEntry(
  shard: Shard,
  hash: number,
  chunk: Uint8Array,
  start: number,
  end: number,
  now: number,
): boolean {
  const ref = liveEntry(shard, hash, chunk, start, end, now);
  if (ref === 0) return false;
  const isAbsent = isNotFound(shard, ref);
  removeEntry(shard, ref);
  return !isAbsent;
}

/**
 * Gives the value of the key `chunk[start, end)` a deadline after `now`: an edit that is allowed when there is a value, and
 * that counts as a use. False: there is none, or no room for a deadline.
 */
export function dateEntry(
  shard: Shard,
  hash: number,
  chunk: Uint8Array,
  start: number,
  end: number,
  deadline: number,
  now: number,
): boolean {
  const ref = heldEntry(shard, hash, chunk, start, end, now);
  if (ref === 0) return false;
  stampUse(shard, shard.words[ref + SLOT]!);
  return setDeadline(shard, ref, deadline, now);
}

/** The live entry of a key that has a value, or 0. */
function heldEntry(
  shard: Shard,
  hash: number,
  chunk: Uint8Array,
  start: number,
  end: number,
  now: number,
): number {
  const ref = liveEntry(shard, hash, chunk, start, end, now);
  return ref !== 0 && isNotFound(shard, ref) ? 0 : ref;
}

/** The live entry of a key, or 0. An entry whose time is up expires here. */
function liveEntry(
  shard: Shard,
  hash: number,
  chunk: Uint8Array,
  start: number,
  end: number,
  now: number,
): number {
  const ref = findEntry(shard, hash, chunk, start, end);
  if (ref === 0) return 0;
  if (deadlineOf(shard.words, ref) <= now) {
    expire(shard, ref);
    return 0;
  }
  return ref;
}

/** The entry is a cached "not found". */
function isNotFound(shard: Shard, ref: number): boolean {
  return (shard.words[ref + VALUE]! & IS_ABSENT) !== 0;
}

function describe(shard: Shard, ref: number, wanted: Range | undefined): EntryEdited {
  const { words } = shard;
  const bytes = words[ref + VALUE]! & LENGTH_MASK;
  const stamp = words[shard.stampsAt + words[ref + SLOT]!]!;
  const uses = shard.isLru ? 0 : stamp;
  return { ...NOTHING, held: true, bytes, uses, stamp, value: wanted && part(shard, ref, bytes, wanted) };
}

/** A view of an entry's value, which the next change of the shard may overwrite. */
function viewOf({ words, buffer }: Shard, ref: number): Buffer {
  const at = keyAt(words, ref) + (words[ref + SIZES]! & 0xffff);
  return buffer.subarray(at, at + (words[ref + VALUE]! & LENGTH_MASK));
}

/** A copy of the part of the value that is wanted. Offsets are those of GETRANGE: negative ones count from the end. */
function part(shard: Shard, ref: number, bytes: number, { from, to }: Range): Buffer {
  if (from < 0 && to < 0 && from > to) return Buffer.alloc(0);
  const first = Math.max(0, from < 0 ? from + bytes : from);
  const last = Math.min(bytes - 1, Math.max(0, to < 0 ? to + bytes : to));
  if (first > last) return Buffer.alloc(0);
  return copyOf(viewOf(shard, ref), first, last + 1);
}

/** Deadlines less than a millisecond apart count as equal, because clients see lifetimes in whole milliseconds. */
function holds(shard: Shard, ref: number, condition: Edit["conditions"][number], next: number): boolean {
  const deadline = ref === 0 ? NEVER : deadlineOf(shard.words, ref);
  switch (condition) {
    case "missing":
      return ref === 0;
    case "held":
      return ref !== 0;
    case "dated":
      return deadline !== NEVER;
    case "undated":
      return ref !== 0 && deadline === NEVER;
    case "later":
      return next - deadline >= DEADLINE_UNITS_A_MS;
    case "sooner":
      return ref !== 0 && deadline - next >= DEADLINE_UNITS_A_MS;
  }
}

/** Ends an entry or gives it another deadline. False: the entry stays as it is. */
function changeEntry(shard: Shard, ref: number, edit: Edit, deadline: number, now: number): boolean {
  const { words } = shard;
  if (edit.value === null || deadline <= now) {
    removeEntry(shard, ref);
    return true;
  }
  if (edit.life === "keep" || (deadline === NEVER && (words[ref + VALUE]! & DATED) === 0)) return false;
  return setDeadline(shard, ref, deadline, now);
}
