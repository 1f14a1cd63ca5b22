/**
 * GET and MGET of what this node holds: from the reader's bytes straight into the output.
 *
 * Invariant: either the whole reply is appended and counted, or nothing is and the command goes the general way; both
 * ways give the same bytes and the same counts. Allocates nothing for a GET. Knows no socket.
 */
import type { CommandReader } from "../proto/command-reader.ts";
import { NULL_RESP2, NULL_RESP3 } from "../proto/reply-writers.ts";
import type { NodeConf } from "./conf/conf.ts";
import type { Groups, HeldGroup } from "./groups.ts";
import { HIT, type Output } from "./output.ts";
import type { RunHashes } from "./run-hashes.ts";
import { ABSENT } from "./store/store.ts";

/** Where replies come from and go to. */
export interface HitRoute {
  readonly groups: Groups<HeldGroup>;
  /** Of the keys in a reader's run. */
  readonly known: RunHashes;
  readonly output: Output;
  /** Read at each use, because CONFIG SET changes it in place. */
  readonly conf: Pick<NodeConf, "maxKeyBytes">;
}

type Hit = "hits" | "negativeHits" | "mirrorHits";

/** An MGET whose reply gets longer than this goes the general way. */
const MAX_MGET_BYTES = 1 << 20;

const M = 0x6d;
const G = 0x67;
const E = 0x65;
const T = 0x74;

/** Answers the command that the reader has found, if it can: true when the reply is in the output. */
export function answerFromHere(reader: CommandReader, route: HitRoute, protocol: 2 | 3): boolean {
  if (reader.isGet) return answerGet(reader, route, protocol);
  return reader.argc > 1 && isMget(reader) && answerMget(reader, route, protocol);
}

function answerGet(reader: CommandReader, route: HitRoute, protocol: 2 | 3): boolean {
  const { runAt } = reader;
  const group = groupOf(reader, route, 1);
  if (group === undefined) return false;
  const hash = runAt < 0 ? hashOf(reader, group, 1) : route.known.hashes[runAt]!;
  const found = lookUp(reader, route.output, group, 1, hash, protocol);
  if (found === undefined) return false;
  group.counters[found]++;
  return true;
}

/** A copy of the key of a GET that missed; undefined when no group takes it, or it is too long. */
export function missedKey(reader: CommandReader, route: HitRoute): Buffer | undefined {
  if (groupOf(reader, route, 1) === undefined) return undefined;
  return Buffer.from(reader.bytes.subarray(reader.argStart[1], reader.argEnd[1]));
}

/** Of keys that are all of one group. Counts only once it is sure that nothing is missing. */
function answerMget(reader: CommandReader, route: HitRoute, protocol: 2 | 3): boolean {
  const { output } = route;
  const group = groupOf(reader, route, 1);
  if (group === undefined) return false;
  const mark = output.length;
  const counts = { hits: 0, negativeHits: 0, mirrorHits: 0 };
  output.append(Buffer.from(`*${reader.argc - 1}\r\n`));
  for (let i = 1; i < reader.argc; i++) {
    const isHere = output.length - mark < MAX_MGET_BYTES && groupOf(reader, route, i) === group;
    const found = isHere ? lookUp(reader, output, group, i, hashOf(reader, group, i), protocol) : undefined;
    if (found === undefined) {
      output.length = mark;
      return false;
    }
    counts[found]++;
  }
  group.counters.hits += counts.hits;
  group.counters.negativeHits += counts.negativeHits;
  group.counters.mirrorHits += counts.mirrorHits;
  return true;
}

/** The group of argument `i`; undefined also for a key that is too long, which the general way refuses. */
function groupOf(reader: CommandReader, { groups, conf }: HitRoute, i: number): HeldGroup | undefined {
  const start = reader.argStart[i]!;
  const end = reader.argEnd[i]!;
  return end - start > conf.maxKeyBytes ? undefined : groups.of(reader.bytes, start, end);
}

/** A group's store and its mirrors have one seed. */
function hashOf({ bytes, argStart, argEnd }: CommandReader, { store }: HeldGroup, i: number): number {
  return store.hashOf(bytes, argStart[i]!, argEnd[i]!);
}

/** Appends what is held for argument `i` and returns what to count it as; undefined when nothing is held. */
function lookUp(
  { bytes, argStart, argEnd }: CommandReader,
  output: Output,
  group: HeldGroup,
  i: number,
  hash: number,
  protocol: 2 | 3,
): Hit | undefined {
  const start = argStart[i]!;
  const end = argEnd[i]!;
  const found = output.hit(group.store, bytes, start, end, hash);
  if (found === HIT) return "hits";
  if (found === ABSENT) {
    output.append(protocol === 3 ? NULL_RESP3 : NULL_RESP2);
    return "negativeHits";
  }
  if (group.mirrors === undefined || output.hit(group.mirrors, bytes, start, end, hash) !== HIT)
    return undefined;
  return "mirrorHits";
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
