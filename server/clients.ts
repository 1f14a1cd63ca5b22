/**
 * The clients of this node: accepts them, numbers them, knows them all, and lets them go.
 *
 * Invariant: never more than `maxclients` at a time; one more gets Redis' text and is closed. Knows nothing of what
 * they ask for.
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { errors } from "../proto/texts.ts";
import { Connection, type ConnectionHost } from "./connection.ts";

export interface ClientsOptions {
  readonly maxClients: number;
  /** Closes clients that have sent nothing for this long; 0: never. */
  readonly idleTimeoutMs: () => number;
  /** What every connection is given; `closed` is added here. */
  readonly host: Omit<ConnectionHost, "closed">;
}

/** How often idle clients are looked for. */
const SWEEP_MS = 1000;
/** The kernel caps it at net.core.somaxconn. */
const BACKLOG = 4096;

export class Clients {
  readonly counters = { received: 0, rejected: 0 };
  readonly #options: ClientsOptions;
  readonly #connections = new Map<number, Connection>();
  readonly #servers: Server[] = [];
  readonly #host: ConnectionHost;
  readonly #sweeper: NodeJS.Timeout;
  #nextId = 1;
  #closing = false;
  #allGone: (() => void) | undefined;

  constructor(options: ClientsOptions) {
    this.#options = options;
    this.#host = { ...options.host, closed: (connection) => this.#closed(connection) };
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#connections.size;
  }

  all(): IterableIterator<Connection> {
    return this.#connections.values();
  }

  /** Listens on every host with one port; 0 takes a free one for the first host and the same for the others. */
  async listen(hosts: readonly string[], port: number): Promise<number> {
    let bound = port;
    for (const host of hosts) bound = await this.#listen(host, bound);
    return bound;
  }

  #listen(host: string, port: number): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog: BACKLOG }, () => {
        server.off("error", reject);
        // What accept(2) reports after that (a client gone already, no descriptors left) concerns that client only.
        server.on("error", () => {});
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  #accept(socket: Socket): void {
    this.counters.received++;
    if (this.#connections.size >= this.#options.maxClients || this.#closing) {
      this.counters.rejected++;
      socket.on("error", () => {});
      socket.end(`-${errors.maxClients}\r\n`, () => socket.destroy());
      return;
    }
    const connection = new Connection(this.#nextId++, socket, this.#host);
    this.#connections.set(connection.id, connection);
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection.id);
    if (this.#connections.size === 0) this.#allGone?.();
  }

  #sweep(): void {
    const timeoutMs = this.#options.idleTimeoutMs();
    if (timeoutMs === 0) return;
    const since = this.#host.clock() - timeoutMs;
    for (const connection of this.#connections.values()) {
      if (connection.lastActiveMs < since && connection.outgoing.replies === 0) connection.socket.destroy();
    }
  }

  /** Accepts nobody any more, answers what has arrived, and resolves when the last client is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#sweeper);
    for (const server of this.#servers) server.close();
    const gone = new Promise<void>((resolve) => (this.#allGone = resolve));
    for (const connection of this.#connections.values()) connection.drain();
    if (this.#connections.size > 0) await gone;
  }
}
