/**
 * Keys for benches that call the store in their own process. All calls share one buffer, so that making a key costs
 * neither memory nor garbage; a server reads a key from its chunk at no such cost either.
 */

export const KEY_BYTES = 16;
export const key: Buffer = Buffer.alloc(KEY_BYTES, "key:000000000000");

/** Writes key number `i` into `key`. */
export function setKey(i: number): void {
  for (let at = KEY_BYTES - 1; at >= 4; at--) {
    key[at] = 48 + (i % 10);
    i = Math.floor(i / 10);
  }
}
