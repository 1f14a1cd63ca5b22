/**
 * The facts of the commands that make a new value out of the old one, of those that look at its bits, and of those that
 * compare it.
 *
 * COMMAND replies in this order. Knows no function.
 */
import type { CommandFlag } from "../clients/command-shape.ts";
import type { Facts } from "./command.ts";
import { CHANGES, DELETES_READ, EXTENDS, facts, ONE_KEY, READS, SWAPS } from "./fact-words.ts";

const READ: readonly CommandFlag[] = ["readonly"];
const WRITE_FAST: readonly CommandFlag[] = ["write", "fast"];
const CHANGE: readonly CommandFlag[] = ["write", "denyoom"];
const CHANGE_FAST: readonly CommandFlag[] = ["write", "denyoom", "fast"];

/** By name. */
export const FACTS_OF_OPERATIONS = {
  incr: facts(
    { arity: 2, flags: CHANGE_FAST, keys: ONE_KEY, keyFlags: SWAPS, since: "1.0.0", group: "string" },
    "Adds 1 to the number that a GET would give, at the owner of the key.",
  ),
  decr: facts(
    { arity: 2, flags: CHANGE_FAST, keys: ONE_KEY, keyFlags: SWAPS, since: "1.0.0", group: "string" },
    "Subtracts 1 from the number that a GET would give.",
  ),
  incrby: facts(
    { arity: 3, flags: CHANGE_FAST, keys: ONE_KEY, keyFlags: SWAPS, since: "1.0.0", group: "string" },
    "Adds an integer to the number that a GET would give.",
  ),
  decrby: facts(
    { arity: 3, flags: CHANGE_FAST, keys: ONE_KEY, keyFlags: SWAPS, since: "1.0.0", group: "string" },
    "Subtracts an integer from the number that a GET would give.",
  ),
  incrbyfloat: facts(
    { arity: 3, flags: CHANGE_FAST, keys: ONE_KEY, keyFlags: SWAPS, since: "2.6.0", group: "string" },
    "Adds a number with a fraction to the number that a GET would give.",
  ),
  append: facts(
    { arity: 3, flags: CHANGE_FAST, keys: ONE_KEY, keyFlags: EXTENDS, since: "2.0.0", group: "string" },
    "Appends bytes to the value that a GET would give. Returns the new length.",
  ),
  setrange: facts(
    { arity: 4, flags: CHANGE, keys: ONE_KEY, keyFlags: CHANGES, since: "2.2.0", group: "string" },
    "Overwrites a part of the value that a GET would give. Returns the new length.",
  ),
  setbit: facts(
    { arity: 4, flags: CHANGE, keys: ONE_KEY, keyFlags: SWAPS, since: "2.2.0", group: "bitmap" },
    "Sets or clears a bit of the value that a GET would give. Returns what the bit was.",
  ),
  getbit: facts(
    { arity: 3, flags: [...READ, "fast"], keys: ONE_KEY, keyFlags: READS, since: "2.2.0", group: "bitmap" },
    "Returns a bit of a cached value. Never loads.",
  ),
  bitcount: facts(
    { arity: -2, flags: READ, keys: ONE_KEY, keyFlags: READS, since: "2.6.0", group: "bitmap" },
    "Counts the bits that are set in a cached value. Never loads.",
  ),
  bitpos: facts(
    { arity: -3, flags: READ, keys: ONE_KEY, keyFlags: READS, since: "2.8.7", group: "bitmap" },
    "Finds the first bit that is set, or clear, in a cached value. Never loads.",
  ),
  delex: facts(
    { arity: -2, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: DELETES_READ, since: "8.4.0", group: "string" },
    "Deletes a key if its cached value, or the digest of it, is this one, or is another one. Never loads.",
  ),
  delifeq: facts(
    { arity: 3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: DELETES_READ, since: "9.0.0", group: "string" },
    "Deletes a key if its cached value is this one. The name is Valkey's. Never loads.",
  ),
  digest: facts(
    { arity: 2, flags: [...READ, "fast"], keys: ONE_KEY, keyFlags: READS, since: "8.4.0", group: "string" },
    "Returns the XXH3 hash of a cached value in hexadecimal. Never loads.",
  ),
} satisfies Record<string, Facts>;
