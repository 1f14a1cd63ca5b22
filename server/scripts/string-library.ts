/**
 * Lua 5.1's `string`, with bounds on what one call may make or search.
 *
 * fengari's own is 5.3's, and has no bounds. Patterns are in patterns.ts, `format` in string-format.ts.
 */
import {
  FUNCTION,
  type Lua,
  type LuaBytes,
  type LuaFunction,
  type LuaState,
  NUMBER,
  STRING,
  TABLE,
} from "./fengari.ts";
import {
  badArgument,
  bytesArg,
  checkRoom,
  integerArg,
  optionalInteger,
  pushBytes,
  pushNumber,
  setFunctions,
  tick,
} from "./lua-arguments.ts";
import { Matcher, PatternError } from "./patterns.ts";
import { format } from "./string-format.ts";

const CARET = 0x5e;
const PERCENT = 0x25;
const SPECIAL = new Set(Buffer.from("^$*+?.([%-"));
const MAX_SLICE = 8000;

type StringFunction = (lua: Lua, L: LuaState) => number;

/** A place in a string as `sub` counts: negative numbers from the end. */
function placeOf(place: number, length: number): number {
  return place < 0 ? Math.max(place + length + 1, 0) : place;
}

/** The bytes from one place to another. */
function slice(bytes: LuaBytes, from: number, to: number): LuaBytes {
  const first = Math.max(placeOf(from, bytes.length), 1);
  const last = Math.min(placeOf(to, bytes.length), bytes.length);
  return first > last ? bytes.subarray(0, 0) : bytes.subarray(first - 1, last);
}

const sub: StringFunction = (lua, L) => {
  const bytes = bytesArg(lua, L, 1);
  return pushBytes(lua, L, slice(bytes, integerArg(lua, L, 2), optionalInteger(lua, L, 3, -1)));
};

const byte: StringFunction = (lua, L) => {
  const bytes = bytesArg(lua, L, 1);
  const from = optionalInteger(lua, L, 2, 1);
  const part = slice(bytes, from, optionalInteger(lua, L, 3, placeOf(from, bytes.length)));
  if (part.length > MAX_SLICE || !lua.lua_checkstack(L, part.length)) lua.fail(L, "string slice too long");
  for (const each of part) lua.lua_pushnumber(L, each);
  return part.length;
};

const char: StringFunction = (lua, L) => {
  const bytes = new Uint8Array(lua.lua_gettop(L));
  for (let i = 1; i <= bytes.length; i++) {
    const value = integerArg(lua, L, i);
    if (value < 0 || value > 255) badArgument(lua, L, i, "invalid value");
    bytes[i - 1] = value;
  }
  return pushBytes(lua, L, bytes);
};

const rep: StringFunction = (lua, L) => {
  const bytes = bytesArg(lua, L, 1);
  const count = Math.max(0, integerArg(lua, L, 2));
  checkRoom(lua, L, bytes.length * count);
  return pushBytes(lua, L, bytes.length === 0 ? bytes : Buffer.alloc(bytes.length * count, bytes));
};

const mapping =
  (map: (each: number) => number): StringFunction =>
  (lua, L) =>
    pushBytes(lua, L, bytesArg(lua, L, 1).map(map));

const lower = mapping((each) => (each >= 0x41 && each <= 0x5a ? each + 32 : each));
const upper = mapping((each) => (each >= 0x61 && each <= 0x7a ? each - 32 : each));
const reverse: StringFunction = (lua, L) => pushBytes(lua, L, Uint8Array.from(bytesArg(lua, L, 1)).reverse());
const len: StringFunction = (lua, L) => pushNumber(lua, L, bytesArg(lua, L, 1).length);

/** Runs what uses a pattern: its mistakes are errors of the script. */
function withPattern(lua: Lua, L: LuaState, run: () => number): number {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return lua.fail(L, error.message);
  }
}

