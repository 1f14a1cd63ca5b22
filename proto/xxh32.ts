/**
 * XXH32 in plain JavaScript: the hash of the store's index and of the flights.
 *
 * It is not in WebAssembly, because for a usual key of 16 to 40 bytes the call costs more than the hash. The result is that
 * of xxhash-wasm's `h32Raw`, bit for bit (the test compares them), as the xxHash project's doc/xxhash_spec.md specifies.
 */

const PRIME_1 = 0x9e3779b1 | 0;
const PRIME_2 = 0x85ebca77 | 0;
const PRIME_3 = 0xc2b2ae3d | 0;
const PRIME_4 = 0x27d4eb2f | 0;
const PRIME_5 = 0x165667b1 | 0;

/** The hash of `bytes[start, end)`, a signed 32-bit integer; `>>> 0` makes it the unsigned one of other libraries. */
export function xxh32(bytes: Uint8Array, start: number, end: number, seed: number): number {
  const length = end - start;
  let at = start;
  let hash: number;
  if (length >= 16) {
    hash = hashStripes(bytes, start, end, seed);
    at += length & ~15;
  } else {
    hash = (seed + PRIME_5) | 0;
  }
  hash = (hash + length) | 0;
  for (; at + 4 <= end; at += 4) {
    hash = (hash + Math.imul(wordAt(bytes, at), PRIME_3)) | 0;
    hash = Math.imul((hash << 17) | (hash >>> 15), PRIME_4);
  }
  for (; at < end; at++) {
    hash = (hash + Math.imul(bytes[at]!, PRIME_5)) | 0;
    hash = Math.imul((hash << 11) | (hash >>> 21), PRIME_1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return hash ^ (hash >>> 16);
}

/** Runs the four lanes over every whole stripe of 16 bytes, and joins them. */
function hashStripes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let a = (seed + PRIME_1 + PRIME_2) | 0;
  let b = (seed + PRIME_2) | 0;
  let c = seed | 0;
  let d = (seed - PRIME_1) | 0;
  for (let at = start; at + 16 <= end; at += 16) {
    a = lane(a, wordAt(bytes, at));
    b = lane(b, wordAt(bytes, at + 4));
    c = lane(c, wordAt(bytes, at + 8));
    d = lane(d, wordAt(bytes, at + 12));
  }
  return (
    (((a << 1) | (a >>> 31)) +
      ((b << 7) | (b >>> 25)) +
      ((c << 12) | (c >>> 20)) +
      ((d << 18) | (d >>> 14))) |
    0
  );
}

function lane(accumulator: number, word: number): number {
  const mixed = (accumulator + Math.imul(word, PRIME_2)) | 0;
  return Math.imul((mixed << 13) | (mixed >>> 19), PRIME_1);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
