/**
 * How a text becomes a function: for a script, and for `load` and `loadstring` of Lua 5.1.
 *
 * Invariant: a text is bounded, because nothing ends a compilation.
 */
import { FUNCTION, GLOBALS, type Lua, type LuaState, OK, STRING } from "./fengari.ts";
import { isGiven, setFunctions, textArg } from "./lua-arguments.ts";
import { MalformedNumber, textFor53 } from "./lua51-text.ts";

/** The longest text: one takes half a second at most. */
export const MAX_TEXT_BYTES = 256 << 10;
const SYNTAX_ERROR = 3;

/** Pushes the function of a text, or the error. */
export function loadText(lua: Lua, L: LuaState, text: string, chunk: string): number {
  let rest: Uint8Array | null;
  if (text.length > MAX_TEXT_BYTES) {
    lua.lua_pushstring(L, `text is too long (max ${MAX_TEXT_BYTES} bytes)`);
    return SYNTAX_ERROR;
  }
  try {
    rest = Buffer.from(textFor53(text), "latin1");
  } catch (error) {
    if (!(error instanceof MalformedNumber)) throw error;
    lua.lua_pushstring(L, `${chunk.replace(/^[@=]/, "")}:${error.line}: ${error.message}`);
    return SYNTAX_ERROR;
  }
  const reader = () => {
    const piece = rest;
    rest = null;
    return piece;
  };
  return lua.lua_load(L, reader, null, chunk, "t");
}

/** The pieces of text that a function returns, until it returns nothing. */
function piecesOf(lua: Lua, L: LuaState): string {
  const pieces: string[] = [];
  for (let bytes = 0; bytes <= MAX_TEXT_BYTES; ) {
    lua.lua_pushvalue(L, 1);
    lua.lua_call(L, 0, 1);
    const piece = lua.lua_tolstring(L, -1);
    if (lua.lua_type(L, -1) !== STRING || piece === null || piece.length === 0) break;
    pieces.push(Buffer.from(piece).toString("latin1"));
    bytes += piece.length;
    lua.lua_settop(L, -2);
  }
  return pieces.join("");
}

/** `load` and `loadstring` compile texts, and nothing else. */
export function openLoading(lua: Lua, L: LuaState): void {
  const load = (state: LuaState, text: string, chunk: string) => {
    if (loadText(lua, state, text, chunk) === OK) return 1;
    lua.lua_pushnil(state);
    lua.lua_insert(state, -2);
    return 2;
  };
  const chunkOf = (state: LuaState, otherwise: string) =>
    isGiven(lua, state, 2) ? textArg(lua, state, 2) : otherwise;
  lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS);
  setFunctions(lua, L, {
    loadstring: (state) => load(state, textArg(lua, state, 1), chunkOf(state, textArg(lua, state, 1))),
    load: (state) => {
      lua.luaL_checktype(state, 1, FUNCTION);
      return load(state, piecesOf(lua, state), chunkOf(state, "=(load)"));
    },
  });
}
