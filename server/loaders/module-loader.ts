/**
 * Loads through an ES module that the user wrote.
 *
 * Invariant: the loader has a `load` function, and every other name of a loader is a function where it has it; run-load.ts
 * checks the rest at each load. The module runs in this process with all its rights. That is why only the conf can name
 * it, and why a file that everybody may write to is refused.
 */
import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { World } from "../../cluster/world.ts";
import { describeCause } from "./describe-cause.ts";
import type { Loader } from "./loader.ts";
import { refuseExit } from "./refuse-exit.ts";

/** How long the import may take. */
export interface ImportTerms {
  readonly timeoutMs: number;
  readonly world: Pick<World, "after">;
}

/** Throws an Error whose message names `path` and says why it is no loader. */
export async function importLoader(path: string, terms: ImportTerms): Promise<Loader> {
  await checkFile(path);
  refuseExit();
  const loader = loaderIn(await importModule(path, terms));
  if (typeof loader?.load !== "function") throw new Error(`${path} exports no load function`);
  for (const name of OPTIONAL) {
    const member: unknown = loader[name];
    if (member !== undefined && typeof member !== "function")
      throw new Error(`${path}: ${name} is not a function`);
  }
  return loader as Loader;
}

const OPTIONAL = ["start", "loadMany", "close"] as const;

async function checkFile(path: string): Promise<void> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === "ENOENT" ? `${path} not found` : `cannot read ${path}: ${error.code}`);
  });
  if (!file.isFile()) throw new Error(`${path} is not a file`);
  if (process.platform !== "win32" && file.mode & 0o002) throw new Error(`${path} is writable by everybody`);
}

/** The timer also keeps the process alive: without it, an await that waits for nothing would end it without a word. */
function importModule(path: string, { timeoutMs, world }: ImportTerms): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const tooLate = `cannot import ${path}: it has not finished after ${timeoutMs} ms (loader-timeout); does an await in it never end?`;
    const timer = world.after(timeoutMs, () => reject(new Error(tooLate)));
    import(pathToFileURL(path).href)
      .then(resolve, (thrown) => reject(importError(path, thrown)))
      .finally(() => timer.cancel());
  });
}

function importError(path: string, thrown: unknown): Error {
  const { cause, at } = describeCause(thrown);
  // Node does not tell the place of a syntax error.
  if (thrown instanceof SyntaxError)
    return new Error(`cannot import ${path}: syntax error: ${cause} (node --check shows where)`);
  return new Error(`cannot import ${path}: ${cause}${at === undefined ? "" : ` (at ${at})`}`);
}

/** Named exports come first. A default export is a load function, or a loader object whose methods need their `this`. */
function loaderIn(module: Record<string, unknown>): Partial<Record<keyof Loader, unknown>> | undefined {
  if (module.load !== undefined) return pick(module);
  const { default: exported } = module;
  if (typeof exported === "function") return { ...pick(module), load: exported };
  return typeof exported === "object" && exported !== null ? exported : undefined;
}

function pick(module: Record<string, unknown>): Partial<Record<keyof Loader, unknown>> {
  const names = ["load", ...OPTIONAL].filter((name) => module[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, module[name]]));
}
