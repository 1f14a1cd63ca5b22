/**
 * The clients of one thread: accepts connections, numbers them, knows them all, and closes them.
 *
 * Invariants: no client beyond `maxclients` is let in, nor one from another machine while there is no password: it gets
 * Redis' text and is closed. A client that is idle or stuck for too long is closed. Knows no command.
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Timer, World } from "../../cluster/world.ts";
import { CommandReader } from "../../proto/command-reader.ts";
import { errors } from "../../proto/error-texts.ts";
import { isLocalPeer } from "../conf/addresses.ts";
import type { NodeConf } from "../conf/conf.ts";
import { type ConnectionFigures, zeroConnectionFigures } from "../counters/worker-figures.ts";
import { claimPort } from "../machine/reuse-port.ts";
import { Connection } from "./connection.ts";
import type { ConnectionHost } from "./connection-host.ts";
import type { Passwords } from "./passwords.ts";
import type { SharedCounts } from "./shared-counts.ts";
import { readIntoSharedBuffer } from "./shared-read-buffer.ts";
import { bytesWrittenTo } from "./socket-writer.ts";
import { listenOnPath, noteUnixPath } from "./unix-socket.ts";

export interface ClientsOptions {
  /** The main thread is 1. */
  readonly thread: number;
  /** The counts of all threads of this node. */
  readonly counts: SharedCounts;
  /** Several threads listen on one port. */
  readonly sharesPort: boolean;
  /** Read at each use, because CONFIG SET changes it in place. */
  readonly conf: Pick<
    NodeConf,
    "maxClients" | "timeoutMs" | "shutdownTimeoutMs" | "protectedMode" | "requirePass" | "keepAliveMs"
  >;
  /** Clients that there are descriptors for. */
  readonly room: number;
  readonly world: Pick<World, "soon" | "after" | "quietlyEvery">;
  /** Told of a connection that was not let in, and why. */
  refused(socket: Socket, why: string): void;
  /** Told once that a client is no longer connected, or has left. */
  gone(connection: Connection): void;
  /** What every connection is given; `left` and `closed` are added here. */
  readonly host: Omit<ConnectionHost<Connection>, "left" | "closed">;
}

/** Time between two looks for idle and stuck clients. */
const SWEEP_MS = 1000;
const COUNTED_AS = {
  "half a command": "stallCloses",
  "replies not read": "stallCloses",
  "soft output limit reached": "outputLimitCloses",
} as const;
/** Connections that wait to be accepted. The kernel caps it at net.core.somaxconn. */
const BACKLOG = 4096;

export class Clients {
  readonly #figures = zeroConnectionFigures();
  readonly #options: ClientsOptions;
  readonly #connections = new Map<number, Connection>();
  /** Those with their last reply, whose sockets are still there. */
  readonly #left = new Set<Connection>();
  readonly #servers: Server[] = [];
  readonly #host: ConnectionHost<Connection>;
  readonly #sweeper: Timer;
  #closing = false;
  #allGone: (() => void) | undefined;

