/**
 * What a program may hand to the node: keys and values as text or bytes, options by name.
 *
 * Invariant: what passes a check here has the type that the rest of the server counts on. Programs in JavaScript have no
 * compiler, so their types are checked where they come in. No function throws anything but a TypeError, which says what
 * was given and what is expected. Knows no limits.
 */
import { types } from "node:util";

/** Bytes of another realm (a vm context) count as well, which instanceof would miss. */
export function isBytesOrText(thing: unknown): thing is Uint8Array | string {
  return typeof thing === "string" || types.isUint8Array(thing);
}

/** `what` is the name that the caller knows the argument by. */
export function checkBytesOrText(what: string, thing: unknown): void {
  if (!isBytesOrText(thing)) throw typeError(what, "text or bytes (a Uint8Array)", thing);
}

/** Every key is checked before the first one is used. Array.from sees the holes of a sparse array. */
export function checkKeys(keys: unknown): void {
  if (!Array.isArray(keys)) throw typeError("keys", "an array of keys", keys);
  for (const key of Array.from<unknown>(keys)) checkBytesOrText("key", key);
}

/** An object that has no names but these. A misspelt name would be a wish that nobody hears. */
export function checkOptions(what: string, options: unknown, names: readonly string[]): void {
  if (!isPlainObject(options)) throw typeError(what, "an object", options);
  const odd = Object.keys(options).find((name) => !names.includes(name));
  if (odd !== undefined)
    throw new TypeError(`${what}: unknown option "${odd}", expected ${names.join(", ")}`);
}

export function typeError(what: string, expected: string, given: unknown): TypeError {
  return new TypeError(`${what}: expected ${expected}, got ${describeType(given)}`);
}

/** Something whose own names say what it holds: no array, no Map, no bytes. */
export function isPlainObject(thing: unknown): thing is Readonly<Record<string, unknown>> {
  if (typeof thing !== "object" || thing === null || Array.isArray(thing)) return false;
  return !(types.isMap(thing) || types.isPromise(thing) || types.isUint8Array(thing));
}

/** The type in words. A Promise has its own, because to forget an `await` is the commonest mistake. */
export function describeType(thing: unknown): string {
  if (thing === undefined || thing === null) return String(thing);
  if (Array.isArray(thing)) return "an array";
  if (typeof thing === "string") return "text";
  if (typeof thing !== "object") return `a ${typeof thing}`;
  if (types.isPromise(thing)) return "a Promise";
  if (types.isMap(thing)) return "a Map";
  if (types.isAnyArrayBuffer(thing)) return "an ArrayBuffer";
  return types.isUint8Array(thing) ? "bytes" : "an object";
}
