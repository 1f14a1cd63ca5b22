/**
 * `cjson.encode`, as Redis' cjson writes.
 *
 * Invariant: what is written is counted, because tables that share tables can stand for more text than any memory holds.
 */
import { BOOLEAN, type Lua, type LuaState, NIL, NUMBER, STRING, TABLE } from "./fengari.ts";
import { checkRoom, tick } from "./lua-arguments.ts";
import { textG } from "./number-text.ts";

export interface EncodeSettings {
  sparseConvert: boolean;
  sparseRatio: number;
  sparseSafe: number;
  maxDepth: number;
  precision: number;
  /** NaN and Inf: an error, their names, or null. */
  invalidNumbers: boolean | "null";
}

const LIGHT_USERDATA = 2;
const STEPS_A_TICK = 1024;
const OBJECT = -1;

export function encode(lua: Lua, L: LuaState, settings: EncodeSettings): Buffer {
  const writer = new Writer(lua, L, settings);
  writer.value(0);
  return writer.join();
}

class Writer {
  readonly #lua: Lua;
  readonly #L: LuaState;
  readonly #settings: EncodeSettings;
  readonly #pieces: string[] = [];
  #bytes = 0;
  #steps = 0;

  constructor(lua: Lua, L: LuaState, settings: EncodeSettings) {
    this.#lua = lua;
    this.#L = L;
    this.#settings = settings;
  }

  join(): Buffer {
    return Buffer.from(this.#pieces.join(""), "latin1");
  }

  /** Writes the value at the top of the stack, and leaves it there. */
  value(depth: number): void {
    const lua = this.#lua;
    const L = this.#L;
    const type = lua.lua_type(L, -1);
    if (type === STRING) this.#string(lua.lua_tolstring(L, -1)!);
    else if (type === NUMBER) this.#number(lua.lua_tonumber(L, -1));
    else if (type === BOOLEAN) this.#add(lua.lua_toboolean(L, -1) ? "true" : "false");
    else if (type === TABLE) this.#table(depth + 1);
    else if (type === NIL || type === LIGHT_USERDATA) this.#add("null");
    else this.#refuse(type, "type not supported");
  }

  #add(text: string): void {
    this.#pieces.push(text);
    this.#bytes += text.length;
    if (++this.#steps % STEPS_A_TICK === 0) {
      tick(this.#lua, this.#L);
      checkRoom(this.#lua, this.#L, this.#bytes);
    }
  }

  #refuse(type: number, why: string): never {
    const name = Buffer.from(this.#lua.lua_typename(this.#L, type)).toString();
    return this.#lua.fail(this.#L, `Cannot serialise ${name}: ${why}`);
  }

  #number(value: number): void {
    const { invalidNumbers, precision } = this.#settings;
    if (Number.isFinite(value)) this.#add(textG(value, precision));
    else if (invalidNumbers === "null") this.#add("null");
    else if (invalidNumbers) this.#add(textG(value, precision));
    else this.#refuse(NUMBER, "must not be NaN or Inf");
  }

  #string(bytes: Uint8Array): void {
    checkRoom(this.#lua, this.#L, 6 * bytes.length + this.#bytes);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    this.#add(`"${text.replace(/["\\/\x00-\x1f\x7f]/g, escaped)}"`);
  }

  #table(depth: number): void {
    const lua = this.#lua;
    const L = this.#L;
    if (depth > this.#settings.maxDepth) lua.fail(L, `Cannot serialise, excessive nesting (${depth})`);
    if (!lua.lua_checkstack(L, 3)) lua.fail(L, "Cannot serialise, excessive nesting");
    const length = this.#lengthOf();
    if (length > 0) this.#array(length, depth);
    else this.#object(depth);
  }

  /** The largest index of an array; OBJECT: the table is none. */
  #lengthOf(): number {
    const lua = this.#lua;
    const L = this.#L;
    let most = 0;
    let count = 0;
    lua.lua_pushnil(L);
    while (lua.lua_next(L, -2)) {
      const key = lua.lua_type(L, -2) === NUMBER ? lua.lua_tonumber(L, -2) : 0;
      lua.lua_settop(L, -2);
      if (key < 1 || !Number.isInteger(key)) {
        lua.lua_settop(L, -2);
        return OBJECT;
      }
      most = Math.max(most, key);
      count++;
    }
    const { sparseRatio, sparseSafe, sparseConvert } = this.#settings;
    if (sparseRatio <= 0 || most <= count * sparseRatio || most <= sparseSafe) return most;
    return sparseConvert ? OBJECT : this.#refuse(TABLE, "excessively sparse array");
  }

  #array(length: number, depth: number): void {
    this.#add("[");
    for (let at = 1; at <= length; at++) {
      if (at > 1) this.#add(",");
      this.#lua.lua_rawgeti(this.#L, -1, at);
      this.value(depth);
      this.#lua.lua_settop(this.#L, -2);
    }
    this.#add("]");
  }

  #object(depth: number): void {
    const lua = this.#lua;
    const L = this.#L;
    let separator = "";
    this.#add("{");
    lua.lua_pushnil(L);
    while (lua.lua_next(L, -2)) {
      this.#add(separator);
      const type = lua.lua_type(L, -2);
      if (type === STRING) this.#string(lua.lua_tolstring(L, -2)!);
      else if (type === NUMBER) this.#add(`"${textG(lua.lua_tonumber(L, -2), this.#settings.precision)}"`);
      else this.#refuse(type, "table key must be a number or string");
      this.#add(":");
      this.value(depth);
      lua.lua_settop(L, -2);
      separator = ",";
    }
    this.#add("}");
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{
    '"': '\\"',
    "\\": "\\\\",
    "/": "\\/",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
  },
};

function escaped(char: string): string {
  return ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
