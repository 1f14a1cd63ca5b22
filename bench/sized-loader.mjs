/**
 * A loader whose keys say how long their values are: for `20480:7` it returns 20,480 bytes, at once.
 */
const largest = Buffer.alloc(1 << 20, "x");

export const load = (key) => largest.subarray(0, Number.parseInt(key, 10));
