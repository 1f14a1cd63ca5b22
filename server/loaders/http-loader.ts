/**
 * Loads from an HTTP origin: GET of the URL that the template makes of the key.
 *
 * Invariant: a request goes to the origin in the conf and nowhere else; a value is the origin's whole body, byte by
 * byte, or there is no value; never more than the limit and one chunk is taken. The context's signal is the time limit.
 * Ignores proxies in environment variables.
 */
import { type Dispatcher, Pool } from "undici";
import type { World } from "../../cluster/world.ts";
import type { GroupConf } from "../conf/conf.ts";
import { OriginStatus, ValueTooLarge } from "./errors.ts";
import { HttpBody } from "./http-body.ts";
import type { LoadContext, Loaded, Loader, LoaderKey } from "./loader.ts";
import type { UrlTemplate } from "./url-template.ts";

/** Enough for an origin that moves a path; a browser follows twenty. */
const MAX_REDIRECTS = 3;
/** An unwanted body up to this size is read, so that the connection can be used again; a longer one ends it. */
const MAX_DRAIN_BYTES = 16_384;
/** An unwanted body mostly comes with its head. One that takes longer ends the connection, because loads wait for that. */
const MAX_DRAIN_MS = 100;
/** Encodings are refused, so that a value means the same to every client and a small body cannot become a large one. */
const HEADERS = { accept: "*/*", "accept-encoding": "identity", "user-agent": "carrotcache" };

type Response = Dispatcher.ResponseData;

/**
 * The directives of a group that limit its loader; read at each use, because CONFIG SET changes them. The loader has as
 * many connections to the origin as loads may run at a time.
 */
export type LoaderLimits = Pick<GroupConf, "maxValueBytes" | "loaderTimeoutMs" | "loaderConcurrency">;

export class HttpLoader implements Loader {
  readonly #template: UrlTemplate;
  readonly #limits: LoaderLimits;
  readonly #world: Pick<World, "quietlyAfter" | "soon">;
  #pool: Pool | undefined;
  #connections = 0;

  constructor(template: UrlTemplate, limits: LoaderLimits, world: Pick<World, "quietlyAfter" | "soon">) {
    this.#template = template;
    this.#limits = limits;
    this.#world = world;
  }

  async load(_key: LoaderKey, { keyBytes, signal }: LoadContext): Promise<Loaded> {
    let path = this.#template.pathFor(keyBytes);
    for (let redirects = 0; ; redirects++) {
      const response = await this.#request(path, signal);
      const location = redirectOf(response);
      if (location === undefined) return await this.#loadedFrom(response);
      this.#drain(response);
      if (redirects === MAX_REDIRECTS) throw new Error(`more than ${MAX_REDIRECTS} redirects`);
      path = this.#follow(location, path);
    }
  }

  /** Cuts off every request under way. */
  async close(): Promise<void> {
    await this.#pool?.destroy();
  }

  #request(path: string, signal: AbortSignal): Promise<Response> {
    const { loaderTimeoutMs: timeoutMs } = this.#limits;
    // The signal of a node's load fires first. These limits end a request whose signal never fires.
    const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
    return this.#currentPool().request({ method: "GET", path, headers: HEADERS, signal, ...timeouts });
  }

  /** A pool's size is fixed: a new limit makes a new pool, and the old pool ends with its last request. */
  #currentPool(): Pool {
    const { loaderConcurrency: concurrency, loaderTimeoutMs: timeoutMs } = this.#limits;
    if (this.#pool !== undefined && this.#connections === concurrency) return this.#pool;
    void this.#pool?.close();
    this.#connections = concurrency;
    this.#pool = new Pool(this.#template.origin, {
      connections: concurrency,
      pipelining: 1,
      connect: { timeout: timeoutMs },
    });
    return this.#pool;
  }

  #follow(location: string, path: string): string {
    const next = this.#template.pathOfRedirect(location, path);
    if (next === undefined) throw new Error("redirect to another origin refused");
    return next;
  }

  async #loadedFrom(response: Response): Promise<Loaded> {
    const { maxValueBytes } = this.#limits;
    const refusal = refusalOf(response, maxValueBytes);
    if (refusal === undefined) return await readBody(response, maxValueBytes);
    this.#drain(response);
    if (refusal === null) return null;
    throw refusal;
  }

  /** Nobody waits for an unwanted body. */
  #drain({ body }: Response): void {
    // On a node that was busy, the rest of the body may have arrived and not been read: `soon` reads it first.
    const late = () => this.#world.soon(() => body.destroy());
    const timer = this.#world.quietlyAfter(MAX_DRAIN_MS, late);
    const ended = (): void => timer.cancel();
    body.dump({ limit: MAX_DRAIN_BYTES }).then(ended, ended);
  }
}

/** What these headers may say when they are there: anything else means that the body's bytes are not the value's. */
const PLAIN = [
  ["content-encoding", "identity"],
  ["transfer-encoding", "chunked"],
] as const;

/** undefined: the body is the value; null: not found; else why the body must not become a value. */
function refusalOf({ statusCode, headers }: Response, maxBytes: number): Error | null | undefined {
  if (statusCode === 404 || statusCode === 410) return null;
  // Of the successes only these two are the whole value: 206 is a part of it, 202 is a promise.
  if (statusCode !== 200 && statusCode !== 204) return new OriginStatus(`HTTP ${statusCode}`);
  for (const [name, plain] of PLAIN) {
    const coding = String(headers[name] ?? "").trim();
    if (coding !== "" && coding.toLowerCase() !== plain) return new Error(`unexpected ${name} ${coding}`);
  }
  return Number(headers["content-length"]) > maxBytes ? new ValueTooLarge() : undefined;
}

/** The Location of a redirect that GET follows. */
function redirectOf({ statusCode, headers }: Response): string | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  return typeof headers.location === "string" ? headers.location : undefined;
}

/** Stops reading at the limit: leaving the loop early destroys the connection. */
async function readBody({ body, headers }: Response, maxBytes: number): Promise<Buffer> {
  const announced = headers["content-length"];
  const read = new HttpBody(announced === undefined ? undefined : Number(announced), maxBytes);
  for await (const chunk of body as AsyncIterable<Buffer>) read.add(chunk);
  return read.end();
}
