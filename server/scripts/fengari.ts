/**
 * fengari, a Lua 5.3 in JavaScript, as the Lua 5.1 that scripts for Redis are written for.
 *
 * Owns the changes to fengari: numbers are doubles and nothing else, they are written as 5.1 writes them, tables can be
 * readonly, text is counted before it is made. fengari's modules take each other's functions when they are loaded, so the
 * changes are made in between, in this order. The version of fengari is pinned for this reason. Nothing is loaded before
 * the first script.
 */
import { createRequire } from "node:module";
import type { Limits } from "./limits.ts";
import { textG } from "./number-text.ts";

/** A Lua string: any bytes. */
export type LuaBytes = Uint8Array;
export type LuaFunction = (L: LuaState) => number;

export interface LuaState {
  /** The table that a value is, or the value itself. */
  readonly stack: { readonly value: unknown }[];
  readonly top: number;
}

export interface LuaDebug {
  readonly source: LuaBytes;
  readonly currentline: number;
  readonly what: LuaBytes;
}

/** What the room uses of fengari's C API. The names are Lua's own, so Lua's manual explains them. */
export interface Lua {
  readonly LUA_REGISTRYINDEX: number;
  lua_newstate(): LuaState;
  lua_gettop(L: LuaState): number;
  lua_settop(L: LuaState, index: number): void;
  lua_absindex(L: LuaState, index: number): number;
  lua_checkstack(L: LuaState, count: number): boolean;
  lua_pushvalue(L: LuaState, index: number): void;
  lua_insert(L: LuaState, index: number): void;
  lua_remove(L: LuaState, index: number): void;
  lua_replace(L: LuaState, index: number): void;
  lua_type(L: LuaState, index: number): number;
  lua_typename(L: LuaState, type: number): LuaBytes;
  lua_tonumber(L: LuaState, index: number): number;
  lua_toboolean(L: LuaState, index: number): boolean;
  lua_tolstring(L: LuaState, index: number): LuaBytes | null;
  lua_topointer(L: LuaState, index: number): unknown;
  lua_touserdata(L: LuaState, index: number): unknown;
  lua_tothread(L: LuaState, index: number): LuaState | null;
  lua_rawlen(L: LuaState, index: number): number;
  lua_pushnil(L: LuaState): void;
  lua_pushnumber(L: LuaState, value: number): void;
  lua_pushboolean(L: LuaState, value: boolean): void;
  lua_pushstring(L: LuaState, value: LuaBytes | string): void;
  lua_pushcfunction(L: LuaState, fn: LuaFunction): void;
  lua_pushcclosure(L: LuaState, fn: LuaFunction, upvalues: number): void;
  lua_pushlightuserdata(L: LuaState, value: unknown): void;
  lua_pushthread(L: LuaState): boolean;
  lua_upvalueindex(index: number): number;
  lua_newtable(L: LuaState): void;
  lua_gettable(L: LuaState, index: number): number;
  lua_settable(L: LuaState, index: number): void;
  lua_getfield(L: LuaState, index: number, name: string): number;
  lua_setfield(L: LuaState, index: number, name: string): void;
  lua_geti(L: LuaState, index: number, at: number): number;
  lua_seti(L: LuaState, index: number, at: number): void;
  lua_rawget(L: LuaState, index: number): number;
  lua_rawgeti(L: LuaState, index: number, at: number): number;
  lua_rawset(L: LuaState, index: number): void;
  lua_rawseti(L: LuaState, index: number, at: number): void;
  lua_rawequal(L: LuaState, a: number, b: number): boolean;
  lua_compare(L: LuaState, a: number, b: number, operation: number): boolean;
  lua_next(L: LuaState, index: number): number;
  lua_getmetatable(L: LuaState, index: number): boolean;
  lua_setmetatable(L: LuaState, index: number): void;
  lua_getglobal(L: LuaState, name: string): number;
  lua_setglobal(L: LuaState, name: string): void;
  lua_setupvalue(L: LuaState, index: number, upvalue: number): unknown;
  lua_call(L: LuaState, args: number, results: number): void;
  lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
  lua_error(L: LuaState): never;
  lua_load(
    L: LuaState,
    reader: (L: LuaState, data: unknown) => LuaBytes | null,
    data: unknown,
    chunk: string,
    mode: string,
  ): number;
  lua_sethook(L: LuaState, hook: ((L: LuaState) => void) | null, mask: number, count: number): void;
  lua_atnativeerror(L: LuaState, handler: LuaFunction): unknown;
  lua_newthread(L: LuaState): LuaState;
  lua_status(L: LuaState): number;
  lua_resume(L: LuaState, from: LuaState, args: number): number;
  lua_yield(L: LuaState, results: number): number;
  lua_xmove(from: LuaState, to: LuaState, count: number): void;
  lua_getstack(L: LuaState, level: number, debug: LuaDebug): boolean;
  lua_getinfo(L: LuaState, what: string, debug: LuaDebug): unknown;
  luaL_where(L: LuaState, level: number): void;
  luaL_ref(L: LuaState, index: number): number;
  luaL_unref(L: LuaState, index: number, ref: number): void;
  luaL_checktype(L: LuaState, index: number, type: number): void;
  luaL_checknumber(L: LuaState, index: number): number;
  luaL_checkstring(L: LuaState, index: number): LuaBytes;
  luaL_checkany(L: LuaState, index: number): void;
  luaL_argerror(L: LuaState, index: number, text: LuaBytes): never;
  luaL_tolstring(L: LuaState, index: number): LuaBytes;
  luaL_callmeta(L: LuaState, index: number, name: LuaBytes): boolean;
  luaopen_math: LuaFunction;
  newDebug(): LuaDebug;
  /** Raises an error at the line of the script that calls the running function. */
  fail(L: LuaState, text: string): never;
  /** From now on a script that changes the table at the top of the stack gets an error. */
  protect(L: LuaState): void;
  isProtected(L: LuaState, index: number): boolean;
  /** As lua_rawset, in a protected table. */
  setProtected(L: LuaState, index: number): void;
  /** The limits of the script that runs now. */
  limits: Limits | undefined;
}

