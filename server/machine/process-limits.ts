/**
 * The limits that the operating system sets for this process (ulimit).
 *
 * Knows where Linux tells them. On other systems they are unknown, and nothing is limited.
 */
import { readFileSync } from "node:fs";

/** A limit under its name in /proc/self/limits; undefined: it is unknown, or there is none. */
export function processLimit(name: "Max open files" | "Max address space"): number | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "latin1");
    const soft = new RegExp(`^${name} +(\\d+)`, "m").exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
