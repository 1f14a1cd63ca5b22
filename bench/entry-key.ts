/**
 * Keys for benches that call the store in their own process: one buffer that all calls share, as a server has a key in
 * its chunk, so that making keys costs neither memory nor garbage.
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
