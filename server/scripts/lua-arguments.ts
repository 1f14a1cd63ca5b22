/**
 * How functions of the libraries read their arguments and give results, as Lua 5.1 does.
 *
 * Knows no library.
 */
import { type Lua, type LuaBytes, type LuaFunction, type LuaState, NIL } from "./fengari.ts";

/** A number without its fraction: 5.1 cuts where 5.3 refuses. */
export function integerArg(lua: Lua, L: LuaState, index: number): number {
  const value = Math.trunc(lua.luaL_checknumber(L, index));
  return Number.isNaN(value) ? 0 : value;
}

export function isGiven(lua: Lua, L: LuaState, index: number): boolean {
  return lua.lua_type(L, index) > NIL;
}

export function optionalInteger(lua: Lua, L: LuaState, index: number, otherwise: number): number {
  return isGiven(lua, L, index) ? integerArg(lua, L, index) : otherwise;
}

/** The bytes of a string or number. They are Lua's own: nobody may write to them. */
export function bytesArg(lua: Lua, L: LuaState, index: number): LuaBytes {
  return lua.luaL_checkstring(L, index);
}

export function textArg(lua: Lua, L: LuaState, index: number): string {
  return Buffer.from(bytesArg(lua, L, index)).toString("latin1");
}

/** Raises the error for a wrong argument. */
export function badArgument(lua: Lua, L: LuaState, index: number, text: string): never {
  return lua.luaL_argerror(L, index, Buffer.from(text.replaceAll("%", "%%"), "latin1"));
}

/** Raises an error in the script when it is over its limits. */
export function tick(lua: Lua, L: LuaState): void {
  if (lua.limits?.tick()) lua.fail(L, lua.limits.over!);
}

/** Raises an error in the script before it makes a string that is too long. */
export function checkRoom(lua: Lua, L: LuaState, bytes: number): void {
  if (lua.limits?.makes(bytes)) lua.fail(L, lua.limits.over!);
}

export function pushBytes(lua: Lua, L: LuaState, bytes: LuaBytes): number {
  lua.lua_pushstring(L, bytes);
  return 1;
}

export function pushNumber(lua: Lua, L: LuaState, value: number): number {
  lua.lua_pushnumber(L, value);
  return 1;
}

/** Puts functions into the table at the top of the stack. */
export function setFunctions(lua: Lua, L: LuaState, functions: Readonly<Record<string, LuaFunction>>): void {
  for (const [name, fn] of Object.entries(functions)) {
    lua.lua_pushcfunction(L, fn);
    lua.lua_setfield(L, -2, name);
  }
}

/** Makes a protected table of functions and other fields a global variable. */
export function setLibrary(
  lua: Lua,
  L: LuaState,
  name: string,
  functions: Readonly<Record<string, LuaFunction>>,
  fill: () => void = () => {},
): void {
  lua.lua_newtable(L);
  setFunctions(lua, L, functions);
  fill();
  lua.protect(L);
  lua.lua_setglobal(L, name);
}
