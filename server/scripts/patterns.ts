/**
 * Lua 5.1's patterns: finds one in a string, from a place on.
 *
 * The algorithm is that of Lua's lstrlib. fengari has it, too, but a pattern such as `.-.-.-.-x` tries so many ways that
 * it stands still for hours within one instruction: here `step` is called now and then, and may throw. Knows no Lua state.
 */

const PERCENT = 0x25;
const OPENING = 0x28;
const CLOSING = 0x29;
const STAR = 0x2a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const QUESTION = 0x3f;
const OPENING_SET = 0x5b;
const CLOSING_SET = 0x5d;
const CARET = 0x5e;
const DOLLAR = 0x24;
const BALANCE = 0x62;
const FRONTIER = 0x66;

const MAX_CAPTURES = 32;
/** As many captures and repetitions may be open inside each other. */
const MAX_DEPTH = 1000;
/** As many bytes are compared between two calls of `step`. */
const STEPS_A_CALL = 4096;
const UNFINISHED = -1;
const POSITION = -2;
const NO_MATCH = -1;

/** A mistake in a pattern. */
export class PatternError extends Error {
  override name = "PatternError";
}

export class Matcher {
  readonly #source: Uint8Array;
  readonly #pattern: Uint8Array;
  readonly #step: () => void;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  #depth = 0;
  #steps = 0;

  constructor(source: Uint8Array, pattern: Uint8Array, step: () => void) {
    this.#source = source;
    this.#pattern = pattern;
    this.#step = step;
  }

  /** Where the match that begins at `from` ends; -1: none does. `at` is where the pattern begins, behind its `^`. */
  matchAt(from: number, at: number): number {
    this.#starts.length = 0;
    this.#lengths.length = 0;
    this.#depth = 0;
    return this.#match(from, at);
  }

  get captures(): number {
    return this.#starts.length;
  }

  /** A capture's bytes, or its position, counted from 1. Without captures the first one is the whole match. */
  capture(index: number, from: number, end: number): Uint8Array | number {
    if (index >= this.#starts.length) {
      if (index !== 0) throw new PatternError("invalid capture index");
      return this.#source.subarray(from, end);
    }
    const length = this.#lengths[index]!;
    const start = this.#starts[index]!;
    if (length === UNFINISHED) throw new PatternError("unfinished capture");
    return length === POSITION ? start + 1 : this.#source.subarray(start, start + length);
  }

  whole(from: number, end: number): Uint8Array {
    return this.#source.subarray(from, end);
  }

  #count(): void {
    if (++this.#steps % STEPS_A_CALL === 0) this.#step();
  }

  #match(s: number, p: number): number {
    if (++this.#depth > MAX_DEPTH) throw new PatternError("pattern too complex");
    try {
      return this.#matchItems(s, p);
    } finally {
      this.#depth--;
    }
  }

