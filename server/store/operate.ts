/**
 * What an operation makes of a value: the new bytes, or why it cannot be made; and what a comparison says of it.
 *
 * Owns Redis' rules for numbers, lengths, bits and digests. Pure: it knows no entry, no key and no time, so whoever changes a value
 * calls the same functions. A result is never longer than the limit that is handed in, and is looked at before memory is
 * taken for it.
 */
import type { Comparison, Operation } from "../../cluster/edit.ts";
import { editErrors } from "../../proto/error-texts.ts";
import { int64Of, isInt64 } from "../../proto/int64.ts";
import { xxh3Hex } from "../../proto/xxh3.ts";
import { sumOfFloats } from "./long-double.ts";

/** `value` undefined: the value stays as it is. `result` is what the client hears. */
export type Operated =
  | { readonly value: Uint8Array | undefined; readonly result: string }
  | { readonly error: string };

/** Redis' `proto-max-bulk-len`, at its default. */
const MAX_STRING_BYTES = 512 << 20;
const DIGEST_CHARACTERS = 16;
const NO_BYTES = new Uint8Array();

/** `old` undefined: there is no value. It is only read; the new value is a copy. */
export function operate(old: Uint8Array | undefined, operation: Operation, maxBytes: number): Operated {
  const { kind, argument, at } = operation;
  switch (kind) {
    case "add":
      return add(old, argument);
    case "addFloat":
      return addFloat(old, argument);
    case "append":
      return write(old, argument, old?.length ?? 0, maxBytes);
    case "setRange":
      if (argument.length === 0) return { value: undefined, result: String(old?.length ?? 0) };
      return write(old, argument, at, maxBytes);
    case "setBit":
      return setBit(old, argument[0] === 1, at, maxBytes);
  }
}

function add(old: Uint8Array | undefined, argument: Uint8Array): Operated {
  const before = old === undefined ? 0n : int64Of(old);
  const by = int64Of(argument);
  if (before === undefined || by === undefined) return { error: editErrors.notAnInteger };
  const sum = before + by;
  return isInt64(sum) ? numberOf(String(sum)) : { error: editErrors.overflow };
}

function addFloat(old: Uint8Array | undefined, argument: Uint8Array): Operated {
  const sum = sumOfFloats(old, argument);
  if (sum === undefined) return { error: editErrors.notAFloat };
  return sum === "not finite" ? { error: editErrors.notFinite } : numberOf(sum);
}

function numberOf(text: string): Operated {
  return { value: Buffer.from(text), result: text };
}

function write(old: Uint8Array = NO_BYTES, bytes: Uint8Array, at: number, maxBytes: number): Operated {
  const length = Math.max(old.length, at + bytes.length);
  const error = tooLong(at + bytes.length, maxBytes);
  if (error !== undefined) return { error };
  const value = Buffer.alloc(length);
  value.set(old);
  value.set(bytes, at);
  return { value, result: String(length) };
}

function setBit(old: Uint8Array = NO_BYTES, isOn: boolean, at: number, maxBytes: number): Operated {
  const byteAt = Math.floor(at / 8);
  const error = tooLong(byteAt + 1, maxBytes);
  if (error !== undefined) return { error };
  const value = Buffer.alloc(Math.max(old.length, byteAt + 1));
  value.set(old);
  const mask = 0x80 >> (at % 8);
  const before = value[byteAt]!;
  value[byteAt] = isOn ? before | mask : before & ~mask;
  return { value, result: (before & mask) === 0 ? "0" : "1" };
}

/** Redis' text above Redis' limit; above the group's own the text that a SET gets. */
function tooLong(bytes: number, maxBytes: number): string | undefined {
  if (bytes > MAX_STRING_BYTES) return editErrors.stringTooLong;
  return bytes > maxBytes ? editErrors.valueTooLong(maxBytes) : undefined;
}

/** Whether a comparison holds. `old` undefined: there is no value. Of a digest Redis looks at the length only. */
export function compare(
  old: Uint8Array | undefined,
  { kind, to }: Comparison,
): boolean | { readonly error: string } {
  const isNegative = kind === "different" || kind === "otherDigest";
  if (old === undefined) return isNegative;
  if (kind === "equal" || kind === "different") return isNegative !== (Buffer.compare(old, to) === 0);
  if (to.length !== DIGEST_CHARACTERS) return { error: editErrors.digestLength };
  const digest = Buffer.from(to).toString("latin1").toLowerCase();
  return isNegative !== (xxh3Hex(old) === digest);
}
