/**
 * carrotCache inside a program: `import { startNode } from "carrotcache"`.
 *
 * Owns what the package exports. The words are those of carrot.conf, and a loader may be a function; from there on
 * it is the same node as the command starts, with the same clients, peers and limits. All it does to the process is
 * listen on its ports: no signal handlers, no exit.
 */
import { CarrotNode, type Key, LoadError } from "./carrot-node.ts";
import { ConfError } from "./conf/conf-error.ts";
import {
  type GroupDirectives,
  groupStatements,
  type NodeDirectives,
  nodeStatements,
} from "./conf/object-statements.ts";
import { readConf } from "./conf/read-conf.ts";
import type { GroupFigures } from "./groups/group-figures.ts";
import { functionLoaderOf, withoutFunctions } from "./loaders/function-loader.ts";
import type { LoadContext, Loaded, Loader, LoaderKey, LoadManyContext } from "./loaders/loader.ts";
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
  LoadManyContext,
  NodeDirectives,
};
export { ConfError, LoadError };

/** A group: its directives, and its loader as functions here or as the directive `loader`, but not both. */
export interface GroupOptions extends GroupDirectives, Partial<Loader> {}

export interface StartNodeOptions {
  /** A conf file; what is given here wins over it, directive by directive. */
  readonly conf?: string | undefined;
  /** Such as `{ port: 0, maxmemory: "64mb" }`. Without a conf file, `loglevel` is `warning` unless given. */
  readonly directives?: NodeDirectives | undefined;
  /** Groups by name. */
  readonly groups?: Readonly<Record<string, GroupOptions>> | undefined;
}

/**
 * Starts a node in this program; resolves when it answers. Rejects with a ConfError that names the directive, be it
 * misspelt, a port in use or a loader that cannot be imported; then nothing is left running.
 */
export async function startNode(options: StartNodeOptions = {}): Promise<CarrotNode> {
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
