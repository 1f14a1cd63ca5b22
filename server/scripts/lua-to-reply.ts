/**
 * What a script returns, as the bytes of a reply in either dialect: Redis' conversions.
 *
 *     number ─▶ integer, cut to 64 bits    string ─▶ bulk    true ─▶ 1    false, nil ─▶ null    table ─▶ array up to
 *     the first nil; {ok=}, {err=}, {double=}, {map=}, {set=}, {big_number=}, {verbatim_string=}
 *
 * Invariant: what is written is counted, as in cjson-encode.ts.
 */
import type { Protocol } from "../../proto/reply.ts";
import { BOOLEAN, type Lua, type LuaState, NIL, NUMBER, STRING, TABLE } from "./fengari.ts";
import { checkRoom, tick } from "./lua-arguments.ts";
import { textG } from "./number-text.ts";

const MIN_INT64 = -(2n ** 63n);
/** Redis' own depth is about that. */
const MAX_DEPTH = 1000;
const STEPS_A_TICK = 1024;

/** The bytes of the value at the top of the stack. `resp` is the one that the script has asked for. */
export function encodeResult(lua: Lua, L: LuaState, protocol: Protocol, resp: Protocol): Buffer {
  const writer = new Writer(lua, L, protocol, resp);
  writer.value(0);
  return writer.join();
}

class Writer {
  readonly #lua: Lua;
  readonly #L: LuaState;
  readonly #protocol: Protocol;
  readonly #resp: Protocol;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor(lua: Lua, L: LuaState, protocol: Protocol, resp: Protocol) {
    this.#lua = lua;
    this.#L = L;
    this.#protocol = protocol;
    this.#resp = resp;
  }

  join(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** Writes the value at the top of the stack, and leaves it there. */
  value(depth: number): void {
    const lua = this.#lua;
    const L = this.#L;
    const type = lua.lua_type(L, -1);
    if (type === STRING) this.#bulk(lua.lua_tolstring(L, -1)!);
    else if (type === NUMBER) this.#line(":", String(int64Of(lua.lua_tonumber(L, -1))));
    else if (type === BOOLEAN) this.#boolean(lua.lua_toboolean(L, -1));
    else if (type === TABLE) this.#table(depth + 1);
    else this.#null();
  }

  /** Returns the place of the piece, where another one may stand later. */
  #add(piece: Uint8Array): number {
    this.#bytes += piece.length;
    if (this.#pieces.length % STEPS_A_TICK === 0) {
      tick(this.#lua, this.#L);
      checkRoom(this.#lua, this.#L, this.#bytes);
    }
    return this.#pieces.push(piece) - 1;
  }

  #line(type: string, text: string): void {
    this.#add(Buffer.from(`${type}${text}\r\n`, "latin1"));
  }

  #bulk(bytes: Uint8Array): void {
    this.#line("$", String(bytes.length));
    this.#add(new Uint8Array(bytes));
    this.#add(Buffer.from("\r\n"));
  }

  #null(): void {
    if (this.#protocol === 3) this.#line("_", "");
    else this.#line("$", "-1");
  }

  #boolean(value: boolean): void {
    if (this.#resp === 3 && this.#protocol === 3) this.#line("#", value ? "t" : "f");
    else if (this.#resp === 3) this.#line(":", value ? "1" : "0");
    else if (value) this.#line(":", "1");
    else this.#null();
  }

  #table(depth: number): void {
    if (depth > MAX_DEPTH || !this.#lua.lua_checkstack(this.#L, 4)) {
      this.#line("-", "ERR reached lua stack limit");
      return;
    }
    if (this.#special(depth)) return;
    const start = this.#add(new Uint8Array());
    let count = 0;
    while (this.#lua.lua_rawgeti(this.#L, -1, count + 1) !== NIL) {
      this.value(depth);
      this.#lua.lua_settop(this.#L, -2);
      count++;
    }
    this.#lua.lua_settop(this.#L, -2);
    this.#pieces[start] = Buffer.from(`*${count}\r\n`);
  }

  /** Writes a table that stands for something else than an array. */
  #special(depth: number): boolean {
    return (
      this.#field("err", STRING, () => this.#text("-")) ||
      this.#field("ok", STRING, () => this.#text("+")) ||
      this.#field("double", NUMBER, () => this.#double(this.#lua.lua_tonumber(this.#L, -1))) ||
      this.#field("map", TABLE, () => this.#pairs(depth, "%", true)) ||
      this.#field("set", TABLE, () => this.#pairs(depth, "~", false)) ||
      this.#field("big_number", STRING, () => this.#bigNumber()) ||
      this.#field("verbatim_string", TABLE, () => this.#verbatim())
    );
  }

  /** Calls `write` with the field's value at the top of the stack, if it has this type. */
  #field(name: string, type: number, write: () => unknown): boolean {
    const lua = this.#lua;
    const L = this.#L;
    lua.lua_pushstring(L, name);
    const isIt = lua.lua_rawget(L, -2) === type && write() !== false;
    lua.lua_settop(L, -2);
    return isIt;
  }

  /** A line of an error or a status: what would end it becomes a space. */
  #text(type: string): void {
    const text = Buffer.from(this.#lua.lua_tolstring(this.#L, -1)!).toString("latin1");
    this.#line(type, oneLine(text));
  }

  #double(value: number): void {
    const text = textG(value, 17);
    if (this.#protocol === 3) this.#line(",", text);
    else this.#bulk(Buffer.from(text));
  }

  #bigNumber(): void {
    const digits = oneLine(Buffer.from(this.#lua.lua_tolstring(this.#L, -1)!).toString("latin1"));
    if (this.#protocol === 3) this.#line("(", digits);
    else this.#bulk(Buffer.from(digits, "latin1"));
  }

  /** False: a part of it is missing, so it is an array. */
  #verbatim(): boolean {
    const lua = this.#lua;
    const L = this.#L;
    lua.lua_getfield(L, -1, "format");
    lua.lua_getfield(L, -2, "string");
    const [format, bytes] = [lua.lua_tolstring(L, -2), lua.lua_tolstring(L, -1)];
    const isWhole = format !== null && bytes !== null;
    if (isWhole && this.#protocol === 2) this.#bulk(bytes);
    else if (isWhole) {
      this.#line("=", String(bytes.length + 4));
      this.#add(
        Buffer.concat([Buffer.from(format).subarray(0, 3), Buffer.from(":"), bytes, Buffer.from("\r\n")]),
      );
    }
    lua.lua_settop(L, -3);
    return isWhole;
  }

  /** The keys of a table, with or without their values. */
  #pairs(depth: number, type: string, hasValues: boolean): void {
    const lua = this.#lua;
    const L = this.#L;
    const start = this.#add(new Uint8Array());
    let count = 0;
    lua.lua_pushnil(L);
    while (lua.lua_next(L, -2)) {
      count++;
      lua.lua_pushvalue(L, -2);
      this.value(depth);
      lua.lua_settop(L, -2);
      if (hasValues) this.value(depth);
      lua.lua_settop(L, -2);
    }
    const elements = hasValues && this.#protocol === 2 ? 2 * count : count;
    this.#pieces[start] = Buffer.from(`${this.#protocol === 3 ? type : "*"}${elements}\r\n`);
  }
}

/** A double becomes an integer as C makes it: without its fraction, and outside of 64 bits the smallest one. */
function int64Of(value: number): number | bigint {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole === 0 ? 0 : whole;
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : MIN_INT64;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
