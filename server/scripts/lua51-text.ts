/**
 * A script's text as 5.3 has to read it, so that it means what it means in 5.1.
 *
 * Of 5.1, and not of 5.3: `\d` in a string is a `d`, also for x, z and u; a hexadecimal number has no sign, however long it
 * is; the number in `1e3..x` ends at the dots; `//` is a mistake. What 5.3 has in addition (`&`, `goto`) stays: such a script does not run in Redis. Lines stay
 * where they are.
 */

/** What neither begins a part nor needs a change. */
const PLAIN = /[^"'[\-/\w]+/y;
const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /[0-9][0-9.]*(?:[eE][-+]?)?\w*/y;
const BRACKET = /\[(=*)\[/y;
const ESCAPE = /\\([\s\S])/g;
/** What means the same in both. */
const COMMON_ESCAPES = new Set("abfnrtv\\\"'\n\r0123456789");

/** A number that is none. */
export class MalformedNumber extends Error {
  override name = "MalformedNumber";
  readonly line: number;

  constructor(part: string, line: number) {
    super(`malformed number near '${part}'`);
    this.line = line;
  }
}

/** Latin-1 text, a character a byte. Throws a MalformedNumber, where fengari would break. Reads each character once. */
export function textFor53(text: string): string {
  const pieces: string[] = [];
  let kept = 0;
  for (let at = 0; at < text.length; ) {
    const end = partEnd(text, at);
    const part = text.slice(at, end);
    const turned = turn(part, text, at);
    if (turned !== part) {
      pieces.push(text.slice(kept, at), turned);
      kept = end;
    }
    at = end;
  }
  return pieces.join("") + text.slice(kept);
}

/** Where the string, comment, name, number or other character that begins at `at` ends. */
function partEnd(text: string, at: number): number {
  const char = text[at]!;
  if (char === '"' || char === "'") return stringEnd(text, at, char);
  if (char === "[") return bracketEnd(text, at) ?? at + 1;
  if (char === "-" && text[at + 1] === "-") {
    const line = text.indexOf("\n", at);
    return bracketEnd(text, at + 2) ?? (line < 0 ? text.length : line);
  }
  if (char === "/" && text[at + 1] === "/") return at + 2;
  for (const pattern of [PLAIN, NAME, NUMBER]) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return pattern.lastIndex;
  }
  return at + 1;
}

function stringEnd(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote || text[i] === "\n") return i + 1;
  }
  return text.length;
}

/** Where a long bracket ends, the end of the text if it does not; undefined: none begins here. */
function bracketEnd(text: string, at: number): number | undefined {
  BRACKET.lastIndex = at;
  const [opening, level] = BRACKET.exec(text) ?? [];
  if (opening === undefined) return undefined;
  const closing = `]${level}]`;
  const end = text.indexOf(closing, at + opening.length);
  return end < 0 ? text.length : end + closing.length;
}

function turn(part: string, text: string, at: number): string {
  const first = part[0]!;
  if (first === '"' || first === "'") {
    if (!part.includes("\\")) return part;
    return part.replace(ESCAPE, (all, what: string) => (COMMON_ESCAPES.has(what) ? all : what));
  }
  if (part === "//") return "/ /";
  if (!/^\d/.test(first)) return part;
  if (numberOf(part) === undefined) throw new MalformedNumber(part, text.slice(0, at).split("\n").length);
  if (/^0x/i.test(part)) return String(BigInt(part));
  // The `..` behind an exponent would belong to the number.
  return /e/i.test(part) ? `${part} ` : part;
}

const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;
const HEXADECIMAL = /^([-+]?)0x([0-9a-f]+)$/i;

/** The number that a text is for Lua 5.1; undefined: it is none. */
export function numberOf(text: string): number | undefined {
  const trimmed = text.replace(/^[ \f\n\r\t\v]+|[ \f\n\r\t\v]+$/g, "");
  if (DECIMAL.test(trimmed)) return Number(trimmed);
  const [, sign, digits] = HEXADECIMAL.exec(trimmed) ?? [];
  if (digits !== undefined) return (sign === "-" ? -1 : 1) * Number(`0x${digits}`);
  const named = /^([-+]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (named === null) return undefined;
  const value = /^inf/i.test(named[2]!) ? Number.POSITIVE_INFINITY : Number.NaN;
  return named[1] === "-" ? -value : value;
}
