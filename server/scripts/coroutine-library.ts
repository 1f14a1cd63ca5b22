/**
 * Lua 5.1's `coroutine`.
 *
 * A new one has the count hook of the one that made it. Knows no limits.
 */

import { FUNCTION, type Lua, type LuaFunction, type LuaState, OK, STRING, YIELDED } from "./fengari.ts";
import { badArgument, pushBytes, setLibrary } from "./lua-arguments.ts";
import { turnTop, unwrapTop } from "./lua51-errors.ts";

function threadArg(lua: Lua, L: LuaState): LuaState {
  return lua.lua_tothread(L, 1) ?? badArgument(lua, L, 1, "coroutine expected");
}

/** Resumes with the values at the top of the stack. Returns how many results are there; -1: an error is. */
function resume(lua: Lua, L: LuaState, thread: LuaState, args: number): number {
  const isDead = lua.lua_status(thread) === OK && lua.lua_gettop(thread) === 0;
  if (isDead || thread === L) {
    lua.lua_pushstring(L, isDead ? "cannot resume dead coroutine" : "cannot resume non-suspended coroutine");
    return -1;
  }
  lua.lua_xmove(L, thread, args);
  const status = lua.lua_resume(thread, L, args);
  if (status !== OK && status !== YIELDED) {
    lua.lua_xmove(thread, L, 1);
    turnTop(lua, L);
    return -1;
  }
  const results = lua.lua_gettop(thread);
  if (!lua.lua_checkstack(L, results + 1)) lua.fail(L, "too many results to resume");
  lua.lua_xmove(thread, L, results);
  return results;
}

function create(lua: Lua, L: LuaState): number {
  lua.luaL_checktype(L, 1, FUNCTION);
  const thread = lua.lua_newthread(L);
  lua.lua_pushvalue(L, 1);
  lua.lua_xmove(L, thread, 1);
  return 1;
}

function resumeCall(lua: Lua, L: LuaState): number {
  const results = resume(lua, L, threadArg(lua, L), lua.lua_gettop(L) - 1);
  if (results < 0) unwrapTop(lua, L);
  lua.lua_pushboolean(L, results >= 0);
  lua.lua_insert(L, results < 0 ? -2 : -(results + 1));
  return Math.abs(results) + 1;
}

function wrap(lua: Lua, L: LuaState): number {
  create(lua, L);
  const call: LuaFunction = (state) => {
    const thread = lua.lua_tothread(state, lua.lua_upvalueindex(1))!;
    const results = resume(lua, state, thread, lua.lua_gettop(state));
    if (results >= 0) return results;
    if (lua.lua_type(state, -1) === STRING) {
      lua.luaL_where(state, 1);
      const place = lua.lua_tolstring(state, -1)!;
      lua.lua_pushstring(state, Buffer.concat([place, lua.lua_tolstring(state, -2)!]));
    }
    return lua.lua_error(state);
  };
  lua.lua_pushcclosure(L, call, 1);
  return 1;
}

function statusOf(lua: Lua, L: LuaState, thread: LuaState): string {
  if (thread === L) return "running";
  if (lua.lua_status(thread) === YIELDED) return "suspended";
  if (lua.lua_status(thread) !== OK) return "dead";
  if (lua.lua_getstack(thread, 0, lua.newDebug())) return "normal";
  return lua.lua_gettop(thread) === 0 ? "dead" : "suspended";
}

function running(lua: Lua, L: LuaState): number {
  if (lua.lua_pushthread(L)) lua.lua_pushnil(L);
  return 1;
}

export function openCoroutines(lua: Lua, L: LuaState): void {
  setLibrary(lua, L, "coroutine", {
    create: (state) => create(lua, state),
    resume: (state) => resumeCall(lua, state),
    running: (state) => running(lua, state),
    status: (state) => pushBytes(lua, state, Buffer.from(statusOf(lua, state, threadArg(lua, state)))),
    wrap: (state) => wrap(lua, state),
    yield: (state) => lua.lua_yield(state, lua.lua_gettop(state)),
  });
}
