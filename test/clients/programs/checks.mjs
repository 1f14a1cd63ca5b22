/** What the Node programs have in common: the checks' lines, and the wait for the node's restart. */
import assert from "node:assert/strict";
import { once } from "node:events";

export const [, , library, port, authPort] = process.argv;
export const PASSWORD = "secret";

/** Every byte there is, behind the group's prefix. */
export const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
export const binaryKey = Buffer.concat([Buffer.from("m:"), everyByte]);
export const binaryValue = Buffer.from(everyByte).reverse();

/** The value of a key that was loaded once. */
export function loaded(name) {
  return `value of ${name}, load 1`;
}

export async function check(name, run) {
  try {
    const missing = await run();
    console.log(missing === undefined ? `ok ${name}` : `none ${name} ${missing}`);
  } catch (error) {
    console.log(`fail ${name} ${String(error?.message ?? error).replaceAll(/\s+/g, " ")}`);
  }
}

export async function restarted() {
  console.log("restart");
  await once(process.stdin, "data");
  process.stdin.pause();
}

/** Fails unless the promise rejects with this. */
export async function rejects(promise, pattern) {
  await assert.rejects(promise, (error) => pattern.test(error.message) || assert.fail(error.message));
}

export { assert };