function pushCapture(lua: Lua, L: LuaState, value: LuaBytes | number): void {
  if (typeof value === "number") lua.lua_pushnumber(L, value);
  else lua.lua_pushstring(L, value);
}

/** All captures; without any, the whole match unless it is not wanted. */
function pushCaptures(lua: Lua, L: LuaState, matcher: Matcher, match?: readonly [number, number]): number {
  const count = matcher.captures === 0 && match !== undefined ? 1 : matcher.captures;
  if (!lua.lua_checkstack(L, count)) lua.fail(L, "too many captures");
  for (let i = 0; i < count; i++) pushCapture(lua, L, matcher.capture(i, match?.[0] ?? 0, match?.[1] ?? 0));
  return count;
}

const finding =
  (isFind: boolean): StringFunction =>
  (lua, L) => {
    const source = bytesArg(lua, L, 1);
    const pattern = bytesArg(lua, L, 2);
    const first = placeOf(optionalInteger(lua, L, 3, 1), source.length);
    const from = Math.min(Math.max(first - 1, 0), source.length);
    if (isFind && (lua.lua_toboolean(L, 4) || !pattern.some((each) => SPECIAL.has(each)))) {
      const at = Buffer.from(source.buffer, source.byteOffset, source.length).indexOf(pattern, from);
      if (at < 0) return pushNil(lua, L);
      lua.lua_pushnumber(L, at + 1);
      return 1 + pushNumber(lua, L, at + pattern.length);
    }
    return withPattern(lua, L, () => search(lua, L, source, pattern, from, isFind));
  };

function search(
  lua: Lua,
  L: LuaState,
  source: LuaBytes,
  pattern: LuaBytes,
  from: number,
  isFind: boolean,
): number {
  const matcher = new Matcher(source, pattern, () => tick(lua, L));
  const isAnchored = pattern[0] === CARET;
  for (let at = from; at <= source.length; at++) {
    const end = matcher.matchAt(at, isAnchored ? 1 : 0);
    if (end >= 0) {
      if (!isFind) return pushCaptures(lua, L, matcher, [at, end]);
      lua.lua_pushnumber(L, at + 1);
      lua.lua_pushnumber(L, end);
      return 2 + pushCaptures(lua, L, matcher);
    }
    if (isAnchored) break;
  }
  return pushNil(lua, L);
}

function pushNil(lua: Lua, L: LuaState): number {
  lua.lua_pushnil(L);
  return 1;
}

const gmatch: StringFunction = (lua, L) => {
  const source = bytesArg(lua, L, 1);
  const pattern = bytesArg(lua, L, 2);
  let at = 0;
  lua.lua_pushcfunction(L, (state) =>
    withPattern(lua, state, () => {
      const matcher = new Matcher(source, pattern, () => tick(lua, state));
      for (; at <= source.length; at++) {
        const end = matcher.matchAt(at, 0);
        if (end < 0) continue;
        const from = at;
        at = end === from ? end + 1 : end;
        return pushCaptures(lua, state, matcher, [from, end]);
      }
      return 0;
    }),
  );
  return 1;
};

const gsub: StringFunction = (lua, L) => {
  const source = bytesArg(lua, L, 1);
  const pattern = bytesArg(lua, L, 2);
  const kind = lua.lua_type(L, 3);
  if (![NUMBER, STRING, TABLE, FUNCTION].includes(kind))
    badArgument(lua, L, 3, "string/function/table expected");
  const most = optionalInteger(lua, L, 4, source.length + 1);
  return withPattern(lua, L, () => substitute(lua, L, source, pattern, most));
};

