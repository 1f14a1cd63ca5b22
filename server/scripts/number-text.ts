/**
 * Numbers as C's printf writes them, because Redis' Lua 5.1 makes its texts with printf.
 *
 * Knows no Lua. `%.14g` is how Lua turns a number into text, `%.17g` how a script's number becomes a command's word. Where
 * a number is as near to one text as to another, C takes the even digit, and JavaScript the larger number.
 */

/** Above this, JavaScript's toFixed gives an exponent. */
const MAX_FIXED = 1e21;
/** The most digits that JavaScript gives; more than any number has that lies in the middle of two texts. */
const ALL_DIGITS = 100;
/** Integers up to here are short in every format. */
const MAX_PLAIN = 1e14;

/** `%.{precision}g`, or `%#.{precision}g` with `keepsZeros`. */
export function textG(value: number, precision: number, keepsZeros = false): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (precision >= 14 && !keepsZeros && Number.isInteger(value) && Math.abs(value) < MAX_PLAIN)
    return Object.is(value, -0) ? "-0" : String(value);
  const digits = precision === 0 ? 1 : precision;
  const [mantissa, power] = textE(value, digits - 1).split("e") as [string, string];
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits)
    return `${keepsZeros ? mantissa : withoutZeros(mantissa)}e${power}`;
  const fixed = textF(value, digits - 1 - exponent);
  return keepsZeros ? fixed : withoutZeros(fixed);
}

/** `%.{precision}e`: the exponent has two digits at least. */
export function textE(value: number, precision: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  const [mantissa, power] = size.toExponential(precision).split("e") as [string, string];
  const even = evenOf(size.toExponential(ALL_DIGITS).split("e")[0]!, precision);
  return `${signOf(value) + (even ?? mantissa)}e${power.replace(/^([+-])(\d)$/, "$10$2")}`;
}

/** `%.{precision}f`. */
export function textF(value: number, precision: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  if (size >= MAX_FIXED)
    return BigInt(value).toString() + (precision === 0 ? "" : `.${"0".repeat(precision)}`);
  return signOf(value) + (evenOf(size.toFixed(ALL_DIGITS), precision) ?? size.toFixed(precision));
}

/** The digits cut behind `precision` places, if what is cut off is exactly half and the last digit is even. */
function evenOf(digits: string, precision: number): string | undefined {
  const end = digits.indexOf(".") + 1 + precision;
  if (!/^50*$/.test(digits.slice(end))) return undefined;
  const cut = precision === 0 ? digits.slice(0, end - 1) : digits.slice(0, end);
  return Number(cut.at(-1)) % 2 === 0 ? cut : undefined;
}

function signOf(value: number): string {
  return value < 0 || Object.is(value, -0) ? "-" : "";
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** On x86 the NaN of 0/0 has its sign bit set, and so Redis prints it. */
function notFinite(value: number): string {
  if (Number.isNaN(value)) return "-nan";
  return value > 0 ? "inf" : "-inf";
}
