/**
 * Loads through an ES module that the user wrote.
 *
 * Invariant: the loader has a `load` function, and `loadMany` and `close` are functions where it has them; run-load.ts
 * checks the rest at each load. The module runs in this process with all its rights. That is why only the conf can name
 * it, and why a file that everybody may write to is refused.
 */
import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { oneLine } from "./load-error-texts.ts";
import type { Loader } from "./loader.ts";

/** Throws an Error whose message names `path` and says why it is no loader. */
export async function importLoader(path: string): Promise<Loader> {
  await checkFile(path);
  const loader = loaderIn(await importModule(path));
  if (typeof loader?.load !== "function") throw new Error(`${path} exports no load function`);
  for (const name of ["loadMany", "close"] as const) {
    const member: unknown = loader[name];
    if (member !== undefined && typeof member !== "function")
      throw new Error(`${path}: ${name} is not a function`);
  }
  return loader as Loader;
}

async function checkFile(path: string): Promise<void> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === "ENOENT" ? `${path} not found` : `cannot read ${path}: ${error.code}`);
  });
  if (!file.isFile()) throw new Error(`${path} is not a file`);
  if (process.platform !== "win32" && file.mode & 0o002) throw new Error(`${path} is writable by everybody`);
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (thrown) {
    const message = oneLine(thrown instanceof Error ? thrown.message : String(thrown));
    if (!(thrown instanceof SyntaxError)) throw new Error(`cannot import ${path}: ${message}`);
    // Node does not tell the place of a syntax error.
    throw new Error(`cannot import ${path}: syntax error: ${message} (node --check shows where)`);
  }
}

/** Named exports come first. A default export is a load function, or a loader object whose methods need their `this`. */
function loaderIn(module: Record<string, unknown>): Partial<Record<keyof Loader, unknown>> | undefined {
  if (module.load !== undefined) return pick(module);
  const { default: exported } = module;
  if (typeof exported === "function") return { ...pick(module), load: exported };
  return typeof exported === "object" && exported !== null ? exported : undefined;
}

function pick({ load, loadMany, close }: Record<string, unknown>): Partial<Record<keyof Loader, unknown>> {
  return { load, ...(loadMany === undefined ? {} : { loadMany }), ...(close === undefined ? {} : { close }) };
}
