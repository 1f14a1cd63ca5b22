/**
 * Lua 5.1's basic functions, as far as Redis has them, and its coroutines.
 *
 * Invariant: when a script is over its limits, no pcall and no xpcall of it goes on. Numbers are read as 5.1 reads
 * them.
 */
import {
  type Lua,
  type LuaFunction,
  type LuaState,
  MULTIPLE_RESULTS,
  NIL,
  NUMBER,
  OK,
  STRING,
  TABLE,
} from "./fengari.ts";
import {
  badArgument,
  bytesArg,
  integerArg,
  isGiven,
  optionalInteger,
  pushBytes,
  pushNumber,
  textArg,
} from "./lua-arguments.ts";
import { turnTop, unwrapTop } from "./lua51-errors.ts";
import { numberOf } from "./lua51-text.ts";

type BaseFunction = (lua: Lua, L: LuaState) => number;

const LIGHT_USERDATA = 2;
const MAX_RESULTS = 8000;
const HASH = 0x23;

/** After a call that failed: a script that is over its limits has to end. */
function endIfOver(lua: Lua, L: LuaState): void {
  const over = lua.limits?.over;
  if (over !== undefined) lua.fail(L, over);
}

const pcall: BaseFunction = (lua, L) => {
  lua.luaL_checkany(L, 1);
  const status = lua.lua_pcall(L, lua.lua_gettop(L) - 1, MULTIPLE_RESULTS, 0);
  endIfOver(lua, L);
  if (status !== OK) {
    turnTop(lua, L);
    unwrapTop(lua, L);
  }
  lua.lua_pushboolean(L, status === OK);
  lua.lua_insert(L, 1);
  return lua.lua_gettop(L);
};

const xpcall: BaseFunction = (lua, L) => {
  lua.luaL_checkany(L, 2);
  lua.lua_settop(L, 2);
  lua.lua_insert(L, 1);
  lua.lua_pushvalue(L, 1);
  const handle: LuaFunction = (state) => {
    turnTop(lua, state);
    lua.lua_pushvalue(state, lua.lua_upvalueindex(1));
    lua.lua_insert(state, 1);
    lua.lua_call(state, 1, 1);
    return 1;
  };
  lua.lua_pushcclosure(L, handle, 1);
  lua.lua_replace(L, 1);
  const status = lua.lua_pcall(L, 0, MULTIPLE_RESULTS, 1);
  endIfOver(lua, L);
  lua.lua_pushboolean(L, status === OK);
  lua.lua_replace(L, 1);
  return lua.lua_gettop(L);
};

const error: BaseFunction = (lua, L) => {
  const level = optionalInteger(lua, L, 2, 1);
  lua.lua_settop(L, 1);
  const type = lua.lua_type(L, 1);
  if ((type === STRING || type === NUMBER) && level > 0)
    prefixWithPlace(lua, L, level, lua.lua_tolstring(L, 1)!);
  return lua.lua_error(L);
};

/** Pushes the text behind the place of the caller in the script. */
function prefixWithPlace(lua: Lua, L: LuaState, level: number, text: Uint8Array): void {
  lua.luaL_where(L, level);
  lua.lua_pushstring(L, Buffer.concat([lua.lua_tolstring(L, -1)!, text]));
}

const assert: BaseFunction = (lua, L) => {
  lua.luaL_checkany(L, 1);
  if (lua.lua_toboolean(L, 1)) return lua.lua_gettop(L);
  const text = isGiven(lua, L, 2) ? bytesArg(lua, L, 2) : Buffer.from("assertion failed!");
  prefixWithPlace(lua, L, 1, text);
  return lua.lua_error(L);
};

const tonumber: BaseFunction = (lua, L) => {
  const base = optionalInteger(lua, L, 2, 10);
  if (base === 10) {
    lua.luaL_checkany(L, 1);
    const type = lua.lua_type(L, 1);
    const value =
      type === NUMBER ? lua.lua_tonumber(L, 1) : type === STRING ? numberOf(textArg(lua, L, 1)) : undefined;
    if (value === undefined) lua.lua_pushnil(L);
    else lua.lua_pushnumber(L, value);
    return 1;
  }
  const text = textArg(lua, L, 1).trim();
  if (base < 2 || base > 36) badArgument(lua, L, 2, "base out of range");
  const value = inBase(text, base);
  if (value === undefined) lua.lua_pushnil(L);
  else lua.lua_pushnumber(L, value);
  return 1;
};

/** As strtoul, which takes a sign, and `0x` in base 16. */
function inBase(text: string, base: number): number | undefined {
  const [, sign, digits = ""] = /^([-+]?)(.*)$/s.exec(
    base === 16 ? text.replace(/^([-+]?)0x/i, "$1") : text,
  )!;
  const values = Array.from(digits, (digit) => (/[0-9a-z]/i.test(digit) ? Number.parseInt(digit, 36) : 36));
  if (values.length === 0 || values.some((value) => value >= base)) return undefined;
  const number = values.reduce((sum, value) => sum * base + value, 0);
  return sign === "-" ? 2 ** 64 - number : number;
}

const tostring: BaseFunction = (lua, L) => {
  lua.luaL_checkany(L, 1);
  // cjson.null is the only one there is.
  if (lua.lua_type(L, 1) === LIGHT_USERDATA) return pushBytes(lua, L, Buffer.from("userdata: (nil)"));
  if (lua.luaL_callmeta(L, 1, Buffer.from("__tostring"))) return 1;
  lua.luaL_tolstring(L, 1);
  return 1;
};

