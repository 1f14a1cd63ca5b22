/**
 * Lua 5.1's `string.format`: C's printf, with numbers of 64 bits.
 */
import type { Lua, LuaBytes, LuaState } from "./fengari.ts";
import { badArgument, bytesArg, checkRoom, integerArg, pushBytes } from "./lua-arguments.ts";
import { textE, textF, textG } from "./number-text.ts";

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly conversion: string;
}

const DIRECTIVE = /^%([-+ #0]*)(\d*)(?:\.(\d*))?([\s\S]?)/;
/** Longer than any directive. */
const MAX_DIRECTIVE = 32;
const MAX_FLAGS = 5;
const PERCENT = 0x25;
const WHOLE = 64;

export function format(lua: Lua, L: LuaState): number {
  const text = bytesArg(lua, L, 1);
  const pieces: Uint8Array[] = [];
  let arg = 1;
  let bytes = 0;
  const add = (piece: Uint8Array) => {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > text.length) checkRoom(lua, L, bytes);
  };
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf(PERCENT, at);
    add(text.subarray(at, next < 0 ? text.length : next));
    if (next < 0) break;
    if (text[next + 1] === PERCENT) {
      add(text.subarray(next, next + 1));
      at = next + 2;
      continue;
    }
    if (++arg > lua.lua_gettop(L)) badArgument(lua, L, arg, "no value");
    const [directive, length] = read(lua, L, text.subarray(next, next + MAX_DIRECTIVE));
    add(convert(lua, L, arg, directive));
    at = next + length;
  }
  return pushBytes(lua, L, Buffer.concat(pieces));
}

function read(lua: Lua, L: LuaState, text: LuaBytes): [directive: Directive, length: number] {
  const [all, flags = "", width = "", precision, conversion = ""] = DIRECTIVE.exec(
    Buffer.from(text).toString("latin1"),
  )!;
  if (flags.length > MAX_FLAGS) lua.fail(L, "invalid format (repeated flags)");
  if (width.length > 2 || (precision?.length ?? 0) > 2)
    lua.fail(L, "invalid format (width or precision too long)");
  const directive = { flags, width: Number(width), conversion };
  return [{ ...directive, precision: precision === undefined ? undefined : Number(precision) }, all.length];
}

function convert(lua: Lua, L: LuaState, arg: number, directive: Directive): Uint8Array {
  const { conversion, precision } = directive;
  switch (conversion) {
    case "c":
      return padded(Buffer.from([integerArg(lua, L, arg) & 0xff]), directive);
    case "d":
    case "i":
    case "o":
    case "u":
    case "x":
    case "X":
      return integer(BigInt(bounded(integerArg(lua, L, arg))), directive);
    case "e":
    case "E":
    case "f":
    case "g":
    case "G":
      return real(lua.luaL_checknumber(L, arg), directive);
    case "q":
      return quoted(bytesArg(lua, L, arg));
    case "s": {
      const bytes = bytesArg(lua, L, arg);
      return padded(precision === undefined ? bytes : bytes.subarray(0, precision), directive);
    }
    default:
      return lua.fail(L, `invalid option '%${conversion}' to 'format'`);
  }
}

/** What C makes of a double outside of 64 bits. */
function bounded(value: number): number {
  return value >= -(2 ** 63) && value < 2 ** 63 ? value : -(2 ** 63);
}

const RADIX: Readonly<Record<string, number>> = { o: 8, u: 10, x: 16, X: 16 };

function integer(value: bigint, directive: Directive): Uint8Array {
  const { conversion, precision, flags } = directive;
  const radix = RADIX[conversion];
  const number = radix === undefined ? value : BigInt.asUintN(WHOLE, value);
  let digits = (number < 0n ? -number : number).toString(radix ?? 10);
  if (precision === 0 && number === 0n) digits = "";
  digits = digits.padStart(precision ?? 0, "0");
  if (flags.includes("#") && radix === 16 && number !== 0n) digits = `0x${digits}`;
  if (flags.includes("#") && radix === 8 && !digits.startsWith("0")) digits = `0${digits}`;
  if (conversion === "X") digits = digits.toUpperCase();
  const sign = number < 0n ? "-" : radix === undefined ? plusOf(flags) : "";
  return paddedNumber(sign, digits, directive, precision === undefined);
}

function real(value: number, directive: Directive): Uint8Array {
  const { conversion, precision = 6, flags } = directive;
  const kind = conversion.toLowerCase();
  const text =
    kind === "e"
      ? textE(value, precision)
      : kind === "f"
        ? textF(value, precision)
        : textG(value, precision, flags.includes("#"));
  const isNegative = text.startsWith("-");
  const digits = isNegative ? text.slice(1) : text;
  const cased = conversion === kind ? digits : digits.toUpperCase();
  return paddedNumber(isNegative ? "-" : plusOf(flags), cased, directive, Number.isFinite(value));
}

function plusOf(flags: string): string {
  return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function paddedNumber(sign: string, digits: string, directive: Directive, mayZero: boolean): Uint8Array {
  const { flags, width } = directive;
  const isZero = mayZero && flags.includes("0") && !flags.includes("-");
  const prefix = /^0x/i.exec(digits)?.[0] ?? "";
  const zeros = isZero
    ? digits.slice(prefix.length).padStart(width - sign.length - prefix.length, "0")
    : undefined;
  return padded(Buffer.from(sign + (zeros === undefined ? digits : prefix + zeros), "latin1"), directive);
}

function padded(bytes: Uint8Array, { flags, width }: Directive): Uint8Array {
  if (bytes.length >= width) return bytes;
  const spaces = Buffer.alloc(width - bytes.length, " ");
  return Buffer.concat(flags.includes("-") ? [bytes, spaces] : [spaces, bytes]);
}

const ESCAPES: Readonly<Record<number, string>> = {
  34: '\\"',
  92: "\\\\",
  10: "\\\n",
  13: "\\r",
  0: "\\000",
};

function quoted(bytes: LuaBytes): Uint8Array {
  const pieces = Array.from(bytes, (byte) => ESCAPES[byte] ?? String.fromCharCode(byte));
  return Buffer.from(`"${pieces.join("")}"`, "latin1");
}
