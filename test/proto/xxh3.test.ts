/**
 * Goal: the hash is XXH3's, at every length at which the algorithm goes another way, wherever the bytes lie.
 * Method: the hashes of `xxhsum -H3` for bytes made by a formula.
 */
import test from "ava";
import { xxh3Hex } from "../../proto/xxh3.ts";

const HASHES: Readonly<Record<number, string>> = {
  0: "2d06800538d394c2",
  1: "c44bdff4074eecdb",
  2: "46df12d4d7a0d663",
  3: "d5fb6a7679a1734b",
  4: "6361267602576b4b",
  5: "2608345ae64ded4a",
  8: "4e64c0fb0db5d1e8",
  9: "033e0f18853d6d7c",
  15: "2001964dfeba2c40",
  16: "f05ec8268bf52d68",
  17: "f5508579a73e5555",
  32: "1fb6c382a38de751",
  33: "7087d29db9c576d4",
  64: "5beea3dcf6dda7e0",
  65: "85b845fe25026624",
  96: "d27a8add213d0b74",
  97: "de46c8d68fe85d84",
  128: "b44271fd65d08854",
  129: "621d67fe02cd4c4f",
  159: "903e5ca061ac155a",
  160: "79249fbd8ff19e20",
  239: "9dc4d6f20a16777f",
  240: "7f64406503072412",
  241: "87bdac1e134c4dd7",
  255: "b5225825bce42152",
  256: "aec9495b98caf0a5",
  257: "bf3e2327dac9cce9",
  1024: "bfdca06fce656383",
  1025: "b319e1fbebc31fdb",
  1088: "115b1029d3b0d0de",
  1089: "68e4421b766b9c9b",
  2048: "0c7cf1f070f101e4",
  2049: "62778cbf2a66d05e",
  4096: "e2134f283a9c43fc",
  65537: "8f85d21b6fc7295c",
};

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * i * 31 + i * 7 + 3) >>> 3);
}

test("every length has its hash, at every alignment", (t) => {
  for (const [length, hash] of Object.entries(HASHES)) {
    const bytes = bytesOf(Number(length));
    for (let at = 0; at < 4; at++) {
      const longer = new Uint8Array(bytes.length + 8);
      longer.set(bytes, at);
      t.is(xxh3Hex(longer.subarray(at, at + bytes.length)), hash, `${length} bytes at ${at}`);
    }
  }
});

test("leading zeros stay, and the hashes of Redis' documentation are the same", (t) => {
  t.is(xxh3Hex(Buffer.from("v8")), "0cc76dbb41381419");
  t.is(xxh3Hex(Buffer.from("Hello world")), "b6acb9d84a38ff74");
});