const type: BaseFunction = (lua, L) => {
  lua.luaL_checkany(L, 1);
  return pushBytes(lua, L, lua.lua_typename(L, lua.lua_type(L, 1)));
};

const next: BaseFunction = (lua, L) => {
  lua.luaL_checktype(L, 1, TABLE);
  lua.lua_settop(L, 2);
  if (lua.lua_next(L, 1)) return 2;
  lua.lua_pushnil(L);
  return 1;
};

const pairs: BaseFunction = (lua, L) => {
  lua.luaL_checktype(L, 1, TABLE);
  lua.lua_getglobal(L, "next");
  lua.lua_pushvalue(L, 1);
  lua.lua_pushnil(L);
  return 3;
};

const ipairs: BaseFunction = (lua, L) => {
  lua.luaL_checktype(L, 1, TABLE);
  lua.lua_pushcfunction(L, (state) => {
    const at = integerArg(lua, state, 2) + 1;
    lua.lua_pushnumber(state, at);
    return lua.lua_rawgeti(state, 1, at) === NIL ? 0 : 2;
  });
  lua.lua_pushvalue(L, 1);
  lua.lua_pushnumber(L, 0);
  return 3;
};

const select: BaseFunction = (lua, L) => {
  const count = lua.lua_gettop(L);
  if (lua.lua_type(L, 1) === STRING && lua.lua_tolstring(L, 1)![0] === HASH)
    return pushNumber(lua, L, count - 1);
  const given = integerArg(lua, L, 1);
  const at = given < 0 ? count + given : Math.min(given, count);
  if (at < 1) badArgument(lua, L, 1, "index out of range");
  return count - at;
};

const unpack: BaseFunction = (lua, L) => {
  lua.luaL_checktype(L, 1, TABLE);
  const from = optionalInteger(lua, L, 2, 1);
  const to = optionalInteger(lua, L, 3, lua.lua_rawlen(L, 1));
  const count = to - from + 1;
  if (count <= 0) return 0;
  if (count > MAX_RESULTS || !lua.lua_checkstack(L, count)) lua.fail(L, "too many results to unpack");
  for (let at = from; at <= to; at++) lua.lua_rawgeti(L, 1, at);
  return count;
};

const rawequal: BaseFunction = (lua, L) => {
  lua.luaL_checkany(L, 2);
  lua.lua_pushboolean(L, lua.lua_rawequal(L, 1, 2));
  return 1;
};

const rawget: BaseFunction = (lua, L) => {
  lua.luaL_checktype(L, 1, TABLE);
  lua.luaL_checkany(L, 2);
  lua.lua_settop(L, 2);
  lua.lua_rawget(L, 1);
  return 1;
};

const rawset: BaseFunction = (lua, L) => {
  lua.luaL_checktype(L, 1, TABLE);
  lua.luaL_checkany(L, 3);
  lua.lua_settop(L, 3);
  lua.lua_rawset(L, 1);
  return 1;
};

/** Pushes the field `__metatable` of a value's metatable. False: there is none. */
function hidesMetatable(lua: Lua, L: LuaState): boolean {
  if (!lua.lua_getmetatable(L, 1)) return false;
  lua.lua_pushstring(L, "__metatable");
  lua.lua_rawget(L, -2);
  lua.lua_remove(L, -2);
  if (lua.lua_type(L, -1) !== NIL) return true;
  lua.lua_settop(L, -2);
  return false;
}

const getmetatable: BaseFunction = (lua, L) => {
  lua.luaL_checkany(L, 1);
  if (hidesMetatable(lua, L)) return 1;
  if (!lua.lua_getmetatable(L, 1)) lua.lua_pushnil(L);
  return 1;
};

const setmetatable: BaseFunction = (lua, L) => {
  lua.luaL_checktype(L, 1, TABLE);
  const given = lua.lua_type(L, 2);
  if (given !== NIL && given !== TABLE) badArgument(lua, L, 2, "nil or table expected");
  if (lua.isProtected(L, 1)) {
    lua.lua_pushstring(L, "Attempt to modify a readonly table");
    lua.lua_error(L);
  }
  if (hidesMetatable(lua, L)) lua.fail(L, "cannot change a protected metatable");
  lua.lua_settop(L, 2);
  lua.lua_setmetatable(L, 1);
  return 1;
};

/** There is nothing to collect by hand. */
const collectgarbage: BaseFunction = (lua, L) => {
  const what = isGiven(lua, L, 1) ? textArg(lua, L, 1) : "collect";
  if (!["collect", "stop", "restart", "count", "step", "setpause", "setstepmul"].includes(what))
    badArgument(lua, L, 1, `invalid option '${what}'`);
  if (what === "step") lua.lua_pushboolean(L, true);
  else lua.lua_pushnumber(L, what === "count" ? SOME_KILOBYTES : 0);
  return 1;
};

const SOME_KILOBYTES = 64;

const FUNCTIONS: Readonly<Record<string, BaseFunction>> = {
  ...{ assert, collectgarbage, error, getmetatable, ipairs, next, pairs, pcall, rawequal, rawget, rawset },
  ...{ select, setmetatable, tonumber, tostring, type, unpack, xpcall },
  gcinfo: (lua, L) => pushNumber(lua, L, SOME_KILOBYTES),
};

/** Sets the basic functions as globals. */
export function openBase(lua: Lua, L: LuaState): void {
  for (const [name, run] of Object.entries(FUNCTIONS)) {
    lua.lua_pushcfunction(L, (state) => run(lua, state));
    lua.lua_setglobal(L, name);
  }
  lua.lua_pushstring(L, "Lua 5.1");
  lua.lua_setglobal(L, "_VERSION");
}
