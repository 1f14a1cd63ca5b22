/**
 * The loader of the group that the clients ask: a key that says "absent" is not there, one that begins with a NUL has
 * its own bytes backwards for a value, and any other says how often it was loaded.
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
