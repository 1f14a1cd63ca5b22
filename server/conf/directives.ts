/**
 * The table of all directives: those of the node, then those of a group.
 *
 * Owns the one list that feeds the reader, `--help`, CONFIG GET and SET, and the tests that compare carrot.conf with it.
 */

import type { Directive } from "./directive.ts";
import { groupDirectives } from "./group-directives.ts";
import { nodeDirectives } from "./node-directives.ts";

/** A directive with the field that it sets, and whether the field is the node's or a group's. */
export interface Row extends Directive {
  readonly field: string;
  readonly scope: "node" | "group";
}

/** Every directive, in the order of the tables. */
export const directives: readonly Row[] = [
  ...Object.entries(nodeDirectives).map(([field, row]) => ({ ...row, field, scope: "node" as const })),
  ...Object.entries(groupDirectives).map(([field, row]) => ({ ...row, field, scope: "group" as const })),
];

/** The row of a directive by its name in lower case. */
export function findDirective(scope: Row["scope"], name: string): Row | undefined {
  return directives.find((row) => row.scope === scope && row.name === name);
}