function substitute(lua: Lua, L: LuaState, source: LuaBytes, pattern: LuaBytes, most: number): number {
  const matcher = new Matcher(source, pattern, () => tick(lua, L));
  const isAnchored = pattern[0] === CARET;
  const pieces: LuaBytes[] = [];
  let bytes = 0;
  const add = (piece: LuaBytes) => {
    pieces.push(piece);
    bytes += piece.length;
    if (pieces.length % 1024 === 0) tick(lua, L);
    if (bytes > source.length) checkRoom(lua, L, bytes);
  };
  let count = 0;
  let at = 0;
  let kept = 0;
  while (count < most) {
    const end = matcher.matchAt(at, isAnchored ? 1 : 0);
    if (end >= 0) {
      count++;
      add(source.subarray(kept, at));
      add(replacement(lua, L, matcher, at, end, source));
      kept = end;
    }
    if (end > at) at = end;
    else if (at < source.length) at++;
    else break;
    if (isAnchored) break;
  }
  add(source.subarray(kept));
  lua.lua_pushstring(L, Buffer.concat(pieces));
  return 1 + pushNumber(lua, L, count);
}

/** What stands in for one match: of a table or a function it may be nothing, and the match stays. */
function replacement(
  lua: Lua,
  L: LuaState,
  matcher: Matcher,
  from: number,
  end: number,
  source: LuaBytes,
): LuaBytes {
  const kind = lua.lua_type(L, 3);
  if (kind === NUMBER || kind === STRING) return expanded(lua, L, matcher, from, end);
  if (kind === FUNCTION) {
    lua.lua_pushvalue(L, 3);
    lua.lua_call(L, pushCaptures(lua, L, matcher, [from, end]), 1);
  } else {
    pushCapture(lua, L, matcher.capture(0, from, end));
    lua.lua_gettable(L, 3);
  }
  const isKept = !lua.lua_toboolean(L, -1);
  const got = lua.lua_type(L, -1);
  if (!isKept && got !== STRING && got !== NUMBER) {
    const name = Buffer.from(lua.lua_typename(L, got)).toString();
    lua.fail(L, `invalid replacement value (a ${name})`);
  }
  const bytes = isKept ? source.subarray(from, end) : lua.lua_tolstring(L, -1)!;
  lua.lua_settop(L, -2);
  return bytes;
}

/** The replacing text with its %0 to %9; as in 5.1, `%` before any other byte is left out. */
function expanded(lua: Lua, L: LuaState, matcher: Matcher, from: number, end: number): LuaBytes {
  const text = lua.lua_tolstring(L, 3)!;
  if (!text.includes(PERCENT)) return text;
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== PERCENT) pieces.push(text.subarray(i, i + 1));
    else if (++i < text.length) {
      const digit = text[i]! - 0x30;
      if (digit < 0 || digit > 9) pieces.push(text.subarray(i, i + 1));
      else pieces.push(captureBytes(matcher, digit, from, end));
    }
  }
  return Buffer.concat(pieces);
}

function captureBytes(matcher: Matcher, digit: number, from: number, end: number): Uint8Array {
  const value = digit === 0 ? matcher.whole(from, end) : matcher.capture(digit - 1, from, end);
  return typeof value === "number" ? Buffer.from(String(value)) : value;
}

const FUNCTIONS: Readonly<Record<string, StringFunction>> = {
  ...{ byte, char, find: finding(true), format, gfind: gmatch, gmatch, gsub, len, lower },
  ...{ match: finding(false), rep, reverse, sub, upper },
};

/** Opens `string`, and makes it the type's own methods. */
export function openStrings(lua: Lua, L: LuaState): void {
  lua.lua_newtable(L);
  const bound = Object.entries(FUNCTIONS).map(([name, run]): [string, LuaFunction] => [
    name,
    (state) => run(lua, state),
  ]);
  setFunctions(lua, L, Object.fromEntries(bound));
  lua.protect(L);
  lua.lua_pushvalue(L, -1);
  lua.lua_setglobal(L, "string");
  lua.lua_pushstring(L, "");
  lua.lua_newtable(L);
  lua.lua_pushvalue(L, -3);
  lua.lua_setfield(L, -2, "__index");
  lua.protect(L);
  lua.lua_setmetatable(L, -2);
  lua.lua_settop(L, -3);
}
