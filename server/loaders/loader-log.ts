/**
 * The log as a loader has it.
 *
 * Invariant: a line names its group, and what a loader says cannot take the place of another field. Never throws.
 */
import type { Log } from "../machine/log.ts";
import type { LoaderLog } from "./loader.ts";

export function loaderLog(group: string, log: Pick<Log, keyof LoaderLog>): LoaderLog {
  const at =
    (level: keyof LoaderLog) =>
    (text: unknown, data?: unknown): void =>
      log[level](data === undefined ? { group } : { group, data }, String(text));
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
