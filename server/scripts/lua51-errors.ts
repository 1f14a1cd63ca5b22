/**
 * Error texts of Lua 5.3, turned into those of 5.1 that Redis' users know.
 */
import { type Lua, type LuaState, STRING, TABLE } from "./fengari.ts";

const NAMED = /attempt to (.+) a (\w+) value \((global|local|field|method|upvalue|constant) '([^']*)'\)$/;

export function as51(text: string): string {
  if (text === "attempt to yield from outside a coroutine")
    return "attempt to yield across metamethod/C-call boundary";
  if (text.endsWith("JS stack overflow")) return text.replace("JS", "C");
  return text.replace(NAMED, (_all, what: string, type: string, kind: string, name: string) =>
    kind === "constant"
      ? `attempt to ${what} a ${type} value`
      : `attempt to ${what} ${kind} '${name}' (a ${type} value)`,
  );
}

/** The same for a text that does not compile. */
export function compileError51(text: string): string {
  return text
    .replace(/ \(starting at line \d+\)/, "")
    .replace(/near <(\w+)>$/, "near '<$1>'")
    .replace(/: syntax error near (.*)$/, (_all, token: string) => `: '=' expected near ${token}`)
    .replace(/: <(\w+)> expected/, ": '<$1>' expected");
}

/** Turns the error at the top of the stack. */
export function turnTop(lua: Lua, L: LuaState): void {
  if (lua.lua_type(L, -1) !== STRING) return;
  const text = Buffer.from(lua.lua_tolstring(L, -1)!).toString("latin1");
  const turned = as51(text);
  if (turned === text) return;
  lua.lua_settop(L, -2);
  lua.lua_pushstring(L, Buffer.from(turned, "latin1"));
}

/** What pcall says of an error of redis.call: its text in place of the table. As Redis' own pcall does. */
export function unwrapTop(lua: Lua, L: LuaState): void {
  if (lua.lua_type(L, -1) !== TABLE) return;
  lua.lua_pushstring(L, "err");
  lua.lua_rawget(L, -2);
  if (lua.lua_type(L, -1) === STRING) lua.lua_replace(L, -2);
  else lua.lua_settop(L, -2);
}