  constructor(options: ClientsOptions) {
    this.#options = options;
    this.#host = {
      ...options.host,
      left: (connection) => {
        this.#left.add(connection);
        options.gone(connection);
      },
      closed: (connection) => this.#closed(connection),
    };
    this.#sweeper = options.world.quietlyEvery(SWEEP_MS, () => this.sweep());
  }

  /** The connections and their bytes; those of clients that have gone are counted. */
  get figures(): ConnectionFigures {
    const sum = { ...this.#figures };
    for (const { socket } of this.#connections.values()) addTraffic(sum, socket);
    return sum;
  }

  /** Sets the figures back to zero. */
  resetFigures(): void {
    Object.assign(this.#figures, zeroConnectionFigures());
    for (const { socket } of this.#connections.values()) addTraffic(this.#figures, socket, -1);
  }

  get size(): number {
    return this.#connections.size;
  }

  /** What a password is checked against, here and over HTTP. */
  get passwords(): Passwords {
    return this.#host.passwords;
  }

  /** `maxclients`, or as many as there are descriptors for. */
  get max(): number {
    return Math.min(this.#options.conf.maxClients, this.#options.room);
  }

  /** Those that have not left. */
  *all(): IterableIterator<Connection> {
    for (const connection of this.#connections.values()) if (!this.#left.has(connection)) yield connection;
  }

  /** Undefined: there is no such client, or it has left. */
  get(id: number): Connection | undefined {
    const connection = this.#connections.get(id);
    return connection && this.#left.has(connection) ? undefined : connection;
  }

  /** Listens on every host with one port; 0 takes a free one for the first host and the same for the others. */
  async listen(hosts: readonly string[], port: number): Promise<number> {
    let bound = port;
    for (const host of hosts) bound = await this.#listen(host, bound);
    return bound;
  }

  /** Lets clients in by a unix socket. Only the main thread does. */
  async listenOnPath(path: string, permissions: number): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.accept(socket, path));
    this.#servers.push(server);
    await listenOnPath(server, path, permissions, BACKLOG);
    server.on("error", () => {});
  }

  async #listen(host: string, port: number): Promise<number> {
    const { sharesPort, thread } = this.#options;
    if (sharesPort && thread === 1 && port !== 0) await claimPort(host, port);
    const server = createServer({ allowHalfOpen: true }, (socket) => this.accept(socket));
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog: BACKLOG, ...(sharesPort && { reusePort: true }) }, () => {
        server.off("error", reject);
        // What accept(2) reports after that (a client gone already, no descriptors left) concerns that client only.
        server.on("error", () => {});
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  /** Lets a client in that has just connected, by TCP or by this path, or says why not and closes. */
  accept(accepted: Socket, path?: string): void {
    const { counts, thread, conf } = this.#options;
    this.#figures.connectionsReceived++;
    noteUnixPath(accepted, path);
    if (this.#closing) refuse(accepted, errors.shuttingDown);
    else if (path === undefined && isExcluded(accepted.remoteAddress, conf))
      this.#reject(accepted, errors.protectedMode, "protected mode");
    else if (!counts.enter(thread, this.max)) this.#reject(accepted, errors.maxClients, "maxclients");
    else {
      const socket = readIntoSharedBuffer(accepted);
      noteUnixPath(socket, path);
      // libuv's probes are a second apart, and the tenth without an answer is the last.
      if (conf.keepAliveMs > 0) socket.setKeepAlive(true, conf.keepAliveMs);
      const connection = new Connection(counts.nextId(), socket, this.#host);
      this.#connections.set(connection.id, connection);
    }
  }

  /** A connection was not let in, here or over HTTP. */
  countRejected(): void {
    this.#figures.connectionsRejected++;
  }

  #reject(socket: Socket, text: string, why: string): void {
    this.countRejected();
    this.#options.refused(socket, why);
    refuse(socket, text);
  }

  #closed(connection: Connection): void {
    if (this.#connections.delete(connection.id)) {
      addTraffic(this.#figures, connection.socket);
      this.#options.counts.leave(this.#options.thread);
      if (!this.#left.delete(connection)) this.#options.gone(connection);
    }
    if (this.#connections.size === 0) this.#allGone?.();
  }

  /** To be called about once a second. */
  sweep(): void {
    this.closeIdle();
    this.#host.output.rest();
    CommandReader.rest();
    const { clock, conf } = this.#host;
    const now = clock();
    for (const connection of this.#connections.values()) {
      const verdict = connection.stallCheck.look(connection, now, conf);
      if (verdict !== undefined) connection.drop(verdict, COUNTED_AS[verdict]);
    }
  }

  /** Closes each client that has neither sent nor taken a byte for `timeout`; a client that waits for something is not idle. */
  closeIdle(): void {
    const { timeoutMs } = this.#options.conf;
    if (timeoutMs === 0) return;
    const since = this.#host.clock() - timeoutMs;
    for (const connection of this.#connections.values()) {
      const { session, socket } = connection;
      const waits = connection.outgoing.replies > 0 || session.isSubscribed || session.isMonitor;
      if (connection.lastActiveMs >= since || waits) continue;
      if (!socket.destroyed) this.#host.counters.idleCloses++;
      socket.destroy();
    }
  }

  /**
   * Accepts the connections that wait in the kernel, which would reset them when the port is closed; then closes the port.
   */
  async stopListening(): Promise<void> {
    await this.#turn();
    const figures = this.#figures;
    for (let turns = 0, before = -1; turns < BACKLOG && figures.connectionsReceived !== before; turns++) {
      before = figures.connectionsReceived;
      await this.#turn();
    }
    this.#closing = true;
    for (const server of this.#servers) server.close();
  }

  /**
   * Stops listening, answers what has arrived, and resolves when the last client is gone. A client that does not read is
   * cut off after `shutdown-timeout`.
   */
  async close(): Promise<void> {
    if (!this.#closing) await this.stopListening();
    this.#sweeper.cancel();
    const gone = new Promise<void>((resolve) => (this.#allGone = resolve));
    for (const connection of this.#connections.values()) connection.closeAfterInput();
    if (this.#connections.size === 0) return;
    const { conf, world } = this.#options;
    const cutOff = world.after(conf.shutdownTimeoutMs, () => this.#cutOff());
    await gone;
    cutOff.cancel();
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#options.world.soon(resolve));
  }

  #cutOff(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }
}

/** Whether protected mode keeps a client with this address out: one that is not on this machine. */
export function isExcluded(
  address: string | undefined,
  { protectedMode, requirePass }: Pick<NodeConf, "protectedMode" | "requirePass">,
): boolean {
  return protectedMode && requirePass === "" && !isLocalPeer(address);
}

/** The socket counts its bytes; so no read and no write has to. Bytes that the kernel has not taken do not count. */
function addTraffic(sum: ConnectionFigures, socket: Socket, sign: 1 | -1 = 1): void {
  const { bytesRead, writableLength, destroyed } = socket;
  sum.netInputBytes += sign * bytesRead;
  sum.netOutputBytes += sign * (bytesWrittenTo(socket) - (destroyed ? 0 : writableLength));
}

function refuse(socket: Socket, text: string): void {
  socket.on("error", () => {});
  socket.end(`-${text}\r\n`, () => socket.destroy());
}
