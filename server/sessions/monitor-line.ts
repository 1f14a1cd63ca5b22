/**
 * A command as MONITOR shows it: `1700000000.123456 [0 127.0.0.1:1234] "get" "k"`.
 *
 * Invariant: a line is one line of printable ASCII whatever is in the words, and no password is in it. Knows no client.
 */
import { directives } from "../conf/directives.ts";

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
/** No name of a command or directive that has a secret behind it is longer. */
const MAX_NAME_BYTES = 32;
/** The secret directives of carrot.conf, and those that a client may believe to be here because Redis has them. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  ...directives.filter(({ sensitive }) => sensitive).map(({ name }) => name),
  ...["masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass"],
]);

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

/**
 * Places of secrets: all words of AUTH, the two words behind the option AUTH of a HELLO, the word behind the name of a
 * secret directive in a CONFIG.
 */
function secretPlaces(args: readonly Buffer[]): ReadonlySet<number> {
  const name = shortWord(args[0]!);
  if (name === "auth") return new Set(args.slice(1).map((_, i) => i + 1));
  if (name === "config")
    return new Set(args.flatMap((word, i) => (SECRET_NAMES.has(shortWord(word)) ? [i + 1] : [])));
  return new Set(name === "hello" ? placesInHello(args) : []);
}

/** Option by option, because a client may be called AUTH. */
function placesInHello(args: readonly Buffer[]): number[] {
  const places: number[] = [];
  for (let i = 2; i < args.length; i++) {
    const option = shortWord(args[i]!);
    if (option === "auth") places.push(++i, ++i);
    else if (option === "setname") i++;
  }
  return places;
}

function shortWord(word: Buffer): string {
  return word.toString("latin1", 0, MAX_NAME_BYTES).toLowerCase();
}
