/**
 * `cjson.decode`, with the errors of Redis' cjson.
 *
 * Invariant: memory is looked at while a long text becomes tables, and their depth is bounded.
 */
import type { Lua, LuaState } from "./fengari.ts";
import { tick } from "./lua-arguments.ts";

export interface DecodeSettings {
  maxDepth: number;
  /** Takes NaN, Infinity and hexadecimal numbers. */
  invalidNumbers: boolean;
}

type Token =
  | { readonly kind: "punctuation"; readonly what: string; readonly at: number }
  | {
      readonly kind: "value";
      readonly what: string;
      readonly push: () => void;
      readonly text?: Buffer;
      readonly at: number;
    }
  | { readonly kind: "error"; readonly what: string; readonly at: number };

const STEPS_A_TICK = 512;
const SPACE = new Set(Buffer.from(" \t\n\r"));
const NAMES: Readonly<Record<string, string>> = {
  ...{
    "{": "T_OBJ_BEGIN",
    "}": "T_OBJ_END",
    "[": "T_ARR_BEGIN",
    "]": "T_ARR_END",
    ":": "T_COLON",
    ",": "T_COMMA",
  },
};
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const ODD_NUMBER = /[-+]?(?:0[xX][0-9a-fA-F]+|[iI]nf(?:inity)?|[nN]a[nN])/y;
const ESCAPED: Readonly<Record<string, string>> = {
  ...{ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" },
};

/** Pushes the value that the text stands for. */
export function decode(
  lua: Lua,
  L: LuaState,
  bytes: Uint8Array,
  settings: DecodeSettings,
  pushNull: () => void,
): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (text.length >= 2 && (text[0] === 0 || text[1] === 0))
    lua.fail(L, "JSON parser does not support UTF-16 or UTF-32");
  const reader = new Reader(lua, L, text, settings, pushNull);
  reader.value(reader.next(), 0);
  const rest = reader.next();
  if (rest.what !== "T_END") reader.refuse("the end", rest);
}

class Reader {
  readonly #lua: Lua;
  readonly #L: LuaState;
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #settings: DecodeSettings;
  readonly #pushNull: () => void;
  #at = 0;
  #steps = 0;

  constructor(lua: Lua, L: LuaState, bytes: Buffer, settings: DecodeSettings, pushNull: () => void) {
    this.#lua = lua;
    this.#L = L;
    this.#bytes = bytes;
    this.#text = bytes.toString("latin1");
    this.#settings = settings;
    this.#pushNull = pushNull;
  }

