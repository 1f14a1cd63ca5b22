/**
 * One directive: a row of the tables in node-directives.ts and group-directives.ts.
 *
 * Owns what can be said about a directive, the two ways to write a row, and the type of the fields that a table sets.
 * Knows no directive by name.
 */

import type { Kind } from "./kinds.ts";
import { DAY, MIB } from "./units.ts";

/** Node's timers hold 2^31-1 ms, which is a little more than 24 days. */
export const MAX_TIMER_MS = 24 * DAY;
/** A bulk string in Redis' protocol has 512 MiB at most, so no client could read a longer value. */
export const MAX_BULK_BYTES = 512 * MIB;

export interface Directive<T = unknown, Name extends string = string> {
  readonly name: Name;
  readonly kind: Kind<T>;
  /** The default as an operator would write it, or how it follows from other directives. */
  readonly default: string | { readonly follows: string };
  /** The line of `--help`. */
  readonly help: string;
  /** Whether CONFIG SET takes it. */
  readonly changeable: boolean;
  /** Whether several lines of it add up; otherwise a second line is a mistake. */
  readonly repeatable: boolean;
  /** Whether the value stays out of errors and of CONFIG GET. */
  readonly sensitive: boolean;
}

/** The fields that a table sets: each has the type of its row's kind. */
export type FieldsOf<Table extends Readonly<Record<string, Directive>>> = {
  readonly [Field in keyof Table]: Table[Field] extends Directive<infer T> ? T : never;
};

type Flag = "repeatable" | "sensitive";

/** A directive that holds for the life of the process. */
export function fixed<T, const Name extends string>(
  name: Name,
  kind: Kind<T>,
  by: Directive["default"],
  help: string,
  flag?: Flag,
): Directive<T, Name> {
  return {
    name,
    kind,
    default: by,
    help,
    changeable: false,
    repeatable: flag === "repeatable",
    sensitive: flag === "sensitive",
  };
}

/** A directive that CONFIG SET can change while the node runs. */
export function live<T, const Name extends string>(
  name: Name,
  kind: Kind<T>,
  by: Directive["default"],
  help: string,
  flag?: Flag,
): Directive<T, Name> {
  return { ...fixed(name, kind, by, help, flag), changeable: true };
}
