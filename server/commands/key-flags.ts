/**
 * What a command does to its keys, in the words of COMMAND GETKEYSANDFLAGS.
 *
 * As in Redis: RO, RW, OW (overwrites without reading) or RM, then what is done to the value.
 */

const READS = ["RO", "access"];
/** Knows of the key, and not what is in it. */
const LOOKS = ["RO"];
const OVERWRITES = ["OW", "update"];
const CHANGES = ["RW", "update"];
const SWAPS = ["RW", "access", "update"];

const FLAGS: Readonly<Record<string, readonly string[]>> = {
  ...{ get: READS, mget: READS, getrange: READS, substr: READS, ttl: READS, pttl: READS },
  ...{ expiretime: READS, pexpiretime: READS, set: OVERWRITES, setex: OVERWRITES, psetex: OVERWRITES },
  ...{ mset: OVERWRITES, setnx: ["OW", "insert"], getset: SWAPS, getex: SWAPS },
  ...{ getdel: ["RW", "access", "delete"], del: ["RM", "delete"], unlink: ["RM", "delete"] },
  ...{ expire: CHANGES, pexpire: CHANGES, expireat: CHANGES, pexpireat: CHANGES, persist: CHANGES },
};

/** Of a command with these words, the name (lower case) apart. */
export function keyFlags(name: string, args: readonly Buffer[]): readonly string[] {
  const isSetGet = name === "set" && args.slice(3).some((word) => /^get$/i.test(word.toString("latin1")));
  return isSetGet ? SWAPS : (FLAGS[name] ?? LOOKS);
}
