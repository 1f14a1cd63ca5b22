/**
 * carrotCache inside a program: `import { startNode } from "carrotcache"`.
 *
 * Owns what the package exports. The words are those of carrot.conf, and a loader may be a function. Everything else is
 * as in a node that the command starts: the same clients, peers and limits. A node sets no signal handlers and never
 * ends the process.
 */
import { LoadError } from "./cache/program-keys.ts";
import { CarrotNode } from "./carrot-node.ts";
import { ConfError } from "./conf/conf-error.ts";
import { checkOptions, isPlainObject, typeError } from "./conf/given-types.ts";
import {
  type GroupDirectives,
  groupError,
  groupStatements,
  type NodeDirectives,
  nodeStatements,
} from "./conf/object-statements.ts";
import { readConf } from "./conf/read-conf.ts";
import type { GroupFigures } from "./groups/group-figures.ts";
import { functionLoaderOf, withoutFunctions } from "./loaders/function-loader.ts";
import type {
  Key,
  LoadContext,
  Loaded,
  Loader,
  LoaderKey,
  LoaderLog,
  LoaderNode,
  LoadManyContext,
  StartContext,
} from "./loaders/loader.ts";
import { startServer } from "./main.ts";

export type {
  CarrotNode,
  GroupDirectives,
  GroupFigures,
  Key,
  LoadContext,
  Loaded,
  Loader,
  LoaderKey,
  LoaderLog,
  LoaderNode,
  LoadManyContext,
  NodeDirectives,
  StartContext,
};
export { ConfError, LoadError };

/** A group: its directives, and its loader, either as functions or as the directive `loader`. */
export interface GroupOptions extends GroupDirectives, Partial<Loader> {}

export interface StartNodeOptions {
  /** A conf file. Each directive and each group's directive given here wins over the file's. */
  readonly conf?: string | undefined;
  /** Such as `{ port: 0, maxmemory: "64mb" }`. Without a conf file, `loglevel` is `warning` unless given. */
  readonly directives?: NodeDirectives | undefined;
  /** Groups by name. */
  readonly groups?: Readonly<Record<string, GroupOptions>> | undefined;
}

/**
 * Starts a node in this program; resolves when the node answers. Rejects with a ConfError that names the directive at
 * fault: a misspelt one, a port in use, a loader that cannot be imported. Options of a wrong type are a TypeError. After a
 * rejection nothing is left running.
 */
export async function startNode(options: StartNodeOptions = {}): Promise<CarrotNode> {
  checkStartOptions(options);
  const { conf: file, directives = {}, groups = {} } = options;
  const cwd = process.cwd();
  const loglevel = directives.loglevel ?? (file === undefined ? "warning" : undefined);
  const statements = nodeStatements({ ...directives, loglevel }, cwd);
  const loaders = new Map<string, Loader>();
  for (const [name, group] of Object.entries(groups)) {
    const loader = functionLoaderOf(name, group);
    if (loader !== undefined) loaders.set(name, loader);
    const given = { ...withoutFunctions(group), ...(loader && { loader: "function" }) };
    statements.push(...groupStatements(name, given, cwd));
  }
  return new CarrotNode(await startServer(readConf({ file, statements, cwd }), { loaders }));
}

function checkStartOptions(options: unknown): void {
  checkOptions("startNode", options, ["conf", "directives", "groups"]);
  const { conf, directives = {}, groups = {} } = options as { [Name in keyof StartNodeOptions]: unknown };
  if (conf !== undefined && typeof conf !== "string") throw typeError("conf", "a path as text", conf);
  if (!isPlainObject(directives)) throw typeError("directives", "an object", directives);
  if (!isPlainObject(groups)) throw typeError("groups", "an object of groups by name", groups);
  for (const [name, group] of Object.entries(groups)) {
    if (!isPlainObject(group)) throw groupError(name, "expected an object of directives and functions");
  }
}
