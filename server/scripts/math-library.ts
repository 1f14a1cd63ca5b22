/**
 * Lua 5.1's `math`: fengari's, without what 5.3 has added and with what it has taken away. `random` gives the numbers that
 * it gives in Redis.
 */
import type { Lua, LuaFunction, LuaState } from "./fengari.ts";
import { badArgument, integerArg, pushNumber, setFunctions } from "./lua-arguments.ts";

/** The 48-bit generator of drand48, by which Redis is the same on every machine. */
const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const FIRST_LOW_BITS = 0x330en;
const FIRST_STATE = 0x1234abcd330en;
const BITS = 48;
const MAX_RANDOM = 2 ** 31 - 1;

export class Random {
  /** Goes on from script to script, as in Redis 7. */
  #common = FIRST_STATE;
  /** What the script of now has asked for. */
  #own: bigint | undefined;

  /** A script begins: the seed of the last one does not hold for it. */
  begin(): void {
    this.#own = undefined;
  }

  seed(seed: number): void {
    this.#own = (BigInt.asUintN(32, BigInt(Math.trunc(seed) || 0)) << 16n) | FIRST_LOW_BITS;
  }

  /** From 0 to 1. */
  next(): number {
    const state = BigInt.asUintN(BITS, (this.#own ?? this.#common) * MULTIPLIER + INCREMENT);
    if (this.#own === undefined) this.#common = state;
    else this.#own = state;
    return (Number(state >> 17n) % MAX_RANDOM) / MAX_RANDOM;
  }
}

function random(lua: Lua, L: LuaState, dice: Random): number {
  const thrown = dice.next();
  const args = lua.lua_gettop(L);
  if (args === 0) return pushNumber(lua, L, thrown);
  if (args > 2) lua.fail(L, "wrong number of arguments");
  const from = args === 1 ? 1 : integerArg(lua, L, 1);
  const to = integerArg(lua, L, args);
  if (from > to) badArgument(lua, L, args, "interval is empty");
  return pushNumber(lua, L, Math.floor(thrown * (to - from + 1)) + from);
}

function frexp(value: number): [mantissa: number, exponent: number] {
  if (value === 0 || !Number.isFinite(value)) return [value, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(value))) + 1);
  let mantissa = value * 2 ** -exponent;
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent--;
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent++;
  }
  return [mantissa, exponent];
}

const OF_ONE = { cosh: Math.cosh, log: Math.log, log10: Math.log10, sinh: Math.sinh, tanh: Math.tanh };
const OF_TWO: Readonly<Record<string, (a: number, b: number) => number>> = {
  atan2: Math.atan2,
  fmod: (a, b) => a % b,
  ldexp: (a, b) => a * 2 ** Math.trunc(b),
  mod: (a, b) => a % b,
  pow: Math.pow,
};
const NOT_OF_51 = ["tointeger", "type", "ult", "mininteger", "maxinteger"];

export function openMath(lua: Lua, L: LuaState, dice: Random): void {
  const number = (state: LuaState, index: number) => lua.luaL_checknumber(state, index);
  const functions: Record<string, LuaFunction> = {
    frexp: (state) => {
      const [mantissa, exponent] = frexp(number(state, 1));
      lua.lua_pushnumber(state, mantissa);
      return 1 + pushNumber(lua, state, exponent);
    },
    random: (state) => random(lua, state, dice),
    randomseed: (state) => {
      dice.seed(number(state, 1));
      return 0;
    },
  };
  for (const [name, of] of Object.entries(OF_ONE))
    functions[name] = (state) => pushNumber(lua, state, of(number(state, 1)));
  for (const [name, of] of Object.entries(OF_TWO))
    functions[name] = (state) => pushNumber(lua, state, of(number(state, 1), number(state, 2)));
  lua.luaopen_math(L);
  setFunctions(lua, L, functions);
  for (const name of NOT_OF_51) {
    lua.lua_pushnil(L);
    lua.lua_setfield(L, -2, name);
  }
  lua.protect(L);
  lua.lua_setglobal(L, "math");
}
