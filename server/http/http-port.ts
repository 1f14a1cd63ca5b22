/**
 * The sockets of HTTP: listens on each address, lets connections in, and ends those that keep the node waiting.
 *
 * Invariants: never more connections than there is room for; one more gets a 503, after idle ones have made room. A
 * request that the node works at is never too slow: only the client's part of it has limits of time. Knows no path.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { World } from "../../cluster/world.ts";

/** A request must have arrived by then, else its connection is closed. A request is one packet, so this is generous. */
const REQUEST_TIMEOUT_MS = 10_000;
/**
 * A connection on which no byte moves for this long is closed, unless the node owes it an answer. Longer than the minute
 * for which balancers keep a connection: the side that uses a connection should be the one that ends it.
 */
const IDLE_TIMEOUT_MS = 65_000;
/** Half of the default shutdown-timeout: clients of RESP have the rest. */
const CLOSE_GRACE_MS = 5_000;
/** A refused client may take so long to read why. */
const REFUSAL_MS = 1_000;
/** Refused clients that are reading why. Further ones are closed without a word, because each has a descriptor. */
const MAX_REFUSALS = 16;
/** Requests that a client may send on one connection before the first of them is answered. Browsers send one. */
const MAX_PIPELINED = 100;
const REFUSAL =
  "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 1\r\n" +
  "connection: close\r\ncontent-length: 20\r\n\r\ntoo many connections";

export interface HttpPortOptions {
  /** The addresses to listen on. */
  readonly hosts: readonly string[];
  /** 0 takes a free port for the first address, and the same for the others. */
  readonly port: number;
  /** Connections at a time. */
  readonly room: number;
  readonly maxHeaderBytes: number;
  readonly world: Pick<World, "after">;
  /** Only tests are less patient. */
  readonly idleTimeoutMs?: number;
  /** Hears of a connection that found no room. */
  refused(address: string | undefined): void;
  onError(error: unknown): void;
  /** Answers a request. */
  answer(request: IncomingMessage, response: ServerResponse): void;
}

export interface HttpServer {
  readonly port: number;
  /** Stops accepting, answers the requests that have come, and after `graceMs` closes connections that still read. */
  close(graceMs?: number): Promise<void>;
}

/** Rejects when an address cannot be bound; then none is. */
export async function listenForHttp(options: HttpPortOptions): Promise<HttpServer> {
  const port = new HttpPort(options);
  try {
    await port.listen();
  } catch (error) {
    await port.close(0);
    throw error;
  }
  return port;
}

class HttpPort implements HttpServer {
  readonly #options: HttpPortOptions;
  readonly #servers: Server[] = [];
  readonly #open = new Set<Socket>();
  readonly #refusals = new Set<Socket>();
  /** What the node works at, and what a client is still reading. */
  readonly #answering = new Set<ServerResponse>();
  #closing = false;
  port: number;

  constructor(options: HttpPortOptions) {
    this.#options = options;
    this.port = options.port;
  }

  async listen(): Promise<void> {
    for (const host of this.#options.hosts) {
      const server = this.#createServer();
      await once(server.listen(this.port, host), "listening");
      this.#servers.push(server);
      server.on("error", this.#options.onError);
      this.port = (server.address() as AddressInfo).port;
    }
  }

  async close(graceMs = CLOSE_GRACE_MS): Promise<void> {
    this.#closing = true;
    const closed = this.#servers.map((server) => once(server, "close"));
    for (const response of this.#answering) response.shouldKeepAlive = false;
    for (const server of this.#servers) server.close();
    const cutOff = this.#options.world.after(graceMs, () => {
      for (const socket of [...this.#open, ...this.#refusals]) socket.destroy();
    });
    await Promise.all(closed);
    cutOff.cancel();
  }

  #createServer(): Server {
    const server = createServer(
      {
        maxHeaderSize: this.#options.maxHeaderBytes,
        headersTimeout: REQUEST_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: 1000,
      },
      (request, response) => this.#answer(request, response),
    );
    const idleMs = this.#options.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
    server.timeout = idleMs;
    server.keepAliveTimeout = idleMs;
    server.on("timeout", (socket) => {
      if (!this.#owes(socket)) socket.destroy();
    });
    // A socket must not reach Node's own listener, which would begin to read, before there is room for it.
    const [serve] = server.listeners("connection") as [(socket: Socket) => void];
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => this.#accept(server, socket, serve));
    return server;
  }

  #accept(server: Server, socket: Socket, serve: (this: Server, socket: Socket) => void): void {
    if (!this.#hasRoom()) for (const each of this.#servers) each.closeIdleConnections();
    if (!this.#hasRoom()) this.#refuse(socket);
    else {
      this.#open.add(socket);
      socket.once("close", () => this.#open.delete(socket));
      serve.call(server, socket);
    }
  }

  #hasRoom(): boolean {
    const { room } = this.#options;
    if (this.#open.size < room) return true;
    let open = 0;
    for (const socket of this.#open) if (!socket.destroyed) open++;
    return open < room;
  }

  /** What the client sends meanwhile is read: with unread bytes, the kernel would reset the connection. */
  #refuse(socket: Socket): void {
    this.#options.refused(socket.remoteAddress);
    socket.on("error", () => {});
    if (this.#refusals.size >= MAX_REFUSALS) return void socket.destroy();
    this.#refusals.add(socket);
    const tooLong = this.#options.world.after(REFUSAL_MS, () => socket.destroy());
    socket.once("close", () => {
      this.#refusals.delete(socket);
      tooLong.cancel();
    });
    socket.resume();
    socket.end(REFUSAL);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#answering.add(response);
    response.once("close", () => this.#answering.delete(response));
    if (this.#closing) response.shouldKeepAlive = false;
    if (this.#unanswered(request.socket) > MAX_PIPELINED) return void request.socket.destroy();
    this.#options.answer(request, response);
  }

  #owes(socket: Socket): boolean {
    for (const { req, headersSent } of this.#answering)
      if (req.socket === socket && !headersSent) return true;
    return false;
  }

  #unanswered(socket: Socket): number {
    let count = 0;
    for (const { req } of this.#answering) if (req.socket === socket) count++;
    return count;
  }
}
