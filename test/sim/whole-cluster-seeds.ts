/**
 * One test of whole members, tried with a few seeds. A seed that fails is printed; `SEED=17` runs that one alone,
 * `SEEDS=1000` runs more of them.
 */
import test, { type ExecutionContext } from "ava";
import { WholeCluster, type WholeOptions } from "./whole-cluster.ts";

export const FIRST_SEED = Number(process.env.SEED ?? 1);

/** `seeds`: how many there are without SEED and SEEDS. */
export function testWithSeeds(
  seeds: number,
  name: string,
  run: (t: ExecutionContext, cluster: WholeCluster) => Promise<void>,
  options: Omit<WholeOptions, "seed"> = {},
): void {
  const last = process.env.SEED === undefined ? Number(process.env.SEEDS ?? seeds) : FIRST_SEED;
  test(name, async (t) => {
    for (let seed = FIRST_SEED; seed <= last; seed++) {
      const cluster = await WholeCluster.start({ ...options, seed });
      const tried = await t.try(run, cluster);
      if (!tried.passed) t.log(`SEED=${seed}`);
      tried.commit();
      if (!tried.passed) return;
      await cluster.stop();
    }
  });
}
