/**
 * A loader made of functions that a program gives beside a group's directives.
 *
 * Tells functions from directives: `load`, `loadMany`, `start` and `close` are functions, all other names are directives.
 * Invariant: a mistake, such as a misspelt function, is an error at the start that names it.
 */
import { groupError } from "../conf/object-statements.ts";
import type { Loader } from "./loader.ts";

const FUNCTIONS = ["load", "loadMany", "start", "close"] as const;

/**
 * The loader in `given`, or undefined when it has none; the loader's methods keep `given` as their `this`. Throws a
 * ConfError when the functions do not make a loader, or when there is a loader directive as well.
 */
export function functionLoaderOf(group: string, given: Readonly<Partial<Loader>>): Loader | undefined {
  const { load, loadMany, start, close } = given;
  for (const name of FUNCTIONS) {
    if (given[name] !== undefined && typeof given[name] !== "function")
      throw groupError(group, `${name}: expected a function`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function" && !isLoaderFunction(name))
      throw groupError(group, `unknown function "${name}", expected load, loadMany, start or close`);
  }
  if (load === undefined) {
    if (loadMany ?? start ?? close)
      throw groupError(group, "loadMany, start and close need a load beside them");
    return undefined;
  }
  if ("loader" in given && given.loader !== undefined)
    throw groupError(group, "has a load function and a loader directive, expected one of them");
  return {
    load: load.bind(given),
    ...(loadMany && { loadMany: loadMany.bind(given) }),
    ...(start && { start: start.bind(given) }),
    ...(close && { close: close.bind(given) }),
  };
}

/** `given` without its functions. */
export function withoutFunctions<Given extends Partial<Loader>>(given: Given): Omit<Given, keyof Loader> {
  const { load, loadMany, start, close, ...directives } = given;
  return directives;
}

function isLoaderFunction(name: string): boolean {
  return FUNCTIONS.some((known) => known === name);
}
