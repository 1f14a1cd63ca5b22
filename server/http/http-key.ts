/**
 * The key in the query of an HTTP request, as bytes.
 *
 * Invariant: every key can be written, each of its bytes as %xx, and two different keys never become one.
 * URLSearchParams would break that: it decodes as UTF-8 and turns every bad byte into the same U+FFFD.
 */

export type HttpKey = { readonly key: Buffer } | { readonly problem: string };

/**
 * `query` is the text behind the `?`, in ASCII: Node's parser refuses anything else. As in every query, `+` is a space, and
 * %2B a plus.
 */
export function keyInQuery(query: string): HttpKey {
  const keys = query.split("&").filter((pair) => pair === "key" || pair.startsWith("key="));
  if (keys.length > 1) return { problem: "more than one key" };
  const written = keys[0]?.slice("key=".length);
  if (!written) return { problem: "no key (expected /api?key=...)" };
  if (/%(?![0-9A-Fa-f]{2})/.test(written))
    return { problem: "a % in the key is not followed by two hex digits" };
  const bytes = written
    .replaceAll("+", " ")
    .replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { key: Buffer.from(bytes, "latin1") };
}
