/**
 * Declares a test that compares generated streams.
 */
import { THREADS } from "../e2e/threads/rig.ts";
import { program, testWith } from "../needs.ts";
import { describe, explore } from "./explore.ts";
import { startSides } from "./sides.ts";

/** The streams are the same each time; `npm run differential` looks at new ones. */
const SEED = Number(process.env.SEED ?? 239859656);

export function testStreams(title: string, count: number, threads = 1): void {
  const needs = threads === 1 ? [] : [THREADS];
  testWith(program("redis-server"), ...needs).serial(title, async (t) => {
    t.log(`SEED=${SEED}`);
    const { streams, commands, found } = await explore(await startSides(t, threads), SEED, count);
    t.log(`${streams} streams of ${commands} commands`);
    t.is(found && describe(found), undefined);
    t.is(streams, count);
  });
}
