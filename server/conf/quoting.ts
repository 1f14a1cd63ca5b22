/**
 * How a line of a conf is cut into words, and how a word is quoted, as in redis.conf.
 *
 * Owns quoting, escapes and comments. A word is a *byte string*: each of its characters stands for one byte (0 to 255),
 * so `"\xff"` in a prefix is that byte and nothing else. `textOf` reads a word as UTF-8. Knows no directive.
 *
 *     bare   ends at the next blank                     maxmemory 256mb
 *     "..."  escapes \n \r \t \b \a \xHH \" \\          requirepass "two words\n"
 *     '...'  only \' is an escape                       logfile 'c:\temp\log'
 *     #      begins a comment where a word would begin  port 6390 # as in the manual
 */

import { Complaint } from "./conf-error.ts";

/** Blanks are listed one by one: \s would match 0xa0 too, which in a byte string is half of a UTF-8 letter. */
const BLANKS = /[ \t\r\n\v\f]*/y;
const WORD = /([^ \t\r\n\v\f"']*)(?:"((?:\\.|[^"\\])*)"|'((?:\\'|[^'\\]|\\(?!'))*)')?(?=[ \t\r\n\v\f]|$)/sy;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|(.))/gs;
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };
const NEEDS_NO_QUOTES = /^[\w.:/@%+,=[\]-]+$/;

/** Enough characters to recognise a value by, few enough for one line. */
const SHOWN_LENGTH = 60;

/** A word, and where it stands in its line, quotes included. */
interface WordPlace {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

/** The words of a line; none of an empty line or a comment. */
export function splitWords(line: string): string[] | Complaint {
  const places = wordPlaces(line);
  return places instanceof Complaint ? places : places.map(({ word }) => word);
}

/** The words of a line and their places. */
export function wordPlaces(line: string): WordPlace[] | Complaint {
  const words: WordPlace[] = [];
  for (let at = skipBlanks(line, 0); at < line.length && line[at] !== "#"; at = skipBlanks(line, at)) {
    WORD.lastIndex = at;
    const match = WORD.exec(line);
    if (match === null) return new Complaint("unbalanced quotes (a blank must follow a closing quote)");
    const [whole, bare = "", double = "", single = ""] = match;
    const word = bare + resolveEscapes(double) + single.replaceAll("\\'", "'");
    words.push({ word, from: at, to: at + whole.length });
    at += whole.length;
  }
  return words;
}

/** A word as it is written in a conf: `splitWords(quoteWord(w))` is `[w]`. */
export function quoteWord(word: string): string {
  if (NEEDS_NO_QUOTES.test(word)) return word;
  const escaped = word.replace(/["\\]|[^ -~]/g, (char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}

/** The word as text; undefined when its bytes are no UTF-8. */
export function textOf(word: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(word));
  } catch {
    return undefined;
  }
}

export function bytesOf(word: string): Buffer {
  return Buffer.from(word, "latin1");
}

/** The byte string of a text (its UTF-8) or of bytes. */
export function wordOf(content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
  return bytes.toString("latin1");
}

/** A word in quotes for a message: printable, and not longer than a line. */
export function shown(word: string): string {
  const text = textOf(word) ?? word;
  const clipped = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}...` : text;
  return JSON.stringify(clipped);
}

function skipBlanks(line: string, at: number): number {
  BLANKS.lastIndex = at;
  BLANKS.exec(line);
  return BLANKS.lastIndex;
}

function resolveEscapes(text: string): string {
  return text.replace(ESCAPE, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (CONTROLS[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
