/**
 * The longest common subsequence of two values, by the table of dynamic programming that Redis uses.
 *
 * Invariant: of several longest ones it finds Redis' own. Limits its table before it makes it.
 */

/** 64 MiB: about 4,000 by 4,000 bytes, and 50 ms. Redis' own limit is 512 MiB, and it stands still for as long. */
const MAX_TABLE_CELLS = 16 << 20;

/** A stretch that both values have in one piece. */
interface Match {
  readonly inA: number;
  readonly inB: number;
  readonly length: number;
}

export interface Common {
  readonly bytes: Buffer;
  /** From the end to the beginning. */
  readonly matches: readonly Match[];
}

/** Undefined: the values are too long to compare. */
export function longestCommon(a: Uint8Array, b: Uint8Array): Common | undefined {
  if ((a.length + 1) * (b.length + 1) > MAX_TABLE_CELLS) return undefined;
  return walkBack(a, b, tableOf(a, b));
}

/** table[i * width + j]: the length for the first i bytes of `a` and the first j bytes of `b`. */
function tableOf(a: Uint8Array, b: Uint8Array): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      table[at] =
        a[i - 1] === b[j - 1] ? table[at - width - 1]! + 1 : Math.max(table[at - width]!, table[at - 1]!);
    }
  }
  return table;
}

function walkBack(a: Uint8Array, b: Uint8Array, table: Uint32Array): Common {
  const width = b.length + 1;
  const bytes = Buffer.allocUnsafe(table.at(-1)!);
  const matches: Match[] = [];
  let left = bytes.length;
  let length = 0;
  let i = a.length;
  let j = b.length;
  const end = () => {
    if (length > 0) matches.push({ inA: i, inB: j, length });
    length = 0;
  };
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      i--;
      j--;
      bytes[--left] = a[i]!;
      length++;
    } else {
      end();
      if (table[(i - 1) * width + j]! > table[i * width + j - 1]!) i--;
      else j--;
    }
  }
  end();
  return { bytes, matches };
}