/** Lua's types, as lua_type says them. */
export const NIL = 0;
export const BOOLEAN = 1;
export const NUMBER = 3;
export const STRING = 4;
export const TABLE = 5;
export const FUNCTION = 6;
/** Where the registry has the table of globals. */
export const GLOBALS = 2;
export const MULTIPLE_RESULTS = -1;
export const OK = 0;
export const YIELDED = 1;
export const LESS_THAN = 1;
const COUNT_MASK = 8;
/** A function calls itself about 20,000 deep, as in Redis, and the stack takes some MB then. */
const MAX_STACK = 200_000;
/** Strings shorter than this do not count as pieces of one that is about to be made. */
const LARGE_BYTES = 1 << 20;
const ANY_NUMBER = 3;

type Module = Record<string, never>;
type Functions = Record<string, (...args: never[]) => unknown>;

interface TableLike {
  readonly?: boolean;
}

let loaded: Lua | undefined;

/** fengari, loaded when this is called for the first time. */
export function loadFengari(): Lua {
  loaded ??= load();
  return loaded;
}

/** Has `hook` called about every so many instructions. */
export function setCountHook(lua: Lua, L: LuaState, hook: (L: LuaState) => void, count: number): void {
  lua.lua_sethook(L, hook, COUNT_MASK, count);
}

function load(): Lua {
  const require = createRequire(import.meta.url);
  const part = (name: string): Module => require(`fengari/src/${name}.js`);
  const lua = { limits: undefined } as unknown as Lua & { limits: Limits | undefined };
  // luaconf and defs need each other, and only this order works.
  part("defs");
  Object.assign(part("luaconf"), {
    LUA_COMPAT_FLOATSTRING: true,
    LUAI_MAXSTACK: MAX_STACK,
    lua_number2str: (value: number) => textG(value, 14),
  });
  countText(part("lstring") as unknown as Functions, lua);
  const { lua_Debug: Debug, ...api } = part("lua") as unknown as Functions & {
    lua_Debug: new () => LuaDebug;
  };
  const auxiliary = part("lauxlib") as unknown as Functions;
  const { luaopen_math } = part("lmathlib") as unknown as Functions;
  onlyDoubles(part("lobject"), lua);
  keepOrder(part("ltable") as unknown as Functions);
  protectTables(part("ltable") as unknown as Functions, part("ldebug") as unknown as Functions);
  const { luaL_error } = auxiliary as unknown as { luaL_error: (L: LuaState, text: LuaBytes) => never };
  return Object.assign(lua, api, auxiliary, {
    luaopen_math,
    newDebug: () => new Debug(),
    fail: (L: LuaState, text: string) => luaL_error(L, Buffer.from(text.replaceAll("%", "%%"), "latin1")),
    protect: (L: LuaState) => {
      (L.stack[L.top - 1]!.value as TableLike).readonly = true;
    },
    isProtected: (L: LuaState, index: number) =>
      (lua.lua_topointer(L, index) as TableLike | null)?.readonly === true,
    setProtected: (L: LuaState, index: number) => {
      const table = lua.lua_topointer(L, index) as TableLike;
      table.readonly = false;
      lua.lua_rawset(L, index);
      table.readonly = true;
    },
    lua_newstate: (auxiliary as unknown as { luaL_newstate: () => LuaState }).luaL_newstate,
  } as unknown as Partial<Lua>);
}

