/**
 * The only place that creates entries, and the only one that ends them.
 *
 * Keeps the account: USED_BYTES is the sum of the footprints of the live entries, and never above the limit. Every caller
 * holds the mutex. Knows the policies by name; knows no clock, only deadlines in the shard's units.
 */

import { lengthOf, reserve } from "./arena.ts";
import { copyLong, copyOf, LONG_COPY_BYTES } from "./copies.ts";
import { takeGhost } from "./ghosts.ts";
import { deadlineOf, writeDeadline } from "./header.ts";
import { findEntry, insertEntry, keyAt, overfullChain, unindexEntry } from "./index-table.ts";
import {
  chargeOf,
  DATED,
  EVICTIONS,
  EXPIRATIONS,
  entryWords,
  FREE,
  FREE_HIGH,
  HASH,
  IN_MAIN,
  IS_ABSENT,
  LENGTH_MASK,
  LIVE_WORDS,
  MAX_KEY_BYTES,
  SIZES,
  SLOT,
  SLOTS,
  TICK,
  USED_BYTES,
  VALUE,
} from "./layout.ts";
import { linkAged, linkLru, lruVictim } from "./lru.ts";
import { countedFlags, countIn, countMoved, countOut } from "./population.ts";
import { unqueue } from "./queues.ts";
import { linkS3Fifo, MAX_USES, s3FifoVictim, unlinkS3Fifo } from "./s3fifo.ts";
import type { EntryEnd, Shard } from "./shard.ts";

/** Bytes that an entry counts against the limit. */
export function footprintOf(shard: Shard, ref: number): number {
  const { words, geometry } = shard;
  return chargeOf(geometry, lengthOf(words, ref), (words[ref + VALUE]! & DATED) !== 0);
}

/** Notes a use of the entry with this stamp slot. Readers write nothing else. */
export function stampUse(shard: Shard, slot: number): void {
  const { words } = shard;
  const stamp = shard.stampsAt + slot;
  if (shard.isLru) {
    const tick = words[TICK]!;
    words[stamp] = tick;
    words[TICK] = tick + 1;
  } else if (words[stamp]! < MAX_USES) {
    words[stamp]!++;
  }
}

/**
 * Makes `key` hold `value` (null: a cached "not found") until `deadline`. False: the shard does not accept it, and nothing
 * has changed.
 */
export function putEntry(
  shard: Shard,
  hash: number,
  key: Uint8Array,
  value: Uint8Array | null,
  deadline: number,
  now: number,
): boolean {
  const { words, geometry } = shard;
  const old = findEntry(shard, hash, key, 0, key.length);
  const valueBytes = value === null ? 0 : value.length;
  const dated = deadline !== Number.POSITIVE_INFINITY;
  const length = entryWords(key.length, valueBytes, dated);
  const charge = chargeOf(geometry, length, dated);
  if (deadline <= now) {
    if (old !== 0) endOld(shard, old, now);
    return true;
  }
  if (old !== 0 && lengthOf(words, old) === length && footprintOf(shard, old) === charge) {
    if (deadlineOf(words, old) <= now) outlive(shard, old);
    overwrite(shard, old, key, value, deadline);
    return true;
  }
  if (key.length > MAX_KEY_BYTES || valueBytes > LENGTH_MASK || !accepts(shard, hash, old, charge))
    return false;
  const kept = old === 0 ? 0 : words[old + VALUE]! & IN_MAIN;
  const uses = old === 0 ? 0 : words[shard.stampsAt + words[old + SLOT]!]!;
  if (old !== 0) endOld(shard, old, now);
  const flags = !shard.isLru && old === 0 && takeGhost(shard, hash, charge) ? IN_MAIN : kept;
  makeRoom(shard, hash, charge, now);
  const ref = reserve(shard, length, evict);
  words[ref + HASH] = hash;
  words[ref + SLOT] = takeSlot(shard);
  words[ref + VALUE] = flags;
  writeEntry(shard, ref, key, value, deadline);
  countIn(shard, ref);
  words[USED_BYTES]! += charge;
  insertEntry(shard, ref);
  if (shard.isLru) linkLru(shard, ref);
  else linkS3Fifo(shard, ref, old === 0 ? 0 : Math.min(uses + 1, MAX_USES));
  return true;
}

