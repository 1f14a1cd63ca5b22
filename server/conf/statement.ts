/**
 * A directive as somebody wrote it, before anybody knows whether there is one of that name.
 *
 * Owns the one form into which conf files, the command line and a program's objects are brought.
 */

import type { Place } from "./conf-error.ts";

export interface Statement {
  /** In lower case. */
  readonly name: string;
  readonly words: readonly string[];
  readonly place: Place;
}
