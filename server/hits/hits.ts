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

/** Answers the command that the reader has found. True: the whole reply is in the output. */
export function answerInPlace(reader: CommandReader, route: HitRoute, protocol: Protocol): boolean {
  if (reader.isGet) return answerGet(reader, route, protocol);
  return reader.argc > 1 && isMget(reader) && answerMget(reader, route, protocol);
}

function answerGet(reader: CommandReader, route: HitRoute, protocol: Protocol): boolean {
  const { runAt } = reader;
  const group = groupOf(reader, route, 1);
  if (group === undefined) return false;
  const hash = runAt < 0 ? hashOf(reader, group, 1) : route.known.hashes[runAt]!;
  const found = lookUp(reader, route.output, group, 1, hash, protocol);
  if (found === NOTHING) return false;
  count(group.counters, found, 1);
  return true;
}

/** A copy of the key of a GET that missed; undefined: no group takes it, or it is too long. */
export function missedKey(reader: CommandReader, route: HitRoute): Buffer | undefined {
  if (groupOf(reader, route, 1) === undefined) return undefined;
  return Buffer.from(reader.bytes.subarray(reader.argStart[1], reader.argEnd[1]));
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
    const found = isHere ? lookUp(reader, output, group, i, mgetHashes[inPiece]!, protocol) : NOTHING;
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

/** The group of argument `i`; undefined: no group takes it, or it is too long, and the general way refuses it. */
function groupOf(reader: CommandReader, { groups, conf }: HitRoute, i: number): HeldGroup | undefined {
  const start = reader.argStart[i]!;
  const end = reader.argEnd[i]!;
  return end - start > conf.maxKeyBytes ? undefined : groups.of(reader.bytes, start, end);
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

/** Appends the reply for argument `i`, and returns where it came from. NOTHING: a miss, and nothing is appended. */
function lookUp(
  { bytes, argStart, argEnd }: CommandReader,
  output: Output,
  group: HeldGroup,
  i: number,
  hash: number,
  protocol: Protocol,
): Found {
  const start = argStart[i]!;
  const end = argEnd[i]!;
  const found = output.hit(group.store, bytes, start, end, hash);
  if (found === HIT) return VALUE;
  if (found === ABSENT) {
    output.append(protocol === 3 ? NULL_RESP3 : NULL_RESP2);
    return NEGATIVE;
  }
  if (group.mirrors === undefined || output.hit(group.mirrors, bytes, start, end, hash) !== HIT)
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