/**
 * Moves an entry to a shard of other memory, whose mutex the caller holds, too; returns its words. It keeps what its policy
 * knows of it, if both have the same one; `ticksRatio` is how many ticks of `to` pass in one of `from`. An entry whose time
 * is up ends, and so does one that the other shard cannot hold.
 */
export function moveEntry(from: Shard, ref: number, to: Shard, ticksRatio: number, now: number): number {
  const { words } = from;
  const { limitBytes } = to.geometry;
  const length = lengthOf(words, ref);
  const charge = chargeOf(to.geometry, length, (words[ref + VALUE]! & DATED) !== 0);
  const isRefused = charge > limitBytes || (!to.evicts && to.words[USED_BYTES]! + charge > limitBytes);
  if (deadlineOf(words, ref) <= now) expire(from, ref);
  else if (isRefused) evict(from, ref);
  else {
    makeRoom(to, words[ref + HASH]!, charge, now);
    const moved = reserve(to, length, evict);
    copyLong(to.buffer, moved * 4, from.bytes, ref * 4, (ref + length) * 4);
    to.words[moved + SLOT] = takeSlot(to);
    if (from.isLru !== to.isLru) to.words[moved + VALUE]! &= ~IN_MAIN;
    countIn(to, moved);
    to.words[USED_BYTES]! += charge;
    insertEntry(to, moved);
    const stamp = words[from.stampsAt + words[ref + SLOT]!]!;
    if (to.isLru) linkAged(to, moved, from.isLru ? ((words[TICK]! - stamp) >>> 0) * ticksRatio : 0);
    else linkS3Fifo(to, moved, from.isLru ? 0 : stamp);
    removeEntry(from, ref);
  }
  return length;
}

/**
 * Whether a shard accepts an entry that counts `charge` bytes in place of `old` (0: none). A shard that evicts accepts
 * every entry that is not larger than the whole limit.
 */
function accepts(shard: Shard, hash: number, old: number, charge: number): boolean {
  if (shard.evicts) return charge <= shard.geometry.limitBytes;
  const limitBytes = shard.geometry.limitBytes - shard.owedBytes;
  if (old === 0) return shard.words[USED_BYTES]! + charge <= limitBytes && overfullChain(shard, hash) === 0;
  return shard.words[USED_BYTES]! - footprintOf(shard, old) + charge <= limitBytes;
}

/** Ends the older entry of a key that is put. Counts the entry as expired if its time is up. */
export function endOld(shard: Shard, ref: number, now: number): void {
  if (deadlineOf(shard.words, ref) <= now) outlive(shard, ref);
  removeEntry(shard, ref);
}

/**
 * Gives a live entry with a value another deadline, after `now`. An entry that gets its first deadline or loses it is
 * written anew, since its length changes. False: it fills its shard, which has no room for a deadline, and stays as it is.
 * With `noeviction` there always is room, because an entry without a deadline counts it.
 */
export function setDeadline(shard: Shard, ref: number, deadline: number, now: number): boolean {
  const { words } = shard;
  if (deadlineOf(words, ref) !== Number.POSITIVE_INFINITY && deadline !== Number.POSITIVE_INFINITY) {
    const before = deadlineOf(words, ref);
    writeDeadline(words, ref, deadline);
    countMoved(shard, ref, before);
    return true;
  }
  const at = keyAt(words, ref);
  const keyBytes = words[ref + SIZES]! & 0xffff;
  const whole = copyOf(shard.bytes, at, at + keyBytes + (words[ref + VALUE]! & LENGTH_MASK));
  const [key, value] = [whole.subarray(0, keyBytes), whole.subarray(keyBytes)];
  return putEntry(shard, words[ref + HASH]!, key, value, deadline, now);
}

/**
 * Writes a new value over one of as many words. The entry keeps its places in arena, chain and queue, and counts as used.
 */
function overwrite(
  shard: Shard,
  ref: number,
  key: Uint8Array,
  value: Uint8Array | null,
  deadline: number,
): void {
  const before = countedFlags(shard, ref);
  // Mostly a value takes the place of a value, both with a deadline or both without one.
  if ((before & IS_ABSENT) !== 0 || value === null || (before !== 0) !== Number.isFinite(deadline)) {
    countOut(shard, ref);
    writeEntry(shard, ref, key, value, deadline);
    countIn(shard, ref);
  } else {
    const old = deadlineOf(shard.words, ref);
    writeEntry(shard, ref, key, value, deadline);
    if (before !== 0) countMoved(shard, ref, old);
  }
  stampUse(shard, shard.words[ref + SLOT]!);
}

