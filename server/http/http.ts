/**
 * What a node answers over HTTP: `/api?key=...` for programs that do not speak RESP, `/healthz` for load balancers, `/metrics`
 * for Prometheus.
 *
 * Invariants: an HTTP client gets nothing without the password that a RESP client needs the password for. The bytes of a
 * request are bounded. Knows neither sockets nor groups nor the ring: a key goes to `get` as it came.
 *
 *     GET, HEAD  /api?key=scores:Tom   200 the value's bytes | 404 not found | 502 loader error | 400 no or bad key
 *                /healthz              200 ok | 503 shutting down           (never asks for the password)
 *                /metrics              200 Prometheus text
 *     anything else                    405, 404; 401 without the password; 403 in protected mode; 413 with a body
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Outcome } from "../../cluster/outcome.ts";
import type { World } from "../../cluster/world.ts";
import type { Passwords } from "../clients/passwords.ts";
import type { Metrics } from "../observe/metrics.ts";
import { keyInQuery } from "./http-key.ts";
import { type HttpServer, listenForHttp } from "./http-port.ts";

/** Room for the headers that proxies add, beside a key with each of its bytes percent-encoded. */
const HEADERS_BYTES = 8192;
const PROTECTED = "protected mode: there is no password, so only clients on this machine are answered";

export interface HttpOptions {
  /** The addresses to listen on. */
  readonly hosts: readonly string[];
  /** 0 takes any free port. */
  readonly port: number;
  /** Connections that there are descriptors for. */
  readonly room: number;
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
  /** Hears of a connection that found no room. */
  refused(address: string | undefined): void;
  /** Hears of a broken invariant; the client gets a 500. */
  onError(error: unknown): void;
}

/** Rejects when an address cannot be bound. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  return listenForHttp({
    ...options,
    maxHeaderBytes: 3 * options.maxKeyBytes + HEADERS_BYTES,
    answer: (request, response) => {
      respond(request, response, options).catch((error: unknown) => {
        options.onError(error);
        if (!response.headersSent) sendText(response, 500, "internal error");
        else response.destroy();
      });
    },
  });
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
