/**
 * From a key to the path of its request, by a template such as `http://host/items/{key}`.
 *
 * Invariant: a key decides about nothing but its own place in the path or query. The origin is fixed when the conf is
 * read. RFC 3986's unreserved characters of a key stay as they are, every other byte is percent-encoded. The resulting URL
 * is parsed once more and must come out unchanged; a URL with a dot segment does not.
 */
import { KeyNotAllowed } from "./errors.ts";

const PLACE = "{key}";
/** Stands for the key while the template is parsed as a URL; its characters are unreserved, so they stay as they are. */
const STAND_IN = "carrot-key-goes-here";

/** Each byte as it appears in a URL. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z0-9._~-]/.test(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

export class UrlTemplate {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly #head: string;
  readonly #tail: string;

  /** Throws an Error whose message says what is wrong with the template. */
  constructor(template: string) {
    if (template.split(PLACE).length !== 2) throw new Error(`expected ${PLACE} exactly once`);
    const place = template.indexOf(PLACE);
    const url = parse(template.slice(0, place) + STAND_IN + template.slice(place + PLACE.length));
    const parts = (url.pathname + url.search).split(STAND_IN);
    if (parts.length !== 2) throw new Error(`expected ${PLACE} in the path or the query`);
    this.origin = url.origin;
    [this.#head, this.#tail] = parts as [string, string];
  }

  /**
   * The request's path with its query. Throws KeyNotAllowed for `.` and `..`, which mean a directory to every server,
   * and for the empty key, which would ask for the collection.
   */
  pathFor(keyBytes: Uint8Array): string {
    if (isEmptyOrDots(keyBytes)) throw new KeyNotAllowed();
    const path = this.#head + percentEncode(keyBytes) + this.#tail;
    const url = new URL(this.origin + path);
    if (url.origin !== this.origin || url.pathname + url.search !== path) throw new KeyNotAllowed();
    return path;
  }

  /** The path that a redirect from `path` to `location` leads to; undefined when it leaves the origin. */
  pathOfRedirect(location: string, path: string): string | undefined {
    const base = this.origin + path;
    if (!URL.canParse(location, base)) return undefined;
    const url = new URL(location, base);
    return url.origin === this.origin ? url.pathname + url.search : undefined;
  }
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw new Error("not a URL");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new Error("expected http:// or https://");
  // A request would not carry them, and nobody would notice.
  if (url.username || url.password) throw new Error("a user or password in the URL is not supported");
  if (url.hash) throw new Error("a #fragment is never sent to the origin");
  return url;
}

function isEmptyOrDots(key: Uint8Array): boolean {
  return key.length <= 2 && key.every((byte) => byte === 0x2e);
}

function percentEncode(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += ENCODED[byte];
  return text;
}
