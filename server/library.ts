/**
 * carrotCache inside a program: `import { startNode } from "carrotcache"`.
 *
 * Owns the translation from an object to what carrot.conf says with the same words; from there on it is the same
 * node, with the same clients, peers and limits. Groups may be given as functions instead of a loader's name.
 */
import { readConf } from "./conf/read-conf.ts";
import type { LoadContext, Loaded, Loader, LoaderKey, LoadManyContext } from "./loader.ts";
import { createLog } from "./log.ts";
import { type RunningServer, startServer } from "./main.ts";

export type { LoadContext, Loaded, Loader, LoaderKey, LoadManyContext };

/** The value of a directive, as carrot.conf has it: `"256mb"`, `6390`, `["host1:16390", "host2:16390"]`. */
export type DirectiveValue = string | number | readonly (string | number)[];

/** A group's directives, and its loader as functions or as in carrot.conf (`loader: ["http", "http://..."]`). */
export interface GroupOptions extends Partial<Loader> {
  readonly [directive: string]: DirectiveValue | Loader["load"] | Loader["loadMany"] | Loader["close"];
}

export interface NodeStartOptions {
  /** A conf file; what is given here wins over it. */
  readonly conf?: string;
  /** The directives of carrot.conf by their names, such as `{ port: 0, maxmemory: "64mb" }`. */
  readonly directives?: Readonly<Record<string, DirectiveValue>>;
  /** Groups by name. */
  readonly groups?: Readonly<Record<string, GroupOptions>>;
}

/** A node inside this program. */
export interface CarrotNode {
  /** The port for clients; with `port: 0` the one that was free. */
  readonly port: number;
  /** 0 when HTTP is off. */
  readonly httpPort: number;
  /** The node's id in the ring: its peer address. */
  readonly id: string;
  /** The value, loaded if need be; null when the origin has none. Rejects with the loader's error. */
  get(key: string | Uint8Array): Promise<Buffer | null>;
  /** Deletes entries in the whole cluster; resolves to how many there were. */
  delete(...keys: (string | Uint8Array)[]): Promise<number>;
  /** Answers what has been read, then stops. */
  close(): Promise<void>;
}

/**
 * Starts a node in this program. Rejects with the same errors as the command line shows. Logs warnings only, unless
 * `loglevel` says otherwise.
 */
export async function startNode(options: NodeStartOptions = {}): Promise<CarrotNode> {
  const groups = Object.entries(options.groups ?? {});
  const conf = readConf({
    file: options.conf,
    overrides: [
      ...Object.entries(options.directives ?? {}).flatMap(([name, value]) => [`--${name}`, ...words(value)]),
      ...groups.flatMap(([name, group]) => groupWords(name, group)),
    ],
  });
  const functions = groups.filter(([, group]) => group.load !== undefined);
  const loaders = new Map(functions.map(([name, group]) => [name, loaderOf(group)]));
  const quiet = options.directives?.loglevel === undefined && options.conf === undefined;
  const log = createLog(quiet ? "warning" : conf.loglevel, conf.logfile);
  return facade(await startServer(conf, { loaders, log }));
}

function words(value: DirectiveValue): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** The same words as `--group scores ttl 10m` on the command line; a loader of functions is `none` to the conf. */
function groupWords(name: string, group: GroupOptions): string[] {
  const directives = Object.entries(group).filter(([, value]) => typeof value !== "function");
  const said = directives.map(([directive, value]) => [directive, ...words(value as DirectiveValue)]);
  if (group.load !== undefined) said.push(["loader", "none"]);
  return said.flatMap((line) => ["--group", name, ...line]);
}

function loaderOf(group: GroupOptions): Loader {
  const { load, loadMany, close } = group;
  return { load: load!, ...(loadMany && { loadMany }), ...(close && { close }) };
}

function facade({ node, port, httpPort, close }: RunningServer): CarrotNode {
  return {
    port,
    httpPort,
    id: node.membership.self,
    get: async (key) => {
      const outcome = await node.get(bytes(key));
      if (outcome.kind === "error") throw new Error(outcome.text);
      if (outcome.kind === "absent") return null;
      const { value } = outcome;
      return Buffer.isBuffer(value) ? value : Buffer.from(value);
    },
    delete: (...keys) => node.coherence.remove(keys.map(bytes)),
    close,
  };
}

function bytes(key: string | Uint8Array): Buffer {
  return Buffer.from(key as string);
}
