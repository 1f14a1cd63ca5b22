/**
 * Redis' glob patterns: `*`, `?`, `[a-c]`, `[^a]` and `\` before a special character.
 *
 * Invariant: a match takes at most as many steps as the pattern's length times the text's, because it goes back to the
 * last `*` only.
 */

/**
 * Whether the whole text matches the pattern, character by character: use latin1 for bytes. As in Redis, the empty text
 * matches the empty pattern only, and not even `*`.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  if (text === "") return pattern === "";
  let p = 0;
  let t = 0;
  let star = -1;
  let starText = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      starText = t;
      continue;
    }
    const end = p < pattern.length ? matchOne(pattern, p, text[t]!) : -1;
    if (end >= 0) {
      p = end;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++starText;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p >= pattern.length;
}

/** Matches one element of the pattern with one character. Returns where the next element begins; -1: no match. */
function matchOne(pattern: string, p: number, character: string): number {
  if (pattern[p] === "?") return p + 1;
  if (pattern[p] === "[") return matchClass(pattern, p + 1, character);
  if (pattern[p] === "\\" && p + 1 < pattern.length) p++;
  return pattern[p] === character ? p + 1 : -1;
}

/**
 * Matches a class; `p` is behind its `[`. As in Redis, a class without `]` ends with the pattern, `]` may be the end of a
 * range, and a character behind `\` stands for itself and begins no range.
 */
function matchClass(pattern: string, p: number, character: string): number {
  const negated = pattern[p] === "^";
  if (negated) p++;
  let matched = false;
  while (p < pattern.length && pattern[p] !== "]") {
    if (pattern[p] === "\\" && p + 1 < pattern.length) {
      if (pattern[p + 1] === character) matched = true;
      p += 2;
    } else if (pattern[p + 1] === "-" && p + 2 < pattern.length) {
      const [low, high] = [pattern[p]!, pattern[p + 2]!].sort() as [string, string];
      if (character >= low && character <= high) matched = true;
      p += 3;
    } else {
      if (pattern[p] === character) matched = true;
      p++;
    }
  }
  return matched === negated ? -1 : p + 1;
}
