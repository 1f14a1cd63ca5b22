/**
 * Lua 5.1's `table`, with bounds on what one call may do.
 */
import { FUNCTION, LESS_THAN, type Lua, type LuaState, NIL, NUMBER, STRING, TABLE } from "./fengari.ts";
import {
  bytesArg,
  checkRoom,
  integerArg,
  isGiven,
  optionalInteger,
  pushBytes,
  pushNumber,
  setLibrary,
  tick,
} from "./lua-arguments.ts";

const STEPS_A_TICK = 4096;

function lengthArg(lua: Lua, L: LuaState): number {
  lua.luaL_checktype(L, 1, TABLE);
  return lua.lua_rawlen(L, 1);
}

function concat(lua: Lua, L: LuaState): number {
  const length = lengthArg(lua, L);
  const separator = isGiven(lua, L, 2) ? bytesArg(lua, L, 2) : Buffer.alloc(0);
  const from = optionalInteger(lua, L, 3, 1);
  const to = optionalInteger(lua, L, 4, length);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for (let at = from; at <= to; at++) {
    const type = lua.lua_rawgeti(L, 1, at);
    if (type !== STRING && type !== NUMBER) {
      const name = Buffer.from(lua.lua_typename(L, type)).toString();
      lua.fail(L, `invalid value (${name}) at index ${at} in table for 'concat'`);
    }
    if (at > from && separator.length > 0) pieces.push(separator);
    const piece = lua.lua_tolstring(L, -1)!;
    lua.lua_settop(L, -2);
    pieces.push(piece);
    bytes += piece.length + separator.length;
    if (pieces.length % STEPS_A_TICK < 2) {
      tick(lua, L);
      checkRoom(lua, L, bytes);
    }
  }
  checkRoom(lua, L, bytes);
  return pushBytes(lua, L, Buffer.concat(pieces));
}

function insert(lua: Lua, L: LuaState): number {
  const end = lengthArg(lua, L) + 1;
  const args = lua.lua_gettop(L);
  if (args !== 2 && args !== 3) lua.fail(L, "wrong number of arguments to 'insert'");
  const at = args === 2 ? end : integerArg(lua, L, 2);
  for (let i = Math.max(end, at); i > at; i--) {
    if (i % STEPS_A_TICK === 0) tick(lua, L);
    lua.lua_rawgeti(L, 1, i - 1);
    lua.lua_seti(L, 1, i);
  }
  lua.lua_seti(L, 1, at);
  return 0;
}

function remove(lua: Lua, L: LuaState): number {
  const end = lengthArg(lua, L);
  const at = optionalInteger(lua, L, 2, end);
  if (at < 1 || at > end) return 0;
  lua.lua_rawgeti(L, 1, at);
  for (let i = at; i < end; i++) {
    if (i % STEPS_A_TICK === 0) tick(lua, L);
    lua.lua_rawgeti(L, 1, i + 1);
    lua.lua_seti(L, 1, i);
  }
  lua.lua_pushnil(L);
  lua.lua_seti(L, 1, end);
  return 1;
}

/** The values become elements of another table while they are sorted: a comparison gets them from there by their number. */
function sort(lua: Lua, L: LuaState): number {
  const length = lengthArg(lua, L);
  const hasFunction = isGiven(lua, L, 2);
  if (hasFunction) lua.luaL_checktype(L, 2, FUNCTION);
  lua.lua_settop(L, 2);
  lua.lua_newtable(L);
  for (let at = 1; at <= length; at++) {
    lua.lua_rawgeti(L, 1, at);
    lua.lua_rawseti(L, 3, at);
  }
  let steps = 0;
  const isLess = (a: number, b: number) => {
    if (++steps % STEPS_A_TICK === 0) tick(lua, L);
    if (hasFunction) lua.lua_pushvalue(L, 2);
    lua.lua_rawgeti(L, 3, a);
    lua.lua_rawgeti(L, 3, b);
    if (hasFunction) lua.lua_call(L, 2, 1);
    const less = hasFunction ? lua.lua_toboolean(L, -1) : lua.lua_compare(L, -2, -1, LESS_THAN);
    lua.lua_settop(L, 3);
    return less;
  };
  const order = Array.from({ length }, (_, i) => i + 1);
  order.sort((a, b) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0));
  for (const [i, from] of order.entries()) {
    lua.lua_rawgeti(L, 3, from);
    lua.lua_seti(L, 1, i + 1);
  }
  return 0;
}

/** Calls `each` for every key and value, which are at the top of the stack. */
function forEach(lua: Lua, L: LuaState, each: () => boolean): boolean {
  let steps = 0;
  lua.lua_pushnil(L);
  while (lua.lua_next(L, 1)) {
    if (++steps % STEPS_A_TICK === 0) tick(lua, L);
    if (each()) return true;
    lua.lua_settop(L, -2);
  }
  return false;
}

function maxn(lua: Lua, L: LuaState): number {
  lua.luaL_checktype(L, 1, TABLE);
  let most = 0;
  forEach(lua, L, () => {
    if (lua.lua_type(L, -2) === NUMBER) most = Math.max(most, lua.lua_tonumber(L, -2));
    return false;
  });
  return pushNumber(lua, L, most);
}

function foreach(lua: Lua, L: LuaState): number {
  lua.luaL_checktype(L, 1, TABLE);
  lua.luaL_checktype(L, 2, FUNCTION);
  const hasResult = forEach(lua, L, () => {
    lua.lua_pushvalue(L, 2);
    lua.lua_pushvalue(L, -3);
    lua.lua_pushvalue(L, -3);
    lua.lua_call(L, 2, 1);
    if (lua.lua_type(L, -1) !== NIL) return true;
    lua.lua_settop(L, -2);
    return false;
  });
  return hasResult ? 1 : 0;
}

function foreachi(lua: Lua, L: LuaState): number {
  const length = lengthArg(lua, L);
  lua.luaL_checktype(L, 2, FUNCTION);
  for (let at = 1; at <= length; at++) {
    lua.lua_pushvalue(L, 2);
    lua.lua_pushnumber(L, at);
    lua.lua_rawgeti(L, 1, at);
    lua.lua_call(L, 2, 1);
    if (lua.lua_type(L, -1) !== NIL) return 1;
    lua.lua_settop(L, -2);
  }
  return 0;
}

export function openTables(lua: Lua, L: LuaState): void {
  setLibrary(lua, L, "table", {
    concat: (state) => concat(lua, state),
    foreach: (state) => foreach(lua, state),
    foreachi: (state) => foreachi(lua, state),
    getn: (state) => pushNumber(lua, state, lengthArg(lua, state)),
    insert: (state) => insert(lua, state),
    maxn: (state) => maxn(lua, state),
    remove: (state) => remove(lua, state),
    setn: (state) => lua.fail(state, "'setn' is obsolete"),
    sort: (state) => sort(lua, state),
  });
}
