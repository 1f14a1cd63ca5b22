/**
 * The loader of the group that the clients ask. A key that begins with "absent" is not found. The value of a key that
 * begins with a NUL is its bytes backwards. Any other value says how often its key was loaded.
 */
const loads = new Map();

export function load(key, { keyBytes }) {
  const text = String(key);
  if (keyBytes[0] === 0) return Buffer.from(keyBytes).reverse();
  if (text.startsWith("absent")) return null;
  const count = (loads.get(text) ?? 0) + 1;
  loads.set(text, count);
  return `value of ${text}, load ${count}`;
}
