/**
 * How the words of a command are read: names, the words of its syntax, integers.
 *
 * Names count byte by byte. The words of a command's syntax (EX, NX, COUNT) are compared as Redis compares them, as C
 * strings: what stands behind a NUL does not count. Knows no command.
 */

/** A longer word is none that Redis knows. */
const MAX_WORD_BYTES = 32;
/** A longer word is no command's name, and need not be converted whole. */
const MAX_NAME_BYTES = 64;
/** A sign and the 19 digits of the largest integer of 64 bits. */
const MAX_INTEGER_BYTES = 20;

/** The name of a command or of a subcommand, in lower case. */
export function nameOf(arg: Buffer): string {
  return arg.toString("latin1", 0, Math.min(arg.length, MAX_NAME_BYTES)).toLowerCase();
}

/** A word of a command's syntax, in lower case. */
export function wordOf(arg: Buffer): string {
  const nul = arg.subarray(0, MAX_WORD_BYTES).indexOf(0);
  return arg.toString("latin1", 0, nul < 0 ? MAX_WORD_BYTES : nul).toLowerCase();
}

/** A decimal integer of 64 bits, as Redis reads one; undefined when it is none. */
export function int64Of(arg: Buffer): bigint | undefined {
  if (arg.length > MAX_INTEGER_BYTES) return undefined;
  const text = arg.toString("latin1");
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value === BigInt.asIntN(64, value) ? value : undefined;
}

/** The same as a number, which is not exact beyond 53 bits. */
export function integerOf(arg: Buffer): number | undefined {
  const value = int64Of(arg);
  return value === undefined ? undefined : Number(value);
}

/** Whether CLIENT LIST, a line of words, can show this name. */
export function isClientName(name: Buffer): boolean {
  return name.every((byte) => byte >= 0x21 && byte <= 0x7e);
}
