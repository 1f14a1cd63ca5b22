/**
 * The key in an HTTP request's target, as bytes.
 *
 * Invariant: every key can be written, the 256 bytes each as %xx, and no two spellings that differ in bytes meet.
 * URLSearchParams would not do: it decodes as UTF-8 and turns every bad byte into the same U+FFFD.
 */

export type HttpKey = { readonly key: Buffer } | { readonly problem: string };

/**
 * `query` is what stands behind the `?`; Node's parser lets only ASCII through. As in every form and query string, `+`
 * is a space; a plus is written %2B.
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
