/**
 * Answers GET and MGET in place: from the reader's bytes and the stores straight into the output.
 *
 * Invariant: either the whole reply is appended and counted, or nothing is, and the command goes the general way, which
 * gives the same bytes and the same counts. Allocates nothing for a GET. Knows no socket.
 */
import type { CommandReader } from "../../proto/command-reader.ts";
import type { Protocol } from "../../proto/reply.ts";
import { NULL_RESP2, NULL_RESP3 } from "../../proto/reply-writers.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { GroupCounters } from "../counters/group-counters.ts";
import type { Groups, HeldGroup } from "../groups/groups.ts";
import { isStoredAsIs, MAX_HIDDEN_BYTES, storedKey, writeStoredKey } from "../store/database-key.ts";
import { MAX_AHEAD } from "../store/read-ahead.ts";
import { ABSENT } from "../store/store.ts";
import { HIT, type Output } from "./output.ts";
import type { RunHashes } from "./run-hashes.ts";

/** Where a hit's value comes from, and where its reply goes. */
export interface HitRoute {
  readonly groups: Groups<HeldGroup>;
  /** The hashes of the keys in the reader's run of GETs. */
  readonly known: RunHashes;
  readonly output: Output;
  /** Its fields are read at each use, because CONFIG SET changes them. */
  readonly conf: Pick<NodeConf, "maxKeyBytes">;
}

/** What `lookUp` found. They are numbers, because choosing a counter by its name costs more than the counting. */
const NOTHING = -1;
const VALUE = 0;
const NEGATIVE = 1;
const MIRROR = 2;
type Found = typeof NOTHING | typeof VALUE | typeof NEGATIVE | typeof MIRROR;

/** An MGET whose reply gets longer than this goes the general way. */
const MAX_MGET_BYTES = 1 << 20;

/** An MGET has hashes of its own: a connection that waits in the middle of a run of GETs still needs those of the run. */
const mgetHashes = new Int32Array(MAX_AHEAD);

const M = 0x6d;
const G = 0x67;
const E = 0x65;
const T = 0x74;

/** The stored key of a GET in a database other than 0. */
let stored = Buffer.alloc(1024);

/** Answers the command that the reader has found, of a client in `database`. True: the whole reply is in the output. */
export function answerInPlace(
  reader: CommandReader,
  route: HitRoute,
  protocol: Protocol,
  database: number,
): boolean {
  if (database !== 0) return reader.isGet && answerElsewhere(reader, route, protocol, database);
  if (reader.isGet) return answerGet(reader, route, protocol);
  return reader.argc > 1 && isMget(reader) && answerMget(reader, route, protocol);
}

function answerGet(reader: CommandReader, route: HitRoute, protocol: Protocol): boolean {
  const { runAt } = reader;
  const group = groupOf(reader, route, 1);
  if (group === undefined) return false;
  const start = reader.argStart[1]!;
  const end = reader.argEnd[1]!;
  const hash = runAt < 0 ? group.store.hashOf(reader.bytes, start, end) : route.known.hashes[runAt]!;
  const found = lookUp(reader.bytes, start, end, group, hash, route.output, protocol, true);
  if (found === NOTHING) return false;
  count(group.counters, found, 1);
  return true;
}

/** A GET in a database other than 0. Its key is copied, because the stored key has two bytes more. */
function answerElsewhere(
  { bytes, argStart, argEnd }: CommandReader,
  { groups, conf, output }: HitRoute,
  protocol: Protocol,
  database: number,
): boolean {
  const start = argStart[1]!;
  const end = argEnd[1]!;
  if (end - start > conf.maxKeyBytes) return false;
  if (end - start + MAX_HIDDEN_BYTES > stored.length) stored = Buffer.alloc(2 * (end - start));
  const length = writeStoredKey(stored, database, bytes, start, end);
  const group = groups.of(stored, 0, length);
  if (group === undefined) return false;
  const hash = group.store.hashOf(stored, 0, length);
  const found = lookUp(stored, 0, length, group, hash, output, protocol, true);
  if (found === NOTHING) return false;
  count(group.counters, found, 1);
  return true;
}

