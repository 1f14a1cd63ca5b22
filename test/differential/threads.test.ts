/**
 * Goal: however many threads a node has, it answers as redis-server does: on any thread alone, on all at once, and when
 * one thread sees what another has just done.
 * Method: a real node with `threads 2` and `threads 4`. The streams of differential.test.ts, each on a connection of its own,
 * which the kernel gives to any thread; then rounds that many open connections play on both servers, and on a Map. RUNS=n
 * plays more, SEED=n replays.
 */

import type { ExecutionContext } from "ava";
import fc, { type Arbitrary } from "fast-check";
import { startNodeProcess } from "../e2e/processes.ts";
import { THREADS } from "../e2e/threads/rig.ts";
import { NODE_NEW, program, testWith } from "../needs.ts";
import { RedisServer } from "../proto/redis-server.ts";
import { firstDifference, ownKeys, sharedKeys, turns } from "./rounds.ts";
import { testStreams } from "./stream-tests.ts";
import { type Round, Talkers } from "./talkers.ts";
import { modelled, modelReplies } from "./thread-model.ts";

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env.RUNS ?? 25);
/** So many that the kernel gives some to each thread. */
const CLIENTS = 24;

type Replies = Awaited<ReturnType<Talkers["play"]>>;
type Expect = (rounds: readonly Round[]) => Promise<Replies> | Replies;

async function startNode(t: ExecutionContext, threads: number): Promise<Talkers> {
  const args = ["--port", "0", "--threads", `${threads}`, "--group", "default loader none"];
  const { port } = await startNodeProcess(t, args, "", [], NODE_NEW);
  return Talkers.connect(t, { host: "127.0.0.1", port }, CLIENTS);
}

async function startRedis(t: ExecutionContext): Promise<Talkers> {
  const redis = await RedisServer.start("--databases", "1");
  t.teardown(() => redis.stop());
  return Talkers.connect(t, { path: redis.socket }, CLIENTS);
}

async function compare(
  t: ExecutionContext,
  threads: number,
  drawn: Arbitrary<readonly Round[]>,
  expect: Expect,
): Promise<void> {
  const ours = await startNode(t, threads);
  let isBroken = false;
  let difference: string | undefined;
  const property = fc.asyncProperty(drawn, async (rounds) => {
    // A wait in vain takes long enough once.
    if (isBroken) return true;
    const expected = await expect(rounds);
    isBroken = true;
    const got = await ours.play(rounds);
    isBroken = false;
    const found = firstDifference(rounds, got, expected);
    difference = found ?? difference;
    return found === undefined;
  });
  const { failed, errorInstance } = await fc.check(property, { seed: SEED, numRuns: RUNS });
  t.log(`SEED=${SEED}`);
  t.is(difference, undefined);
  t.is(errorInstance, null);
  t.false(failed);
}

const testBoth = testWith(THREADS, program("redis-server"));
for (const threads of [2, 4]) {
  testStreams(`replies to generated streams are those of redis-server with threads ${threads}`, 150, threads);

  const all = `with threads ${threads} clients that all speak at once are answered as redis-server answers them`;
  testBoth.serial(all, async (t) => {
    const redis = await startRedis(t);
    await compare(t, threads, ownKeys(CLIENTS), (rounds) => redis.play(rounds));
  });

  testBoth.serial(
    `with threads ${threads} a client sees what a client of another thread has done, as with redis-server`,
    async (t) => {
      const redis = await startRedis(t);
      await compare(t, threads, sharedKeys(CLIENTS), (rounds) => redis.play(rounds));
    },
  );

  testWith(THREADS).serial(`with threads ${threads} clients in turn see one Map of keys`, async (t) => {
    await compare(t, threads, turns(CLIENTS, modelled), modelReplies);
  });
}
