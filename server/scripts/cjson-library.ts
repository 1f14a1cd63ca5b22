/**
 * `cjson`, as in Redis: encode, decode, null, and the settings of both.
 *
 * Invariant: settings hold for the script that makes them, and for no later one.
 */
import { type DecodeSettings, decode } from "./cjson-decode.ts";
import { type EncodeSettings, encode } from "./cjson-encode.ts";
import { BOOLEAN, type Lua, type LuaFunction, type LuaState } from "./fengari.ts";
import {
  badArgument,
  bytesArg,
  integerArg,
  isGiven,
  pushBytes,
  setLibrary,
  textArg,
} from "./lua-arguments.ts";

export type JsonSettings = EncodeSettings & {
  decodeDepth: number;
  decodesInvalid: boolean;
  keepsBuffer: boolean;
};

const NULL = { null: true };
const MAX_DEPTH = 1000;

export function defaultSettings(): JsonSettings {
  return {
    ...{ sparseConvert: false, sparseRatio: 2, sparseSafe: 10, maxDepth: MAX_DEPTH, precision: 14 },
    ...{ invalidNumbers: false, decodeDepth: MAX_DEPTH, decodesInvalid: true, keepsBuffer: true },
  };
}

export function openJson(lua: Lua, L: LuaState, settings: JsonSettings): void {
  const pushNull = (state: LuaState) => lua.lua_pushlightuserdata(state, NULL);
  const oneArgument = (state: LuaState) => {
    if (lua.lua_gettop(state) !== 1) badArgument(lua, state, 1, "expected 1 argument");
  };
  const functions: Record<string, LuaFunction> = {
    encode: (state) => {
      oneArgument(state);
      return pushBytes(lua, state, encode(lua, state, settings));
    },
    decode: (state) => {
      oneArgument(state);
      const limits: DecodeSettings = {
        maxDepth: settings.decodeDepth,
        invalidNumbers: settings.decodesInvalid,
      };
      decode(lua, state, bytesArg(lua, state, 1), limits, () => pushNull(state));
      return 1;
    },
    new: (state) => {
      lua.lua_getglobal(state, "cjson");
      return 1;
    },
    ...settersOf(lua, settings),
  };
  setLibrary(lua, L, "cjson", functions, () => {
    pushNull(L);
    lua.lua_setfield(L, -2, "null");
    for (const [name, text] of Object.entries({ _NAME: "cjson", _VERSION: "2.1.0" })) {
      lua.lua_pushstring(L, text);
      lua.lua_setfield(L, -2, name);
    }
  });
}

/** Each sets what it is given, and returns what holds. */
function settersOf(lua: Lua, settings: JsonSettings): Record<string, LuaFunction> {
  const whole =
    (
      name: "maxDepth" | "decodeDepth" | "precision" | "sparseRatio" | "sparseSafe",
      least: number,
      most: number,
      at = 1,
    ) =>
    (L: LuaState) => {
      if (isGiven(lua, L, at)) {
        const value = integerArg(lua, L, at);
        if (value < least || value > most)
          badArgument(lua, L, at, `expected integer between ${least} and ${most}`);
        settings[name] = value;
      }
      lua.lua_pushnumber(L, settings[name]);
      return 1;
    };
  const flag =
    (name: "keepsBuffer" | "decodesInvalid" | "sparseConvert" | "invalidNumbers") => (L: LuaState) => {
      if (isGiven(lua, L, 1)) {
        const isNull =
          name === "invalidNumbers" && lua.lua_type(L, 1) !== BOOLEAN && textArg(lua, L, 1) === "null";
        if (isNull) settings.invalidNumbers = "null";
        else
          settings[name] =
            lua.lua_type(L, 1) === BOOLEAN ? lua.lua_toboolean(L, 1) : textArg(lua, L, 1) === "on";
      }
      if (settings[name] === "null") lua.lua_pushstring(L, "null");
      else lua.lua_pushboolean(L, settings[name] as boolean);
      return 1;
    };
  const most = 2 ** 31 - 1;
  return {
    encode_max_depth: whole("maxDepth", 1, most),
    decode_max_depth: whole("decodeDepth", 1, most),
    encode_number_precision: whole("precision", 1, 14),
    encode_keep_buffer: flag("keepsBuffer"),
    encode_invalid_numbers: flag("invalidNumbers"),
    decode_invalid_numbers: flag("decodesInvalid"),
    encode_sparse_array: (L) => {
      lua.lua_settop(L, 3);
      flag("sparseConvert")(L);
      whole("sparseRatio", 0, most, 2)(L);
      whole("sparseSafe", 0, most, 3)(L);
      return 3;
    },
  };
}