/** The stored key of a GET that missed in place, a copy; undefined: it was not looked up. */
export function missedKey(reader: CommandReader, route: HitRoute, database: number): Buffer | undefined {
  const { bytes, argStart, argEnd } = reader;
  if (argEnd[1]! - argStart[1]! > route.conf.maxKeyBytes) return undefined;
  if (database === 0 && groupOf(reader, route, 1) === undefined) return undefined;
  const said = Buffer.from(bytes.subarray(argStart[1], argEnd[1]));
  if (database === 0) return said;
  const key = storedKey(database, said);
  return route.groups.of(key, 0, key.length) === undefined ? undefined : key;
}

/** Answers an MGET whose keys are all of one group. Counts after the last key, when no key can be a miss any more. */
function answerMget(reader: CommandReader, route: HitRoute, protocol: Protocol): boolean {
  const { output } = route;
  const group = groupOf(reader, route, 1);
  if (group === undefined) return false;
  const mark = output.length;
  const counts = [0, 0, 0];
  output.append(Buffer.from(`*${reader.argc - 1}\r\n`));
  for (let i = 1; i < reader.argc; i++) {
    const inPiece = (i - 1) % MAX_AHEAD;
    if (inPiece === 0) readAhead(reader, group, i);
    const isHere = output.length - mark < MAX_MGET_BYTES && groupOf(reader, route, i) === group;
    const found = isHere
      ? lookUp(
          reader.bytes,
          reader.argStart[i]!,
          reader.argEnd[i]!,
          group,
          mgetHashes[inPiece]!,
          output,
          protocol,
          false,
        )
      : NOTHING;
    if (found === NOTHING) {
      output.length = mark;
      return false;
    }
    counts[found]!++;
  }
  for (const found of [VALUE, NEGATIVE, MIRROR] as const) count(group.counters, found, counts[found]!);
  return true;
}

function count(counters: GroupCounters, found: Found, by: number): void {
  if (found === VALUE) counters.hits += by;
  else if (found === NEGATIVE) counters.negativeHits += by;
  else counters.mirrorHits += by;
}

/**
 * The group of argument `i`, a key of database 0. Undefined: no group takes it, it is too long, or its stored key differs;
 * then it goes the general way.
 */
function groupOf(
  { bytes, argStart, argEnd }: CommandReader,
  { groups, conf }: HitRoute,
  i: number,
): HeldGroup | undefined {
  const start = argStart[i]!;
  const end = argEnd[i]!;
  if (end - start > conf.maxKeyBytes || !isStoredAsIs(bytes, start, end)) return undefined;
  return groups.of(bytes, start, end);
}

/** The hash of argument `i`, in the group's store and in its mirrors, which have the same seed. */
function hashOf({ bytes, argStart, argEnd }: CommandReader, { store }: HeldGroup, i: number): number {
  return store.hashOf(bytes, argStart[i]!, argEnd[i]!);
}

/** Hashes the next keys of an MGET, from argument `from` on, and reads their entries ahead. */
function readAhead(reader: CommandReader, group: HeldGroup, from: number): void {
  const count = Math.min(MAX_AHEAD, reader.argc - from);
  for (let i = 0; i < count; i++) mgetHashes[i] = hashOf(reader, group, from + i);
  if (count > 1) group.store.readAhead(mgetHashes, 0, count);
}

/**
 * Appends the reply for the stored key `bytes[start, end)`, and returns where it came from. NOTHING: a miss, and nothing is
 * appended. `isAlone` as in Output.hit.
 */
function lookUp(
  bytes: Uint8Array,
  start: number,
  end: number,
  group: HeldGroup,
  hash: number,
  output: Output,
  protocol: Protocol,
  isAlone: boolean,
): Found {
  const found = output.hit(group.store, bytes, start, end, hash, isAlone);
  if (found === HIT) return VALUE;
  if (found === ABSENT) {
    output.append(protocol === 3 ? NULL_RESP3 : NULL_RESP2);
    return NEGATIVE;
  }
  if (group.mirrors === undefined || output.hit(group.mirrors, bytes, start, end, hash, isAlone) !== HIT)
    return NOTHING;
  return MIRROR;
}

function isMget({ bytes, argStart, argEnd }: CommandReader): boolean {
  const at = argStart[0]!;
  return (
    argEnd[0]! - at === 4 &&
    (bytes[at]! | 32) === M &&
    (bytes[at + 1]! | 32) === G &&
    (bytes[at + 2]! | 32) === E &&
    (bytes[at + 3]! | 32) === T
  );
}
