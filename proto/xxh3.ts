/**
 * The hash of a value for DIGEST, IFDEQ and IFDNE: XXH3 with 64 bits and without a seed.
 *
 * After the specification of xxHash, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md. Up to 240 bytes it
 * computes with bigints. Longer values go through the eight lanes as pairs of 32 bits, which takes 2 ns a byte where
 * bigints would take 25: 8 MB must not hold up the thread. Not for secrets: everybody can find two values of one hash.
 */

const SECRET = Buffer.from(
  "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221" +
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8" +
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb" +
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e",
  "hex",
);
const PRIME32_1 = 0x9e3779b1;
const PRIME32_2 = 0x85ebca77;
const PRIME32_3 = 0xc2b2ae3d;
const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
const PRIME64_4 = 0x85ebca77c2b2ae63n;
const PRIME64_5 = 0x27d4eb2f165667c5n;
const PRIME_MX1 = 0x165667919e3779f9n;
const PRIME_MX2 = 0x9fb21c651e98df25n;

const u64 = (value: bigint) => BigInt.asUintN(64, value);
const rotated = (value: bigint, bits: bigint) => u64(value << bits) | (value >> (64n - bits));
const secret = (at: number) => SECRET.readBigUInt64LE(at);

/** 16 hexadecimal digits. */
export function xxh3Hex(bytes: Uint8Array): string {
  return xxh3(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .toString(16)
    .padStart(16, "0");
}

function xxh3(input: Buffer): bigint {
  const { length } = input;
  if (length > 240) return long(input);
  if (length > 128) return upTo240(input);
  if (length > 16) return upTo128(input);
  if (length > 8) return upTo16(input);
  if (length >= 4) return upTo8(input);
  return length === 0 ? avalanche64(secret(56) ^ secret(64)) : upTo3(input);
}

function upTo3(input: Buffer): bigint {
  const { length } = input;
  const combined = (input[0]! << 16) | (input[length >> 1]! << 24) | input[length - 1]! | (length << 8);
  return avalanche64(BigInt((combined ^ SECRET.readInt32LE(0) ^ SECRET.readInt32LE(4)) >>> 0));
}

function upTo8(input: Buffer): bigint {
  const { length } = input;
  const both = (BigInt(input.readUInt32LE(0)) << 32n) | BigInt(input.readUInt32LE(length - 4));
  let hash = both ^ secret(8) ^ secret(16);
  hash ^= rotated(hash, 49n) ^ rotated(hash, 24n);
  hash = u64(hash * PRIME_MX2);
  hash ^= (hash >> 35n) + BigInt(length);
  hash = u64(hash * PRIME_MX2);
  return hash ^ (hash >> 28n);
}

function upTo16(input: Buffer): bigint {
  const { length } = input;
  const low = input.readBigUInt64LE(0) ^ secret(24) ^ secret(32);
  const high = input.readBigUInt64LE(length - 8) ^ secret(40) ^ secret(48);
  const swapped = Buffer.alloc(8);
  swapped.writeBigUInt64LE(low);
  return avalanche(BigInt(length) + swapped.readBigUInt64BE() + high + folded(low, high));
}

function upTo128(input: Buffer): bigint {
  const { length } = input;
  let hash = BigInt(length) * PRIME64_1;
  for (let i = Math.ceil(length / 32) - 1; i >= 0; i--) {
    hash += mixed(input, 16 * i, 32 * i) + mixed(input, length - 16 * (i + 1), 32 * i + 16);
  }
  return avalanche(hash);
}

function upTo240(input: Buffer): bigint {
  const { length } = input;
  let hash = BigInt(length) * PRIME64_1;
  for (let i = 0; i < 8; i++) hash += mixed(input, 16 * i, 16 * i);
  hash = avalanche(hash);
  for (let i = 8; i < length >> 4; i++) hash += mixed(input, 16 * i, 16 * (i - 8) + 3);
  return avalanche(hash + mixed(input, length - 16, 119));
}

function mixed(input: Buffer, at: number, secretAt: number): bigint {
  const low = input.readBigUInt64LE(at) ^ secret(secretAt);
  return folded(low, input.readBigUInt64LE(at + 8) ^ secret(secretAt + 8));
}

/** Both halves of the product, one on the other. */
function folded(a: bigint, b: bigint): bigint {
  const product = a * b;
  return u64(product) ^ (product >> 64n);
}

function avalanche(value: bigint): bigint {
  let hash = u64(value);
  hash ^= hash >> 37n;
  hash = u64(hash * PRIME_MX1);
  return hash ^ (hash >> 32n);
}

function avalanche64(value: bigint): bigint {
  let hash = u64((value ^ (value >> 33n)) * PRIME64_2);
  hash = u64((hash ^ (hash >> 29n)) * PRIME64_3);
  return hash ^ (hash >> 32n);
}

const LANES = [
  ...[BigInt(PRIME32_3), PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4],
  ...[BigInt(PRIME32_2), PRIME64_5, BigInt(PRIME32_1)],
];
const STRIPE = 64;
/** The secret moves on by 8 bytes a stripe; at its end the lanes are scrambled. */
const STRIPES_A_BLOCK = (SECRET.length - STRIPE) / 8;
/** The secret's 32 bits from each of its bytes on. */
const SECRET_WORDS = Int32Array.from({ length: SECRET.length - 3 }, (_, at) => SECRET.readInt32LE(at));

function long(input: Buffer): bigint {
  const { length } = input;
  /** Each lane's lower half, then its upper half. */
  const lanes = new Int32Array(16);
  for (const [i, lane] of LANES.entries()) {
    lanes[2 * i] = Number(BigInt.asIntN(32, lane));
    lanes[2 * i + 1] = Number(BigInt.asIntN(32, lane >> 32n));
  }
  const words = wordsOf(input);
  const stripes = Math.floor((length - 1) / STRIPE);
  for (let i = 0; i < stripes; i++) {
    const inBlock = i % STRIPES_A_BLOCK;
    accumulate(lanes, words, 16 * i, 8 * inBlock);
    if (inBlock === STRIPES_A_BLOCK - 1) scramble(lanes);
  }
  accumulate(lanes, wordsOf(input.subarray(length - STRIPE)), 0, SECRET.length - STRIPE - 7);
  const lane = (i: number) => (BigInt(lanes[2 * i + 1]! >>> 0) << 32n) | BigInt(lanes[2 * i]! >>> 0);
  let hash = BigInt(length) * PRIME64_1;
  for (let i = 0; i < 8; i += 2) {
    hash += folded(lane(i) ^ secret(11 + 8 * i), lane(i + 1) ^ secret(19 + 8 * i));
  }
  return avalanche(hash);
}

/** Whole words of 32 bits, copied if they do not lie where words may lie. */
function wordsOf(bytes: Buffer): Int32Array {
  const own = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Int32Array(own.buffer, own.byteOffset, own.length >> 2);
}

/** Adds a stripe: to each lane a product of its own word's halves, and to its neighbour that word. */
function accumulate(lanes: Int32Array, words: Int32Array, at: number, secretAt: number): void {
  for (let i = 0; i < 16; i += 2) {
    const low = words[at + i]!;
    const high = words[at + i + 1]!;
    add(lanes, i ^ 2, low, high);
    addProduct(lanes, i, low ^ SECRET_WORDS[secretAt + 4 * i]!, high ^ SECRET_WORDS[secretAt + 4 * i + 4]!);
  }
}

function add(lanes: Int32Array, lane: number, low: number, high: number): void {
  const sum = (lanes[lane]! + low) | 0;
  const carry = sum >>> 0 < low >>> 0 ? 1 : 0;
  lanes[lane] = sum;
  lanes[lane + 1] = lanes[lane + 1]! + high + carry;
}

/** Adds the 64 bits of a product of 32 and 32 bits. Each sum in between fits into 32 bits. */
function addProduct(lanes: Int32Array, lane: number, a: number, b: number): void {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const one = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const two = (Math.imul(aLow, bHigh) + (one & 0xffff)) | 0;
  add(lanes, lane, Math.imul(a, b), (Math.imul(aHigh, bHigh) + (one >>> 16) + (two >>> 16)) | 0);
}

function scramble(lanes: Int32Array): void {
  for (let i = 0; i < 16; i += 2) {
    const at = SECRET.length - STRIPE + 4 * i;
    const high = lanes[i + 1]!;
    const low = lanes[i]! ^ (high >>> 15) ^ SECRET_WORDS[at]!;
    lanes[i] = 0;
    lanes[i + 1] = Math.imul(high ^ SECRET_WORDS[at + 4]!, PRIME32_1);
    addProduct(lanes, i, low, PRIME32_1 | 0);
  }
}
