/**
 * A directive as it was written, before its name and its words are checked.
 *
 * Owns the one form that conf files, the command line and a program's objects are brought into.
 */

import type { Place } from "./conf-error.ts";

export interface Statement {
  /** In lower case. */
  readonly name: string;
  readonly words: readonly string[];
  readonly place: Place;
}