/**
 * Counts every string before it is made. Hashes become Latin-1 text: fengari's own take a hundred times as long, and order
 * strings wrongly.
 */
function countText(lstring: Functions, lua: Lua): void {
  const LuaString = lstring.TString as unknown as new (
    L: LuaState,
    bytes: LuaBytes,
  ) => {
    hash: string | null;
    realstring: LuaBytes;
  };
  const hashOf = (bytes: LuaBytes) =>
    `|${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")}`;
  const bless = (L: LuaState, bytes: LuaBytes) => {
    if (lua.limits?.makes(bytes.length)) lua.fail(L, lua.limits.over!);
    return new LuaString(L, bytes);
  };
  Object.assign(lstring, {
    luaS_hash: hashOf,
    luaS_hashlongstr: (text: InstanceType<typeof LuaString>) => (text.hash ??= hashOf(text.realstring)),
    luaS_bless: bless,
    // fengari calls this one with `new`, too.
    luaS_new: function luaS_new(L: LuaState, bytes: LuaBytes) {
      return bless(L, new Uint8Array(bytes));
    },
    luaS_newliteral: (L: LuaState, text: string) => bless(L, new Uint8Array(Buffer.from(text))),
  });
}

/**
 * Lua 5.1 has one kind of number. Here every number counts as a double, so that no integer of 32 bits wraps around.
 * `vslen` is asked for the length of each piece before fengari joins them: pieces that are too long together end the script.
 */
function onlyDoubles(lobject: Module, lua: Lua): void {
  const { prototype } = (lobject as unknown as { TValue: { prototype: Record<string, unknown> } }).TValue;
  Object.assign(prototype, {
    ttisinteger: () => false,
    ttisfloat(this: { type: number }) {
      return (this.type & 0x0f) === ANY_NUMBER;
    },
    vslen(this: { value: { realstring: LuaBytes } }) {
      const { length } = this.value.realstring;
      if (length >= LARGE_BYTES && lua.limits?.joins(this, length)) throw new RangeError(lua.limits.over);
      return length;
    },
  });
}

interface Entry {
  p: Entry | undefined;
  n: Entry | undefined;
}

interface Entries {
  readonly strong: Map<unknown, Entry>;
  f: Entry | undefined;
  l: Entry | undefined;
}

/** The list `{1, 2, 3}` is filled from its end, and pairs follows the order of filling: in 5.1 it begins with 1. */
function keepOrder(ltable: Functions): void {
  const set = ltable.luaH_setint as unknown as (table: Entries, key: number, value: unknown) => void;
  Object.assign(ltable, {
    luaH_setint: (table: Entries, key: number, value: unknown) => {
      const last = table.l;
      set(table, key, value);
      const next = table.strong.get(key + 1);
      if (table.l === last || next === undefined || last === undefined) return;
      // The entry is new and at the end: it goes before its neighbour.
      const entry = table.l!;
      last.n = undefined;
      table.l = last;
      entry.p = next.p;
      entry.n = next;
      if (next.p === undefined || next.p === null) table.f = entry;
      else next.p.n = entry;
      next.p = entry;
    },
  });
}

function protectTables(ltable: Functions, ldebug: Functions): void {
  const set = ltable.luaH_setfrom as unknown as (
    L: LuaState,
    table: TableLike,
    key: unknown,
    value: unknown,
  ) => void;
  const fail = ldebug.luaG_runerror as unknown as (L: LuaState, text: LuaBytes) => never;
  const text = Buffer.from("Attempt to modify a readonly table");
  Object.assign(ltable, {
    luaH_setfrom: (L: LuaState, table: TableLike, key: unknown, value: unknown) => {
      if (table.readonly) fail(L, text);
      set(L, table, key, value);
    },
  });
}
