/**
 * The one place where an entry begins and the one where it ends.
 *
 * Keeps the account: USED_BYTES is the sum of the footprints of the live entries and never above the limit, before,
 * during and after a call. Every caller holds the mutex. Knows the policies by name; does not know clocks, only
 * deadlines in the shard's units.
 */

import { lengthOf, reserve } from "./arena.ts";
import { takeGhost } from "./ghosts.ts";
import { findEntry, insertEntry, keyAt, overfullChain, unindexEntry } from "./index-table.ts";
import {
  ABSENTS,
  chargeOf,
  DATED,
  DEADLINE,
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
import { linkLru, lruVictim } from "./lru.ts";
import { unqueue } from "./queues.ts";
import { linkS3Fifo, MAX_USES, s3FifoVictim, unlinkS3Fifo } from "./s3fifo.ts";
import type { Shard } from "./shard.ts";

/** Bytes that an entry counts against the limit. */
export function footprintOf(shard: Shard, ref: number): number {
  const { words, geometry } = shard;
  return chargeOf(geometry, lengthOf(words, ref), (words[ref + VALUE]! & DATED) !== 0);
}

/** When the entry expires, in units since the epoch; Infinity: never. */
export function deadlineOf(words: Int32Array, ref: number): number {
  if ((words[ref + VALUE]! & DATED) === 0) return Number.POSITIVE_INFINITY;
  return (words[ref + SIZES]! >>> 16) * 2 ** 32 + (words[ref + DEADLINE]! >>> 0);
}

/** Notes a use of the entry with this stamp slot: all that a reader writes. */
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

/** Makes `key` hold `value` (null: absent) until `deadline`. False when the shard does not take it: nothing has changed. */
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
    if (deadlineOf(words, old) <= now) shard.counters[EXPIRATIONS]!++;
    overwrite(shard, old, key, value, deadline);
    return true;
  }
  if (key.length > MAX_KEY_BYTES || valueBytes > LENGTH_MASK || !takes(shard, hash, old, charge))
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
  words[USED_BYTES]! += charge;
  insertEntry(shard, ref);
  if (shard.isLru) linkLru(shard, ref);
  else linkS3Fifo(shard, ref, old === 0 ? 0 : Math.min(uses + 1, MAX_USES));
  return true;
}

/**
 * Whether a shard takes an entry that counts `charge` bytes in place of `old` (0: none). One that evicts takes whatever
 * fits into it at all.
 */
function takes(shard: Shard, hash: number, old: number, charge: number): boolean {
  const { limitBytes } = shard.geometry;
  if (shard.evicts) return charge <= limitBytes;
  if (old === 0) return shard.words[USED_BYTES]! + charge <= limitBytes && overfullChain(shard, hash) === 0;
  return shard.words[USED_BYTES]! - footprintOf(shard, old) + charge <= limitBytes;
}

/** Ends an entry that its key needs no longer; counts it as expired if its time was up. */
export function endOld(shard: Shard, ref: number, now: number): void {
  if (deadlineOf(shard.words, ref) <= now) shard.counters[EXPIRATIONS]!++;
  removeEntry(shard, ref);
}

/**
 * Gives a live entry with a value another deadline after `now`. One that has none, or loses it, is written anew, since
 * its length changes; if it does not fit any more, it is gone (never with `noeviction`, which keeps room for a deadline).
 */
export function setDeadline(shard: Shard, ref: number, key: Uint8Array, deadline: number, now: number): void {
  const { words } = shard;
  if (deadlineOf(words, ref) !== Number.POSITIVE_INFINITY && deadline !== Number.POSITIVE_INFINITY) {
    words[ref + SIZES] = (words[ref + SIZES]! & 0xffff) | (Math.floor(deadline / 2 ** 32) << 16);
    words[ref + DEADLINE] = (deadline % 2 ** 32) | 0;
    return;
  }
  const at = keyAt(words, ref) + (words[ref + SIZES]! & 0xffff);
  const value = Buffer.from(shard.buffer.subarray(at, at + (words[ref + VALUE]! & LENGTH_MASK)));
  if (!putEntry(shard, words[ref + HASH]!, key, value, deadline, now)) removeEntry(shard, ref);
}

/** The same key with as many words: keeps its place everywhere, and counts as used. */
function overwrite(
  shard: Shard,
  ref: number,
  key: Uint8Array,
  value: Uint8Array | null,
  deadline: number,
): void {
  if ((shard.words[ref + VALUE]! & IS_ABSENT) !== 0) shard.words[ABSENTS]!--;
  writeEntry(shard, ref, key, value, deadline);
  stampUse(shard, shard.words[ref + SLOT]!);
}

/** Writes sizes, flags (keeping IN_MAIN), deadline, key and value. */
function writeEntry(
  shard: Shard,
  ref: number,
  key: Uint8Array,
  value: Uint8Array | null,
  deadline: number,
): void {
  const { words } = shard;
  let flags = words[ref + VALUE]! & IN_MAIN;
  let sizes = key.length;
  if (deadline !== Number.POSITIVE_INFINITY) {
    flags |= DATED;
    sizes |= Math.floor(deadline / 2 ** 32) << 16;
    words[ref + DEADLINE] = (deadline % 2 ** 32) | 0;
  }
  if (value === null) {
    flags |= IS_ABSENT;
    words[ABSENTS]!++;
  }
  words[ref + SIZES] = sizes;
  words[ref + VALUE] = flags | (value === null ? 0 : value.length);
  const at = keyAt(words, ref);
  copyIn(shard.bytes, at, key);
  if (value !== null) copyIn(shard.bytes, at + key.length, value);
}

/** Below this a loop beats the call. */
const LONG_COPY_BYTES = 64;

function copyIn(bytes: Uint8Array, at: number, source: Uint8Array): void {
  if (source.length > LONG_COPY_BYTES) {
    bytes.set(source, at);
    return;
  }
  for (let i = 0; i < source.length; i++) bytes[at + i] = source[i]!;
}

/** Evicts until `charge` more bytes fit, and the chain of `hash` takes one more entry. */
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

function evict(shard: Shard, ref: number): void {
  if (shard.onEnd !== undefined) tellOfEnd(shard, ref);
  removeEntry(shard, ref);
  shard.counters[EVICTIONS]!++;
}

export function expire(shard: Shard, ref: number): void {
  if (shard.onEnd !== undefined) tellOfEnd(shard, ref);
  removeEntry(shard, ref);
  shard.counters[EXPIRATIONS]!++;
}

function tellOfEnd(shard: Shard, ref: number): void {
  const at = keyAt(shard.words, ref);
  shard.onEnd!(Buffer.from(shard.buffer.subarray(at, at + (shard.words[ref + SIZES]! & 0xffff))));
}

/** Ends an entry: out of table, queue and account. Its words stay as a dead entry until the log takes them back. */
export function removeEntry(shard: Shard, ref: number): void {
  const { words } = shard;
  unindexEntry(shard, ref);
  unqueue(shard, ref);
  if (!shard.isLru) unlinkS3Fifo(shard, ref);
  if ((words[ref + VALUE]! & IS_ABSENT) !== 0) words[ABSENTS]!--;
  words[LIVE_WORDS]! -= lengthOf(words, ref);
  words[USED_BYTES]! -= footprintOf(shard, ref);
  freeSlot(shard, words[ref + SLOT]!);
  words[ref + SLOT] = 0;
}

/** A slot of the stamps, which lie apart from the entries so that a late reader's stamp cannot hit a value. */
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
