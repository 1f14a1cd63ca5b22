/**
 * Lines and words, as redis.conf has them.
 *
 * Owns quoting, escapes and comments. A word is a *byte string*: each character stands for one byte (0 to
 * 255), so that `"\xff"` in a prefix is that byte and nothing else; `textOf` makes UTF-8 text of it. Does not
 * know any directive.
 *
 *     bare   until the next blank                       maxmemory 256mb
 *     "..."  escapes \n \r \t \b \a \xHH \" \\          requirepass "two words\n"
 *     '...'  only \' is an escape                       logfile 'c:\temp\log'
 *     #      at the start of a word: a comment          port 6390 # as in the manual
 */

import { Complaint } from "./conf-error.ts";

/** Blanks are listed, because \s has 0xa0 in it, which is half of a UTF-8 letter here. */
const BLANKS = /[ \t\r\n\v\f]*/y;
const WORD = /([^ \t\r\n\v\f"']*)(?:"((?:\\.|[^"\\])*)"|'((?:\\'|[^'\\]|\\(?!'))*)')?(?=[ \t\r\n\v\f]|$)/sy;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|(.))/gs;
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };
const NEEDS_NO_QUOTES = /^[\w.:/@%+,=[\]-]+$/;

/** Long enough to recognise a value by, short enough for one line. */
const SHOWN_LENGTH = 60;

/** Splits a line; an empty line or a comment has no words. */
export function splitWords(line: string): string[] | Complaint {
  const words: string[] = [];
  for (let at = skipBlanks(line, 0); at < line.length && line[at] !== "#"; at = skipBlanks(line, at)) {
    WORD.lastIndex = at;
    const match = WORD.exec(line);
    if (match === null) return new Complaint("unbalanced quotes (a blank must follow a closing quote)");
    const [whole, bare = "", double = "", single = ""] = match;
    words.push(bare + resolveEscapes(double) + single.replaceAll("\\'", "'"));
    at += whole.length;
  }
  return words;
}

/** A word as it can stand in a conf: `splitWords(quoteWord(w))` is `[w]`. */
export function quoteWord(word: string): string {
  if (NEEDS_NO_QUOTES.test(word)) return word;
  const escaped = word.replace(/["\\]|[^ -~]/g, (char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}

/** The word as UTF-8 text; undefined when its bytes are none. */
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

/** The byte string of a text (UTF-8) or of bytes: the way into this file's world. */
export function wordOf(content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
  return bytes.toString("latin1");
}

/** A word of the conf in quotes, fit for a message: printable, and not longer than a line. */
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
