/**
 * The HTTP port of a node: `/api?key=...` for programs that do not speak RESP, `/healthz` for load balancers, `/metrics`
 * for Prometheus.
 *
 * Invariants: an HTTP client gets nothing without the password that a RESP client needs the password for. The bytes and the
 * time of a request are bounded. Knows neither groups nor the ring: a key goes to `get` as it came.
 *
 *     GET, HEAD  /api?key=scores:Tom   200 the value's bytes | 404 not found | 502 loader error | 400 no or bad key
 *                /healthz              200 ok | 503 shutting down           (never asks for the password)
 *                /metrics              200 Prometheus text
 *     anything else                    405, 404; 401 without the password; 403 in protected mode; 413 with a body
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Outcome } from "../../cluster/outcome.ts";
import type { Timer, World } from "../../cluster/world.ts";
import type { Passwords } from "../clients/passwords.ts";
import type { Metrics } from "../observe/metrics.ts";
import { keyInQuery } from "./http-key.ts";

/** Room for the headers that proxies add, beside a key with each of its bytes percent-encoded. */
const HEADERS_BYTES = 8192;
/** A request must have arrived by then, else its connection is closed. A request is one packet, so this is generous. */
const REQUEST_TIMEOUT_MS = 10_000;
/** A connection on which no byte moves for this long, in either direction, is closed. */
const IDLE_TIMEOUT_MS = 60_000;
/** Enough for some scrapers, some balancers and a pool of programs. Node closes every further connection. */
const MAX_CONNECTIONS = 1024;
/** Half of the default shutdown-timeout: clients of RESP have the rest. */
const CLOSE_GRACE_MS = 5_000;
const PROTECTED = "protected mode: there is no password, so only clients on this machine are answered";

export interface HttpOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly world: Pick<World, "after">;
  /** Read at each use. The limit of a whole request is made from its first value. */
  readonly maxKeyBytes: number;
  get(key: Buffer): Promise<Outcome>;
  /** False while the node shuts down. */
  healthy(): boolean;
  readonly metrics: Metrics;
  /** The node's password is asked for as HTTP basic authentication with any user name. */
  readonly passwords: Pick<Passwords, "areNeeded" | "userOf" | "denyHttp">;
  /** Whether protected mode keeps a client with this address out. */
  isExcluded(address: string | undefined): boolean;
  /** Hears of a broken invariant; the client gets a 500. */
  onError(error: unknown): void;
}

export interface HttpServer {
  readonly port: number;
  /** Stops accepting, answers the requests that have come, and after `graceMs` closes connections that still read. */
  close(graceMs?: number): Promise<void>;
}

/** Rejects when the address cannot be bound. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const answering = new Set<ServerResponse>();
  const server = createServer(
    {
      maxHeaderSize: 3 * options.maxKeyBytes + HEADERS_BYTES,
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      answering.add(response);
      response.once("close", () => answering.delete(response));
      if (!server.listening) response.shouldKeepAlive = false;
      respond(request, response, options).catch((error: unknown) => {
        options.onError(error);
        if (!response.headersSent) sendText(response, 500, "internal error");
        else response.destroy();
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = IDLE_TIMEOUT_MS;
  await once(server.listen(options.port, options.host), "listening");
  server.on("error", options.onError);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: (graceMs = CLOSE_GRACE_MS) =>
      close(server, answering, (cutOff) => options.world.after(graceMs, cutOff)),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
): Promise<void> {
  const [path, query = ""] = splitOnce(request.url ?? "", "?");
  if (hasBody(request)) return refuseBody(response);
  if (path !== "/api" && path !== "/healthz" && path !== "/metrics")
    return sendText(response, 404, "no such path");
  if (request.method !== "GET" && request.method !== "HEAD") return refuseMethod(response);
  if (path === "/healthz") return sendHealth(response, options.healthy());
  if (options.isExcluded(request.socket.remoteAddress)) return sendText(response, 403, PROTECTED);
  if (!(await isAllowed(request, options.passwords))) return askForPassword(response);
  if (path === "/metrics") return sendMetrics(response, options.metrics);
  return sendValue(response, query, options);
}

async function sendValue(
  response: ServerResponse,
  query: string,
  { get, maxKeyBytes }: HttpOptions,
): Promise<void> {
  const found = keyInQuery(query);
  if ("problem" in found) return sendText(response, 400, found.problem);
  if (found.key.length > maxKeyBytes)
    return sendText(response, 400, `key is too long (max ${maxKeyBytes} bytes)`);
  const outcome = await get(found.key);
  // An HTTP cache in between would hear neither of a DEL nor of the end of the entry.
  response.setHeader("cache-control", "no-store");
  if (outcome.kind === "value") return send(response, 200, "application/octet-stream", outcome.value);
  if (outcome.kind === "absent") return sendText(response, 404, "not found");
  return sendText(response, 502, outcome.text);
}

async function sendMetrics(response: ServerResponse, { contentType, text }: Metrics): Promise<void> {
  send(response, 200, contentType, Buffer.from(await text()));
}

function sendHealth(response: ServerResponse, healthy: boolean): void {
  sendText(response, healthy ? 200 : 503, healthy ? "ok" : "shutting down");
}

function refuseMethod(response: ServerResponse): void {
  response.setHeader("allow", "GET, HEAD");
  sendText(response, 405, "expected GET or HEAD");
}

/** The connection ends with the answer: else the body would have to be read to find the next request. */
function refuseBody(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  response.once("finish", () => response.req.socket.destroySoon());
  sendText(response, 413, "expected no body");
}

function askForPassword(response: ServerResponse): void {
  response.setHeader("www-authenticate", 'Basic realm="carrotCache"');
  response.shouldKeepAlive = false;
  sendText(response, 401, "expected the node's password (any user name)");
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, "text/plain; charset=utf-8", Buffer.from(text));
}

/** In the answer to a HEAD, Node leaves out the body. */
function send(response: ServerResponse, status: number, contentType: string, body: Uint8Array): void {
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": body.length,
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;
}

async function isAllowed(
  { headers, socket }: IncomingMessage,
  passwords: HttpOptions["passwords"],
): Promise<boolean> {
  if (!passwords.areNeeded) return true;
  const given = /^basic +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  if (given === undefined) return false;
  const [, ofUser] = splitOnce(Buffer.from(given, "base64").toString("utf8"), ":");
  const isRight = ofUser !== undefined && passwords.userOf("default", Buffer.from(ofUser)) !== undefined;
  if (!isRight) await passwords.denyHttp(socket.remoteAddress);
  return isRight;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** `afterGrace` calls back when the time to answer is over. */
async function close(
  server: Server,
  answering: Iterable<ServerResponse>,
  afterGrace: (cutOff: () => void) => Timer,
): Promise<void> {
  const closed = once(server, "close");
  for (const response of answering) response.shouldKeepAlive = false;
  server.close();
  const timer = afterGrace(() => server.closeAllConnections());
  await closed;
  timer.cancel();
}
