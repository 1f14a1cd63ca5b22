/**
 * Turns a conf into a running server: opens the loaders, the log, the node and HTTP, and hands in the real world.
 *
 * Invariant: a mistake that shows only now (a loader that cannot be imported, a port in use) is reported with the line of
 * the conf that asked for it, before anything answers.
 */
import type { Outcome } from "../cluster/outcome.ts";
import { QuietLog } from "../cluster/quiet-log.ts";
import type { World } from "../cluster/world.ts";
import { clientRoom } from "./clients/client-room.ts";
import { isExcluded } from "./clients/clients.ts";
import { clientHosts } from "./conf/client-hosts.ts";
import type { NodeConf } from "./conf/conf.ts";
import { directiveError } from "./conf/conf-error.ts";
import { warningsOf } from "./conf/conf-warnings.ts";
import { checkMemory } from "./conf/memory-rules.ts";
import type { HttpServer } from "./http/http-port.ts";
import { createLoaders } from "./loaders/group-loaders.ts";
import { failuresOf } from "./loaders/load-failures.ts";
import type { Loader } from "./loaders/loader.ts";
import { monotonicClock } from "./machine/clock.ts";
import { createLog, type Log, logsWritten } from "./machine/log.ts";
import { isOutOfMemory, memoryHere, noMemoryText } from "./machine/memory.ts";
import { threadCount } from "./machine/thread-count.ts";
import { realWorld } from "./machine/world.ts";
import { Node } from "./node.ts";
import { storedKey } from "./store/database-key.ts";

export interface StartOptions {
  /** Loaders that take the place of the conf's, by group name. */
  readonly loaders?: ReadonlyMap<string, Loader>;
  readonly log?: Log;
  /** Called when a client says SHUTDOWN. By default the server closes. */
  readonly onShutdown?: () => void;
}

/** A server that answers. */
export interface RunningServer {
  readonly node: Node;
  readonly port: number;
  /** 0 when HTTP is off. */
  readonly httpPort: number;
  readonly log: Log;
  /** Answers what clients have sent, then stops everything. A second call waits for the same end. */
  close(): Promise<void>;
}

/**
 * Starts a server. Rejects with a ConfError that names directive and line, or with the system's error. After a rejection
 * nothing is left running.
 */
export async function startServer(conf: NodeConf, options: StartOptions = {}): Promise<RunningServer> {
  checkMemory(conf, memoryHere());
  const log = options.log ?? openLog(conf);
  const world = realWorld(monotonicClock());
  const failures = failuresOf(conf, log, world.clock);
  const loaders = await createLoaders(conf, { failures, world }, options.loaders);
  const server: { close?: () => Promise<void> } = {};
  const node = await Node.start({
    conf,
    loaders,
    failures,
    log,
    threads: usableThreads(conf, log),
    world,
    onShutdown: options.onShutdown ?? (() => void server.close?.()),
  }).catch((error: Error) => {
    throw withPlace(error, conf);
  });
  const http = await openHttp(node, world).catch(async (error: Error) => {
    await node.close();
    throw withPlace(error, conf);
  });
  for (const line of warnings(node)) log.warn(line);
  server.close = async () => {
    await Promise.all([http?.close(), node.close()]);
    await logsWritten();
  };
  return { node, port: node.port, httpPort: http?.port ?? 0, log, close: server.close };
}

function openLog(conf: NodeConf): Log {
  try {
    return createLog(conf.loglevel, conf.logfile, conf.logFormat);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "no such directory",
      ENOTDIR: "no such directory",
      EACCES: "permission denied",
      EISDIR: "it is a directory",
      EROFS: "the file system is read-only",
      ENOSPC: "the disk is full",
      ENXIO: "nobody reads this pipe",
    };
    throw directiveError(conf, "logfile", `cannot be written: ${reasons[code ?? ""] ?? message}`);
  }
}

/** Lines for the log about what an operator may not expect of this conf on this machine. */
function warnings({ conf, clients }: Node): string[] {
  const lines = warningsOf(conf);
  if (clients.max < conf.maxClients) {
    const why = "the limit of open files (ulimit -n) leaves no room for more";
    lines.push(`maxclients is ${clients.max} instead of ${conf.maxClients}: ${why}`);
  }
  return lines;
}

/** As many threads as the conf asks for; or one, and a line in the log that says why. */
function usableThreads(conf: NodeConf, log: Log): number {
  const { threads, why } = threadCount(conf.threads, { hasPort: clientHosts(conf).length > 0 });
  if (why !== undefined) log.warn(why);
  return threads;
}

/** The line that says what runs: addresses, groups, members, threads. */
export function readyLine({ node, httpPort }: RunningServer): string {
  const { conf, report } = node;
  const { membership } = node.cache;
  const addresses = clientHosts(conf).map(
    (host) => `${host.includes(":") ? `[${host}]` : host}:${node.port}`,
  );
  if (conf.unixSocket !== "") addresses.push(conf.unixSocket);
  const members = membership.members.length;
  return [
    `carrotCache is ready on ${addresses.join(", ")}`,
    `groups: ${conf.groups.map((group) => group.name).join(", ")}`,
    members === 1 ? "alone" : `member ${membership.self} of ${members}`,
    `threads: ${report.threads}`,
    ...(httpPort === 0 ? [] : [`http: ${httpPort}`]),
  ].join(" | ");
}

/** Imports what only HTTP needs. At the top of the file, prom-client would take a fifth of the start of every node. */
async function openHttp(node: Node, world: World): Promise<HttpServer | undefined> {
  const { conf } = node;
  if (conf.httpPort === 0) return undefined;
  const { startHttp } = await import("./http/http.ts");
  const { createMetrics } = await import("./observe/metrics.ts");
  const quiet = new QuietLog(node.log, world.clock);
  return startHttp({
    hosts: conf.bind,
    port: conf.httpPort,
    room: clientRoom(conf, node.report.threads).http,
    world,
    passwords: node.clients.passwords,
    isExcluded: (address) => isExcluded(address, conf),
    get maxKeyBytes() {
      return conf.maxKeyBytes;
    },
    get: async (key: Buffer): Promise<Outcome> => node.cache.get(storedKey(0, key)),
    healthy: () => !node.closing,
    metrics: createMetrics(node.report),
    refused: (address) => {
      node.clients.countRejected();
      quiet.warn("http", `refused ${address ?? "?"} over HTTP: there is no room for more connections`);
    },
    onError: (error) => node.log.error({ err: error }, "an HTTP request broke an invariant"),
  });
}

/** Adds to an error of the operating system about memory or a port what the operator can do about it, and where. */
function withPlace(
  error: NodeJS.ErrnoException & { port?: number; address?: string },
  conf: NodeConf,
): Error {
  if (isOutOfMemory(error)) return directiveError(conf, "maxmemory", noMemoryText());
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    const host = error.address ?? (error as { hostname?: string }).hostname;
    return directiveError(conf, "bind", `${host} is not an address of this machine`);
  }
  if (conf.unixSocket !== "" && error.path === conf.unixSocket)
    return directiveError(conf, "unixsocket", error.message);
  const why = { EADDRINUSE: "is in use", EACCES: "may not be used" };
  const text = why[error.code as keyof typeof why];
  if (text === undefined || error.port === undefined) return error;
  const ports = { port: conf.port, "peer-port": conf.peerPort, "http-port": conf.httpPort };
  const name = Object.entries(ports).find(([, port]) => port === error.port)?.[0] ?? "port";
  return directiveError(conf, name, `${error.address}:${error.port} ${text}`);
}
