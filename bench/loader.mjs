/**
 * The origin of the benchmarks: any key has a value of VALUE_BYTES bytes (default 100), at once.
 */
const value = Buffer.alloc(Number(process.env.VALUE_BYTES ?? 100), "x");

export const load = () => value;
