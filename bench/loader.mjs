/**
 * A loader that returns a value of VALUE_BYTES bytes (default 100) for any key, at once.
 */
const value = Buffer.alloc(Number(process.env.VALUE_BYTES ?? 100), "x");

export const load = () => value;
