/**
 * The facts of the commands about scripts.
 *
 * COMMAND replies in this order. Knows no function.
 */
import type { CommandFlag } from "../clients/command-shape.ts";
import type { Facts } from "./command.ts";
import { facts, READS, SWAPS } from "./fact-words.ts";

const EVAL: readonly CommandFlag[] = [
  "noscript",
  "stale",
  "skip_monitor",
  "no_mandatory_keys",
  "movablekeys",
];
const NO_SCRIPT: readonly CommandFlag[] = ["noscript"];
const COUNTED = { arity: -3, keyCountAt: 2, group: "scripting" } as const;

/** By full name: `client|list`. */
export const FACTS_OF_SCRIPTS = {
  eval: facts(
    { ...COUNTED, flags: EVAL, keyFlags: SWAPS, since: "2.6.0" },
    "Runs a Lua script whole, at the member that owns all of its keys.",
  ),
  evalsha: facts(
    { ...COUNTED, flags: EVAL, keyFlags: SWAPS, since: "2.6.0" },
    "Does the same as EVAL with a script that some member knows, by the SHA-1 of its text.",
  ),
  eval_ro: facts(
    { ...COUNTED, flags: ["readonly", ...EVAL], keyFlags: READS, since: "7.0.0" },
    "Does the same as EVAL with a script that changes nothing.",
  ),
  evalsha_ro: facts(
    { ...COUNTED, flags: ["readonly", ...EVAL], keyFlags: READS, since: "7.0.0" },
    "Does the same as EVALSHA with a script that changes nothing.",
  ),
  script: facts(
    { arity: -2, flags: [], since: "2.6.0", group: "scripting" },
    "A container for commands about the scripts that are known.",
  ),
  "script|debug": facts(
    { arity: 3, flags: NO_SCRIPT, since: "3.2.0", group: "scripting" },
    "Refuses, because there is no debugger.",
  ),
  "script|exists": facts(
    { arity: -3, flags: NO_SCRIPT, since: "2.6.0", group: "scripting" },
    "Says for each SHA-1 whether some member knows its script.",
  ),
  "script|flush": facts(
    { arity: -2, flags: NO_SCRIPT, since: "2.6.0", group: "scripting" },
    "Makes every member forget its scripts.",
  ),
  "script|kill": facts(
    { arity: 2, flags: ["noscript", "allow_busy"], since: "2.6.0", group: "scripting" },
    "Refuses, because no script runs while a command is read: busy-reply-threshold ends a script.",
  ),
  "script|load": facts(
    { arity: 3, flags: ["noscript", "stale"], since: "2.6.0", group: "scripting" },
    "Keeps a script, and returns the SHA-1 of its text.",
  ),
} satisfies Record<string, Facts>;
