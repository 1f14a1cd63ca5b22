/**
 * From a conf's `group NAME loader KIND ARGS` to the loader.
 *
 * Owns the table of kinds: a new kind of loader is one entry in it. Invariant: a mistake in the conf shows here, at the
 * start, as a LoaderConfError that names its line. An origin that is down is no mistake: it may be up when the first key
 * is loaded.
 */
import { resolve } from "node:path";
import type { World } from "../../cluster/world.ts";
import type { LoaderConf } from "../conf/loader-conf.ts";
import { LoaderConfError } from "./errors.ts";
import type { LoaderLimits } from "./http-loader.ts";
import { messageOf, oneLine } from "./load-error-texts.ts";
import type { Loader } from "./loader.ts";
import { importLoader } from "./module-loader.ts";
import { NONE_LOADER } from "./none-loader.ts";
import { UrlTemplate } from "./url-template.ts";

interface Terms {
  readonly conf: LoaderConf;
  readonly limits: LoaderLimits;
  readonly world: Pick<World, "after" | "quietlyAfter" | "soon">;
}

interface Kind {
  /** How the arguments are written, for the message about their number. */
  readonly usage: string;
  readonly arity: number;
  make(args: readonly string[], terms: Terms): Loader | Promise<Loader>;
}

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["module", { usage: "module PATH", arity: 1, make: makeModule }],
  ["http", { usage: "http URL", arity: 1, make: makeHttp }],
  ["none", { usage: "none", arity: 0, make: () => NONE_LOADER }],
]);

/** Rejects with LoaderConfError only. */
export async function createLoader(
  conf: LoaderConf,
  limits: LoaderLimits,
  world: Terms["world"],
): Promise<Loader> {
  const fail = (text: string): LoaderConfError => new LoaderConfError(`${conf.where}: loader: ${text}`);
  const kind = KINDS.get(conf.kind);
  if (!kind) throw fail(`expected ${listed([...KINDS.keys()])}, got ${quoted(conf.kind)}`);
  if (conf.args.length !== kind.arity)
    throw fail(`expected "${kind.usage}", got ${conf.args.length} arguments`);
  try {
    return await kind.make(conf.args, { conf, limits, world });
  } catch (thrown) {
    throw fail(thrown instanceof Error ? thrown.message : messageOf(thrown));
  }
}

function makeModule([path]: readonly string[], { conf, limits, world }: Terms): Promise<Loader> {
  return importLoader(resolve(conf.directory, path!), { timeoutMs: limits.loaderTimeoutMs, world });
}

/** Imports the HTTP loader, and with it undici, only here: undici takes as long to import as all the rest of a node. */
async function makeHttp([url]: readonly string[], { limits, world }: Terms): Promise<Loader> {
  const template = httpTemplate(url!);
  const { HttpLoader } = await import("./http-loader.ts");
  return new HttpLoader(template, limits, world);
}

function httpTemplate(url: string): UrlTemplate {
  try {
    return new UrlTemplate(url);
  } catch (thrown) {
    throw new Error(
      `expected a URL such as http://host/items/{key}, got ${quoted(url)}: ${(thrown as Error).message}`,
    );
  }
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function quoted(text: string): string {
  return JSON.stringify(oneLine(text));
}
