/**
 * Reads the words of a command as Redis reads them: names, options, integers.
 *
 * All bytes of a name count. An option (EX, NX, COUNT) is a C string for Redis: it ends at a NUL. Knows no command.
 */
import { int64Of } from "../../proto/int64.ts";

export { int64Of } from "../../proto/int64.ts";

/** No option of Redis is longer. */
const MAX_WORD_BYTES = 32;
/** No name of a command is longer. */
const MAX_NAME_BYTES = 64;

/** The name of a command or subcommand in lower case. A long word is cut, so that it equals no name. */
export function nameOf(arg: Buffer): string {
  return arg.toString("latin1", 0, Math.min(arg.length, MAX_NAME_BYTES)).toLowerCase();
}

/** An option in lower case. A long word is cut, so that it equals no option. */
export function wordOf(arg: Buffer): string {
  const nul = arg.subarray(0, MAX_WORD_BYTES).indexOf(0);
  return arg.toString("latin1", 0, nul < 0 ? MAX_WORD_BYTES : nul).toLowerCase();
}

/** A decimal integer of 64 bits as a number, which is exact up to 53 bits; undefined for any other word. */
export function integerOf(arg: Buffer): number | undefined {
  const value = int64Of(arg);
  return value === undefined ? undefined : Number(value);
}

/** Whether a name can stand in a line of CLIENT LIST, where spaces end a field. */
export function isClientName(name: Buffer): boolean {
  return name.every((byte) => byte >= 0x21 && byte <= 0x7e);
}
