/**
 * `bit`, as LuaJIT's bitop: 32 bits, results with a sign.
 */
import type { Lua, LuaFunction, LuaState } from "./fengari.ts";
import { isGiven, pushBytes, pushNumber, setLibrary } from "./lua-arguments.ts";

const MOST_DIGITS = 8;

/** The nearest integer, the even one in the middle, modulo 2^32. */
function bitsOf(value: number): number {
  const below = Math.floor(value);
  const isUp = value - below > 0.5 || (value - below === 0.5 && below % 2 !== 0);
  return (isUp ? below + 1 : below) | 0;
}

function swapped(bits: number): number {
  return (bits >>> 24) | ((bits >>> 8) & 0xff00) | ((bits << 8) & 0xff0000) | (bits << 24) | 0;
}

function hex(bits: number, digits: number): string {
  const count = Math.min(Math.abs(digits), MOST_DIGITS);
  const text = (bits >>> 0)
    .toString(16)
    .padStart(MOST_DIGITS, "0")
    .slice(MOST_DIGITS - count);
  return digits < 0 ? text.toUpperCase() : text;
}

export function openBits(lua: Lua, L: LuaState): void {
  const arg = (state: LuaState, index: number) => bitsOf(lua.luaL_checknumber(state, index));
  const shift = (of: (bits: number, by: number) => number): LuaFunction => {
    return (state) => pushNumber(lua, state, of(arg(state, 1), arg(state, 2) & 31) | 0);
  };
  const all = (of: (a: number, b: number) => number): LuaFunction => {
    return (state) => {
      let bits = arg(state, 1);
      for (let i = 2; i <= lua.lua_gettop(state); i++) bits = of(bits, arg(state, i));
      return pushNumber(lua, state, bits);
    };
  };
  setLibrary(lua, L, "bit", {
    arshift: shift((bits, by) => bits >> by),
    band: all((a, b) => a & b),
    bnot: (state) => pushNumber(lua, state, ~arg(state, 1)),
    bor: all((a, b) => a | b),
    bswap: (state) => pushNumber(lua, state, swapped(arg(state, 1))),
    bxor: all((a, b) => a ^ b),
    lshift: shift((bits, by) => bits << by),
    rol: shift((bits, by) => (bits << by) | (bits >>> (32 - by))),
    ror: shift((bits, by) => (bits >>> by) | (bits << (32 - by))),
    rshift: shift((bits, by) => bits >>> by),
    tobit: (state) => pushNumber(lua, state, arg(state, 1)),
    tohex: (state) => {
      const digits = isGiven(lua, state, 2) ? arg(state, 2) : MOST_DIGITS;
      return pushBytes(lua, state, Buffer.from(hex(arg(state, 1), digits)));
    },
  });
}
