/**
 * The loaders of all groups of a conf, made and closed together.
 *
 * Invariant: either every group has its loader, or none is left open. A loader that the conf names runs in its group's
 * scope; one that a program hands in is part of the program, and so are the errors that escape it.
 */
import type { World } from "../../cluster/world.ts";
import type { NodeConf } from "../conf/conf.ts";
import { monotonicClock } from "../machine/clock.ts";
import { createLog } from "../machine/log.ts";
import { realWorld } from "../machine/world.ts";
import { createLoader } from "./factory.ts";
import { failuresOf, type LoadFailures } from "./load-failures.ts";
import type { Loader } from "./loader.ts";
import { type LoaderScope, runIn, scoped } from "./loader-scope.ts";
import { NONE_LOADER } from "./none-loader.ts";

export interface LoaderHost {
  /** By the group's name; every group has one. */
  readonly failures: ReadonlyMap<string, LoadFailures>;
  readonly world: Pick<World, "after" | "quietlyAfter" | "soon">;
}

/**
 * Makes the loader of every group, by the group's name; `given` loaders take the place of the conf's. Rejects with the
 * error of the first loader that cannot be made.
 */
export async function createLoaders(
  conf: NodeConf,
  { failures, world }: LoaderHost,
  given: ReadonlyMap<string, Loader> = new Map(),
): Promise<Map<string, Loader>> {
  const loaders = new Map<string, Loader>();
  try {
    for (const group of conf.groups) {
      const scope = failures.get(group.name)!;
      const make = () => runIn(scope, createLoader, group.loader, group, world);
      loaders.set(group.name, given.get(group.name) ?? inScope(await make(), scope));
    }
  } catch (error) {
    await closeLoaders(loaders);
    throw error;
  }
  return loaders;
}

/** The loader `none` is known by its identity, and runs no foreign code. */
function inScope(loader: Loader, scope: LoaderScope): Loader {
  return loader === NONE_LOADER ? loader : scoped(loader, scope);
}

/** Closes every loader, whatever the others do; then rejects with the first error. */
export async function closeLoaders(loaders: ReadonlyMap<string, Loader>): Promise<void> {
  const closings = Array.from(loaders.values(), async (loader) => loader.close?.());
  const failed = (await Promise.allSettled(closings)).find(({ status }) => status === "rejected");
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
}

/** Makes every loader and closes it again; rejects with the error of the first loader that cannot be made. */
export async function checkLoaders(conf: NodeConf): Promise<void> {
  const world = realWorld(monotonicClock());
  const failures = failuresOf(conf, createLog("warning", "", conf.logFormat), world.clock);
  await closeLoaders(await createLoaders(conf, { failures, world }));
}
