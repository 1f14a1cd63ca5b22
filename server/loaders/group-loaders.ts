/**
 * The loaders of all groups of a conf, made and closed together.
 *
 * Invariant: either every group has its loader, or none is left open.
 */
import type { NodeConf } from "../conf/conf.ts";
import { createLoader } from "./factory.ts";
import type { Loader } from "./loader.ts";

/**
 * Makes the loader of every group, by the group's name; `given` loaders take the place of the conf's. Rejects with the
 * error of the first loader that cannot be made.
 */
export async function createLoaders(
  conf: NodeConf,
  given: ReadonlyMap<string, Loader> = new Map(),
): Promise<Map<string, Loader>> {
  const loaders = new Map<string, Loader>();
  try {
    for (const group of conf.groups) {
      loaders.set(group.name, given.get(group.name) ?? (await createLoader(group.loader, group)));
    }
  } catch (error) {
    await closeLoaders(loaders);
    throw error;
  }
  return loaders;
}

export async function closeLoaders(loaders: ReadonlyMap<string, Loader>): Promise<void> {
  await Promise.all([...loaders.values()].map((loader) => loader.close?.()));
}

/** Makes every loader and closes it again; rejects with the error of the first loader that cannot be made. */
export async function checkLoaders(conf: NodeConf): Promise<void> {
  await closeLoaders(await createLoaders(conf));
}
