/**
 * What V8 has compiled, kept on disk for the next start, where Node can do that (22.8 and later).
 *
 * Owns the place: a directory that only this user writes to, because who writes there decides what the next start runs.
 * Node's own default is among the temporary files, where anybody may come first. Keeps: a start never fails because of it,
 * and says nothing of it. Node reads what is imported later, and writes when the process ends.
 */
import nodeModule from "node:module";
import { homedir } from "node:os";
import path from "node:path";

/** Missing in older Nodes. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE go before what it is given. */
type EnableCompileCache = (directory: string) => unknown;

/** Uses a cache from now on, if there can be one. */
export function useCompileCache(directory: string | undefined): void {
  const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: EnableCompileCache };
  if (directory !== undefined) enableCompileCache?.(directory);
}

/** As the XDG Base Directory Specification has it; undefined for a user without a home. */
export function compileCacheDirectory({ XDG_CACHE_HOME = "" }: NodeJS.ProcessEnv): string | undefined {
  try {
    const caches = path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(homedir(), ".cache");
    return path.join(caches, "carrotcache");
  } catch {
    // The system knows no such user.
    return undefined;
  }
}
