/**
 * A command as MONITOR shows it: `1700000000.123456 [0 127.0.0.1:1234] "get" "k"`.
 *
 * Invariant: a line is one line of printable ASCII whatever is in the words, and no password is in it. Knows no client.
 */

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};
const REDACTED = Buffer.from("(redacted)");

/** `client` is its database and its address; `nowMs`: milliseconds since 1970, with fractions. */
export function monitorLine(args: readonly Buffer[], client: string, nowMs: number): string {
  const micros = Math.floor(nowMs * 1000);
  const seconds = Math.floor(micros / 1e6);
  const fraction = String(micros % 1e6).padStart(6, "0");
  return `${seconds}.${fraction} [${client}] ${shownWords(args).map(quoted).join(" ")}`;
}

/** The words, with `(redacted)` in place of passwords. */
export function shownWords(args: readonly Buffer[]): readonly Buffer[] {
  const secrets = secretPlaces(args);
  return secrets.size === 0 ? args : args.map((word, i) => (secrets.has(i) ? REDACTED : word));
}

/** As Redis' sdscatrepr does. */
function quoted(word: Buffer): string {
  const shown = word.toString("latin1").replace(/[^ !#-[\]-~]/g, (char) => {
    return ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${shown}"`;
}

/** Places of secrets: all words of AUTH, the two words behind AUTH in a HELLO, the word behind a secret directive in a CONFIG. */
function secretPlaces(args: readonly Buffer[]): ReadonlySet<number> {
  const name = args[0]!.toString("latin1", 0, 6).toLowerCase();
  if (name === "auth") return new Set(args.slice(1).map((_, i) => i + 1));
  if (name === "config") {
    const secret = (word: Buffer) => /^(requirepass|admin-password)$/i.test(word.toString("latin1", 0, 20));
    return new Set(args.flatMap((word, i) => (secret(word) ? [i + 1] : [])));
  }
  if (name !== "hello") return new Set();
  const at = args.findIndex((word, i) => i > 1 && /^auth$/i.test(word.toString("latin1", 0, 5)));
  return at < 0 ? new Set() : new Set([at + 1, at + 2]);
}