  refuse(expected: string, found: Token): never {
    return this.#lua.fail(
      this.#L,
      `Expected ${expected} but found ${found.what} at character ${found.at + 1}`,
    );
  }

  value(token: Token, depth: number): void {
    if (token.kind === "value") token.push();
    else if (token.what === "T_OBJ_BEGIN") this.#object(depth + 1);
    else if (token.what === "T_ARR_BEGIN") this.#array(depth + 1);
    else this.refuse("value", token);
  }

  #deeper(depth: number): void {
    const isTooDeep = depth > this.#settings.maxDepth || !this.#lua.lua_checkstack(this.#L, 3);
    if (isTooDeep)
      this.#lua.fail(this.#L, `Found too many nested data structures (${depth}) at character ${this.#at}`);
    this.#lua.lua_newtable(this.#L);
  }

  #object(depth: number): void {
    this.#deeper(depth);
    let token = this.next();
    if (token.what === "T_OBJ_END") return;
    for (;;) {
      if (token.what !== "T_STRING" || token.kind !== "value") this.refuse("object key string", token);
      token.push();
      token = this.next();
      if (token.what !== "T_COLON") this.refuse("colon", token);
      this.value(this.next(), depth);
      this.#lua.lua_rawset(this.#L, -3);
      token = this.next();
      if (token.what === "T_OBJ_END") return;
      if (token.what !== "T_COMMA") this.refuse("comma or object end", token);
      token = this.next();
    }
  }

  #array(depth: number): void {
    this.#deeper(depth);
    let token = this.next();
    if (token.what === "T_ARR_END") return;
    for (let at = 1; ; at++) {
      this.value(token, depth);
      this.#lua.lua_rawseti(this.#L, -2, at);
      token = this.next();
      if (token.what === "T_ARR_END") return;
      if (token.what !== "T_COMMA") this.refuse("comma or array end", token);
      token = this.next();
    }
  }

  next(): Token {
    if (++this.#steps % STEPS_A_TICK === 0) tick(this.#lua, this.#L);
    while (SPACE.has(this.#bytes[this.#at] ?? -1)) this.#at++;
    const at = this.#at;
    if (at >= this.#bytes.length) return { kind: "punctuation", what: "T_END", at };
    const char = this.#text[at]!;
    const name = NAMES[char];
    if (name !== undefined) {
      this.#at++;
      return { kind: "punctuation", what: name, at };
    }
    if (char === '"') return this.#string(at);
    const what = /[-0-9]/.test(char) ? "invalid number" : "invalid token";
    return this.#number(at) ?? this.#word(at) ?? { kind: "error", what, at };
  }

  #number(at: number): Token | undefined {
    for (const pattern of this.#settings.invalidNumbers ? [ODD_NUMBER, NUMBER] : [NUMBER]) {
      pattern.lastIndex = at;
      const digits = pattern.exec(this.#text)?.[0];
      if (digits === undefined) continue;
      this.#at = at + digits.length;
      const value = numberOf(digits);
      return { kind: "value", what: "T_NUMBER", push: () => this.#lua.lua_pushnumber(this.#L, value), at };
    }
    return undefined;
  }

  #word(at: number): Token | undefined {
    const words = {
      true: () => this.#boolean(true),
      false: () => this.#boolean(false),
      null: this.#pushNull,
    };
    for (const [word, push] of Object.entries(words)) {
      if (!this.#text.startsWith(word, at)) continue;
      this.#at = at + word.length;
      return { kind: "value", what: word === "null" ? "T_NULL" : "T_BOOLEAN", push, at };
    }
    return undefined;
  }

  #boolean(value: boolean): void {
    this.#lua.lua_pushboolean(this.#L, value);
  }

  #string(at: number): Token {
    const pieces: Buffer[] = [];
    let from = at + 1;
    for (let i = from; ; i++) {
      const char = this.#text[i];
      if (char === undefined) return { kind: "error", what: "unexpected end of string", at: i };
      if (char !== '"' && char !== "\\") continue;
      pieces.push(this.#bytes.subarray(from, i));
      if (char === '"') {
        this.#at = i + 1;
        const text = Buffer.concat(pieces);
        return { kind: "value", what: "T_STRING", push: () => this.#lua.lua_pushstring(this.#L, text), at };
      }
      const [piece, length] = this.#escape(i);
      if (piece === undefined)
        return {
          kind: "error",
          what: length === 6 ? "invalid unicode escape code" : "invalid escape code",
          at: i,
        };
      pieces.push(piece);
      i += length - 1;
      from = i + 1;
    }
  }

  /** What stands for the escape at `at`, and its length. */
  #escape(at: number): [piece: Buffer | undefined, length: number] {
    const letter = this.#text[at + 1] ?? "";
    if (letter !== "u") {
      const char = ESCAPED[letter];
      return [char === undefined ? undefined : Buffer.from(char), 2];
    }
    const unit = this.#unit(at);
    if (unit === undefined || (unit >= 0xdc00 && unit <= 0xdfff)) return [undefined, 6];
    if (unit < 0xd800 || unit > 0xdbff) return [Buffer.from(String.fromCharCode(unit)), 6];
    const second = this.#unit(at + 6);
    if (second === undefined || second < 0xdc00 || second > 0xdfff) return [undefined, 6];
    return [Buffer.from(String.fromCharCode(unit, second)), 12];
  }

  #unit(at: number): number | undefined {
    const digits = /^\\u([0-9a-fA-F]{4})/.exec(this.#text.slice(at, at + 6))?.[1];
    return digits === undefined ? undefined : Number.parseInt(digits, 16);
  }
}

function numberOf(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "");
  if (/^inf/i.test(digits)) return sign * Number.POSITIVE_INFINITY;
  return sign * Number(/^nan$/i.test(digits) ? "NaN" : digits);
}