/** Writes an entry's sizes, flags, deadline, key and value. Keeps its flag IN_MAIN. */
function writeEntry(
  shard: Shard,
  ref: number,
  key: Uint8Array,
  value: Uint8Array | null,
  deadline: number,
): void {
  const { words } = shard;
  let flags = words[ref + VALUE]! & IN_MAIN;
  words[ref + SIZES] = key.length;
  if (deadline !== Number.POSITIVE_INFINITY) {
    flags |= DATED;
    writeDeadline(words, ref, deadline);
  }
  if (value === null) flags |= IS_ABSENT;
  words[ref + VALUE] = flags | (value === null ? 0 : value.length);
  const at = keyAt(words, ref);
  copyIn(shard, at, key);
  if (value !== null) copyIn(shard, at + key.length, value);
}

/** Up to here a copy is faster in a loop than with `set`. */
const LOOP_BYTES = 64;

function copyIn({ bytes, buffer }: Shard, at: number, source: Uint8Array): void {
  if (source.length > LONG_COPY_BYTES) copyLong(buffer, at, source, 0, source.length);
  else if (source.length > LOOP_BYTES) bytes.set(source, at);
  else for (let i = 0; i < source.length; i++) bytes[at + i] = source[i]!;
}

/** Evicts until `charge` more bytes fit and the chain of `hash` has room for one more entry. */
function makeRoom(shard: Shard, hash: number, charge: number, now: number): void {
  const { words, geometry } = shard;
  const crowd = overfullChain(shard, hash);
  if (crowd !== 0) evict(shard, crowd);
  while (words[USED_BYTES]! + charge > geometry.limitBytes) {
    const victim = shard.isLru ? lruVictim(shard) : s3FifoVictim(shard);
    if (deadlineOf(words, victim) <= now) expire(shard, victim);
    else evict(shard, victim);
  }
}

export function evict(shard: Shard, ref: number): void {
  if (shard.onEnd !== undefined) tellOfEnd(shard, ref, "evicted");
  removeEntry(shard, ref);
  shard.counters[EVICTIONS]!++;
}

export function expire(shard: Shard, ref: number): void {
  if (shard.onEnd !== undefined) tellOfEnd(shard, ref, "expired");
  removeEntry(shard, ref);
  shard.counters[EXPIRATIONS]!++;
}

/** An entry that has expired gives way to another value of its key. */
function outlive(shard: Shard, ref: number): void {
  if (shard.onEnd !== undefined) tellOfEnd(shard, ref, "outlived");
  shard.counters[EXPIRATIONS]!++;
}

function tellOfEnd(shard: Shard, ref: number, end: EntryEnd): void {
  const at = keyAt(shard.words, ref);
  const key = Buffer.from(shard.buffer.subarray(at, at + (shard.words[ref + SIZES]! & 0xffff)));
  shard.onEnd!(key, end, (shard.words[ref + VALUE]! & IS_ABSENT) === 0);
}

/** Takes an entry out of table, queue and account. Its words stay behind as a dead entry until the arena reuses them. */
export function removeEntry(shard: Shard, ref: number): void {
  const { words } = shard;
  unindexEntry(shard, ref);
  unqueue(shard, ref);
  if (!shard.isLru) unlinkS3Fifo(shard, ref);
  countOut(shard, ref);
  words[LIVE_WORDS]! -= lengthOf(words, ref);
  words[USED_BYTES]! -= footprintOf(shard, ref);
  freeSlot(shard, words[ref + SLOT]!);
  words[ref + SLOT] = 0;
}

/** A slot for a stamp. Stamps lie apart from the entries, so a reader that stamps too late cannot damage a value. */
function takeSlot(shard: Shard): number {
  const { words, geometry } = shard;
  if (words[FREE]! > 0) return words[geometry.freeAt + --words[FREE]!]!;
  return ++words[SLOTS]!;
}

function freeSlot(shard: Shard, slot: number): void {
  const { words, geometry } = shard;
  words[geometry.freeAt + words[FREE]!++] = slot;
  words[FREE_HIGH] = Math.max(words[FREE_HIGH]!, words[FREE]!);
}