  #matchItems(s: number, p: number): number {
    const pattern = this.#pattern;
    for (;;) {
      this.#count();
      if (p === pattern.length) return s;
      const byte = pattern[p]!;
      if (byte === OPENING) {
        const isPosition = pattern[p + 1] === CLOSING;
        return isPosition ? this.#open(s, p + 2, POSITION) : this.#open(s, p + 1, UNFINISHED);
      }
      if (byte === CLOSING) return this.#close(s, p + 1);
      if (byte === DOLLAR && p + 1 === pattern.length) return s === this.#source.length ? s : NO_MATCH;
      if (byte === PERCENT && this.#isSpecial(pattern[p + 1])) {
        const next = this.#special(s, p);
        if (next === undefined) return NO_MATCH;
        [s, p] = next;
        continue;
      }
      const end = this.#itemEnd(p);
      const suffix = pattern[end];
      const isHere = s < this.#source.length && this.#single(this.#source[s]!, p, end);
      if (suffix === QUESTION) {
        const taken = isHere ? this.#match(s + 1, end + 1) : NO_MATCH;
        if (taken !== NO_MATCH) return taken;
        p = end + 1;
      } else if (suffix === STAR) return this.#expand(s, p, end);
      else if (suffix === PLUS) return isHere ? this.#expand(s + 1, p, end) : NO_MATCH;
      else if (suffix === MINUS) return this.#expandLeast(s, p, end);
      else if (!isHere) return NO_MATCH;
      else {
        s++;
        p = end;
      }
    }
  }

  #isSpecial(byte: number | undefined): boolean {
    return byte === BALANCE || byte === FRONTIER || (byte !== undefined && byte >= 0x30 && byte <= 0x39);
  }

  /** Goes on behind %b, %f or a %1; undefined: it does not match. */
  #special(s: number, p: number): [s: number, p: number] | undefined {
    const byte = this.#pattern[p + 1]!;
    if (byte === BALANCE) {
      const end = this.#balanced(s, p + 2);
      return end === NO_MATCH ? undefined : [end, p + 4];
    }
    if (byte === FRONTIER) return this.#frontier(s, p + 2);
    const [start, length] = this.#captured(byte);
    const captured = this.#source.subarray(start, start + length);
    const here = this.#source.subarray(s, s + length);
    return Buffer.compare(captured, here) === 0 ? [s + length, p + 2] : undefined;
  }

  #frontier(s: number, p: number): [s: number, p: number] | undefined {
    if (this.#pattern[p] !== OPENING_SET) throw new PatternError("missing '[' after '%f' in pattern");
    const end = this.#itemEnd(p);
    const before = s === 0 ? 0 : this.#source[s - 1]!;
    const isEdge = !this.#inSet(before, p, end - 1) && this.#inSet(this.#source[s] ?? 0, p, end - 1);
    return isEdge ? [s, end] : undefined;
  }

  #captured(digit: number): [start: number, length: number] {
    const index = digit - 0x31;
    const length = this.#lengths[index];
    if (length === undefined || length === UNFINISHED) throw new PatternError("invalid capture index");
    return [this.#starts[index]!, Math.max(0, length)];
  }

  #open(s: number, p: number, what: number): number {
    if (this.#starts.length >= MAX_CAPTURES) throw new PatternError("too many captures");
    this.#starts.push(s);
    this.#lengths.push(what);
    const end = this.#match(s, p);
    if (end === NO_MATCH) {
      this.#starts.pop();
      this.#lengths.pop();
    }
    return end;
  }

  #close(s: number, p: number): number {
    const index = this.#lengths.lastIndexOf(UNFINISHED);
    if (index < 0) throw new PatternError("invalid pattern capture");
    this.#lengths[index] = s - this.#starts[index]!;
    const end = this.#match(s, p);
    if (end === NO_MATCH) this.#lengths[index] = UNFINISHED;
    return end;
  }

  #expand(s: number, p: number, end: number): number {
    let count = 0;
    while (s + count < this.#source.length && this.#single(this.#source[s + count]!, p, end)) {
      this.#count();
      count++;
    }
    for (; count >= 0; count--) {
      const matched = this.#match(s + count, end + 1);
      if (matched !== NO_MATCH) return matched;
    }
    return NO_MATCH;
  }

  #expandLeast(s: number, p: number, end: number): number {
    for (; ; s++) {
      const matched = this.#match(s, end + 1);
      if (matched !== NO_MATCH) return matched;
      if (s >= this.#source.length || !this.#single(this.#source[s]!, p, end)) return NO_MATCH;
    }
  }

  #balanced(s: number, p: number): number {
    if (p + 1 >= this.#pattern.length) throw new PatternError("unbalanced pattern");
    const [opening, closing] = [this.#pattern[p]!, this.#pattern[p + 1]!];
    if (this.#source[s] !== opening) return NO_MATCH;
    let depth = 1;
    for (let at = s + 1; at < this.#source.length; at++) {
      this.#count();
      const byte = this.#source[at];
      if (byte === closing) {
        if (--depth === 0) return at + 1;
      } else if (byte === opening) depth++;
    }
    return NO_MATCH;
  }

  /** Where the single character or set that begins at `p` ends. */
  #itemEnd(p: number): number {
    const pattern = this.#pattern;
    const byte = pattern[p++];
    if (byte === PERCENT) {
      if (p === pattern.length) throw new PatternError("malformed pattern (ends with '%')");
      return p + 1;
    }
    if (byte !== OPENING_SET) return p;
    if (pattern[p] === CARET) p++;
    do {
      if (p >= pattern.length) throw new PatternError("malformed pattern (missing ']')");
      if (pattern[p++] === PERCENT && p < pattern.length) p++;
    } while (pattern[p] !== CLOSING_SET);
    return p + 1;
  }

  #single(byte: number, p: number, end: number): boolean {
    const first = this.#pattern[p]!;
    if (first === DOT) return true;
    if (first === PERCENT) return isOfClass(byte, this.#pattern[p + 1]!);
    return first === OPENING_SET ? this.#inSet(byte, p, end - 1) : first === byte;
  }

  /** `p` is the set's `[`, `closing` its `]`. */
  #inSet(byte: number, p: number, closing: number): boolean {
    const pattern = this.#pattern;
    let isIn = true;
    if (pattern[p + 1] === CARET) {
      isIn = false;
      p++;
    }
    while (++p < closing) {
      if (pattern[p] === PERCENT) {
        if (isOfClass(byte, pattern[++p]!)) return isIn;
      } else if (pattern[p + 1] === MINUS && p + 2 < closing) {
        if (pattern[p]! <= byte && byte <= pattern[p + 2]!) return isIn;
        p += 2;
      } else if (pattern[p] === byte) return isIn;
    }
    return !isIn;
  }
}

const CLASSES: Readonly<Record<string, (byte: number) => boolean>> = {
  a: (byte) => isBetween(byte | 0x20, "a", "z"),
  c: (byte) => byte < 32 || byte === 127,
  d: (byte) => isBetween(byte, "0", "9"),
  l: (byte) => isBetween(byte, "a", "z"),
  p: (byte) => byte > 32 && byte < 127 && !CLASSES.w!(byte),
  s: (byte) => byte === 32 || (byte >= 9 && byte <= 13),
  u: (byte) => isBetween(byte, "A", "Z"),
  w: (byte) => CLASSES.a!(byte) || CLASSES.d!(byte),
  x: (byte) => CLASSES.d!(byte) || isBetween(byte | 0x20, "a", "f"),
  z: (byte) => byte === 0,
};

function isBetween(byte: number, first: string, last: string): boolean {
  return byte >= first.charCodeAt(0) && byte <= last.charCodeAt(0);
}

/** A class in capitals is the opposite one; any other byte stands for itself. */
function isOfClass(byte: number, name: number): boolean {
  const letter = String.fromCharCode(name | 0x20);
  const holds = CLASSES.a!(name) && Object.hasOwn(CLASSES, letter) ? CLASSES[letter] : undefined;
  if (holds === undefined) return byte === name;
  return holds(byte) === isBetween(name, "a", "z");
}
