/**
 * Generated rounds of pipelines for many clients of one server, whose outcome does not depend on which client is the
 * fastest: either all speak at once, each about keys of its own, or they speak about the same keys, one after the other.
 */
import fc, { type Arbitrary } from "fast-check";
import { CASES } from "./commands.ts";
import type { Round, Words } from "./talkers.ts";

/** All can be done in place, and by the thread that has read them. */
const IN_PLACE = ["get", "exists", "ttl", "pttl", "del", "unlink", "expire", "pexpire"];
const SETS = ["set", "setex", "psetex"];
/** Some cross to the main thread, some keep the other threads from writing meanwhile. */
const OTHERS = [
  ...["mget", "mset", "setnx", "getset", "getex", "getdel", "getrange", "setrange", "append", "strlen"],
  ...["incr", "decr", "incrby", "touch", "type", "persist", "multi", "exec", "discard"],
];
/** Looks and changes in two steps. */
const TAKE = "local v = redis.call('GET', KEYS[1]) redis.call('SET', KEYS[1], '7') return v";

const KEYS = ["a", "b", "c", "\0\xff\r\n", ""];
const casesOf = (names: readonly string[]) => names.flatMap((name) => CASES[name]!);
const script = fc.constantFrom(...KEYS).map((key) => ["EVAL", TAKE, "1", key]);
const plainSet = fc
  .tuple(fc.constantFrom(...KEYS), fc.constantFrom("v", "42", "x".repeat(100), "y".repeat(5000)))
  .map(([key, value]) => ["SET", key, value]);
const plainGet = fc.constantFrom(...KEYS).map((key) => ["GET", key]);

function pipelineOf(cases: readonly Arbitrary<Words>[]): Arbitrary<readonly Words[]> {
  const one = fc.constantFrom(...cases).chain((words) => words.map(longLived));
  return fc.array(one, { minLength: 1, maxLength: 12 });
}

const pipeline: Arbitrary<readonly Words[]> = fc.oneof(
  pipelineOf([plainSet, plainSet, plainGet]),
  pipelineOf([...casesOf(IN_PLACE), plainSet, plainSet]),
  pipelineOf([...casesOf([...SETS, ...IN_PLACE]), plainSet]),
  pipelineOf([...casesOf([...SETS, ...IN_PLACE, ...OTHERS]), plainSet, plainSet, script]),
  // While a key is watched, all writes cross to the main thread.
  fc
    .tuple(fc.constantFrom(...KEYS), pipelineOf([plainSet, plainGet]))
    .map(([key, some]) => [["WATCH", key], ...some, ["MULTI"], ["GET", key], ["EXEC"]]),
);

/**
 * No life of a second or two, which would end while the rounds are played. GT and LT compare two lives, and which of two equal ones
 * ends later depends on the millisecond.
 */
function longLived(all: Words): Words {
  const words = all.map((word) => (word === "GT" || word === "LT" ? "XX" : word));
  if (!/^p(setex|expire)$/i.test(words[0]!) && !words.includes("PX")) return words;
  return words.map((word) => (/^[12]000$/.test(word) ? `${word}000` : word));
}

/** All clients speak in each round, each about keys that no other one has. */
export function ownKeys(clients: number): Arbitrary<readonly Round[]> {
  const round = fc.array(pipeline, { minLength: clients, maxLength: clients }).map((pipelines) =>
    pipelines.map((commands, client) => ({
      client,
      commands: commands.map((words) =>
        words.map((word, i) => (i > 0 && KEYS.includes(word) ? `${word}@${client}` : word)),
      ),
    })),
  );
  return fc.array(round, { minLength: 1, maxLength: 4 });
}

/**
 * A client that watches a key hears of a change by a client of any thread. Without deletes: carrotCache's WATCH also notices one
 * of a key that has no entry.
 */
const watching: Arbitrary<readonly Words[]> = fc.constantFrom("a", "b").chain((key) => {
  const look = fc.constantFrom<Words>(["GET", key], ["EXISTS", key], ["TTL", key]);
  const change = fc.constantFrom<Words>(["SET", key, "v"], ["SETEX", key, "1000", "w"]);
  return fc.oneof(
    fc.constant([["WATCH", key]]),
    fc.constant([["MULTI"], ["GET", key], ["EXEC"]]),
    fc.array(fc.oneof(look, change), { minLength: 1, maxLength: 4 }),
  );
});

/** One client speaks in each round; all speak about the same keys. */
export function sharedKeys(clients: number): Arbitrary<readonly Round[]> {
  return fc.oneof(turns(clients, pipeline), turns(clients, watching));
}

/** Few in a run, so that one that has begun something goes on with it. */
const IN_TURN = 3;

/** One client in each round, with such a pipeline. */
export function turns(clients: number, from: Arbitrary<readonly Words[]>): Arbitrary<readonly Round[]> {
  const speakers = fc.uniqueArray(fc.nat({ max: clients - 1 }), { minLength: IN_TURN, maxLength: IN_TURN });
  return speakers.chain((some) => {
    const round = fc
      .tuple(fc.constantFrom(...some), from)
      .map(([client, commands]) => [{ client, commands }]);
    return fc.array(round, { minLength: 1, maxLength: 20, size: "max" });
  });
}

/** Lives are far longer than a run, and differ by far more. */
const SLACK_SECONDS = 100;

/** Equal, but for the time that has passed between two looks at a life. */
export function isSame(ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  const [left, right] = [ours, theirs].map((reply) => reply.split("\r\n"));
  return left!.length === right!.length && left!.every((line, i) => isSameLine(line, right![i]!));
}

function isSameLine(ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  const [left, right] = [ours, theirs].map((line) => (/^:\d+$/.test(line) ? Number(line.slice(1)) : 0));
  const least = Math.min(left!, right!);
  const unit = least > 1000 * (1000 - SLACK_SECONDS) ? 1000 : 1;
  return least > 1000 - SLACK_SECONDS && Math.abs(left! - right!) <= SLACK_SECONDS * unit;
}

type Replies = readonly (readonly (readonly string[])[])[];

/** The first command whose replies differ; undefined: none. */
export function firstDifference(
  rounds: readonly Round[],
  ours: Replies,
  theirs: Replies,
): string | undefined {
  for (const [r, round] of rounds.entries())
    for (const [s, { client, commands }] of round.entries()) {
      const [left, right] = [ours[r]![s]!, theirs[r]![s]!];
      const at = commands.findIndex((_, c) => !isSame(left[c] ?? "", right[c] ?? ""));
      if (at < 0 && left.length === right.length) continue;
      const before = rounds.slice(0, r).filter((each) => each.length === 1);
      const where = `behind ${shown(before)}\nround ${r}, client ${client}: ${shown(commands.slice(0, at + 1))}`;
      return `${where}\n  expected: ${shown(right[at])}\n  carrotCache: ${shown(left[at])}`;
    }
  return undefined;
}

/** With long runs of one letter made short. */
function shown(what: unknown): string {
  return (JSON.stringify(what) ?? "nothing").replaceAll(
    /([a-z])\1{50,}/g,
    (run) => `<${run.length} ${run[0]}>`,
  );
}
