/**
 * Splits an inline command, as somebody types it into telnet, into its arguments.
 *
 * Owns the quoting rules, which are those of Redis' sdssplitargs: blanks separate words; in "..." the escapes are
 * \n \r \t \b \a \xHH, and any other escaped byte stands for itself; in '...' the only escape is \'; a blank or the end
 * must follow a closing quote. The result shares no memory with the line. Knows no limits: the caller has bounded the
 * line.
 */

/** The arguments lie in `bytes` one after the other: argument i from `ends[i - 1]` (or 0) to `ends[i]`. */
interface InlineArgs {
  readonly bytes: Buffer;
  readonly ends: readonly number[];
}

const BACKSLASH = 0x5c;
const SINGLE = 0x27;
const DOUBLE = 0x22;
const ESCAPES: ReadonlyMap<number, number> = new Map(
  [..."nrtba"].map((letter, i) => [letter.charCodeAt(0), "\n\r\t\b\x07".charCodeAt(i)]),
);

/** Undefined: unbalanced quotes. */
export function splitInline(line: Uint8Array): InlineArgs | undefined {
  const word = new WordReader(line);
  const ends: number[] = [];
  while (word.skipBlanks()) {
    if (!word.read()) return undefined;
    ends.push(word.written);
  }
  return { bytes: word.bytes.subarray(0, word.written), ends };
}

/** Goes over the line once and writes its words without their quotes. */
class WordReader {
  readonly bytes: Buffer;
  written = 0;
  readonly #line: Uint8Array;
  #at = 0;

  constructor(line: Uint8Array) {
    this.#line = line;
    this.bytes = Buffer.allocUnsafe(line.length);
  }

  /** False at the end of the line. */
  skipBlanks(): boolean {
    while (isBlank(this.#line[this.#at])) this.#at++;
    return this.#at < this.#line.length;
  }

  /** Reads a word. False: a quote is not closed, or closed in the middle of the word. */
  read(): boolean {
    while (this.#at < this.#line.length) {
      const byte = this.#line[this.#at++]!;
      if (byte === DOUBLE || byte === SINGLE) return this.#readQuoted(byte);
      if (endsWord(byte)) return true;
      this.bytes[this.written++] = byte;
    }
    return true;
  }

  #readQuoted(quote: number): boolean {
    while (this.#at < this.#line.length) {
      const byte = this.#line[this.#at++]!;
      if (byte === quote) return this.#at === this.#line.length || isBlank(this.#line[this.#at]);
      this.bytes[this.written++] = byte === BACKSLASH ? this.#unescape(quote) : byte;
    }
    return false;
  }

  /** The byte that an escape stands for; its backslash has been read. */
  #unescape(quote: number): number {
    const next = this.#line[this.#at];
    if (next === undefined || (quote === SINGLE && next !== SINGLE)) return BACKSLASH;
    this.#at++;
    if (quote === SINGLE) return next;
    const byte = next === 0x78 ? this.#hexByte() : undefined;
    if (byte === undefined) return ESCAPES.get(next) ?? next;
    this.#at += 2;
    return byte;
  }

  #hexByte(): number | undefined {
    const digits = Buffer.from(this.#line.subarray(this.#at, this.#at + 2)).toString("latin1");
    return /^[0-9a-fA-F]{2}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
  }
}

/** Whether the byte may stand between words: isspace in the C locale. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

/** Whether the byte ends a word. Vertical tab and form feed may stand between words but end none, as in Redis. */
function endsWord(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
