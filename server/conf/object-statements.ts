/**
 * Directives as a program gives them, in an object.
 *
 * Owns the types, which follow from the directive table, and the way from an object to the statements that a conf
 * file with the same words would give: one value is one word, whatever is in it. Whether the words are right is
 * said later, as for any conf. Does not know loaders that are functions.
 */

import type { ConfError, Place } from "./conf-error.ts";
import { errorAt } from "./conf-error.ts";
import type { Directive, groupDirectives, nodeDirectives } from "./directives.ts";
import type { Statement } from "./statements.ts";
import { wordOf } from "./words.ts";

/** How a program writes a directive of this type: as itself, or as carrot.conf does (`"256mb"`, `"10m"`). */
export type Given<T> = T extends string
  ? T
  : T extends number
    ? number | string
    : T extends boolean
      ? boolean | "yes" | "no"
      : T extends Uint8Array
        ? Uint8Array | string
        : readonly string[] | string;

type GivenRows<Table extends Readonly<Record<string, Directive>>> = {
  readonly [Field in keyof Table as Table[Field]["name"]]?: Table[Field] extends Directive<infer T>
    ? Given<T>
    : never;
};

/** The node's directives by their names in carrot.conf. A list of several words is an array. */
export interface NodeDirectives extends GivenRows<typeof nodeDirectives> {}

/** A group's directives by their names in carrot.conf. */
export interface GroupDirectives extends GivenRows<typeof groupDirectives> {}

/** What messages call the place of these directives. */
const WHERE = "startNode";

/** The statements of the node's directives. Values that are undefined are as good as not there. */
export function nodeStatements(directives: NodeDirectives, cwd: string): Statement[] {
  const place = placeIn(cwd);
  return linesOf(directives).map(([name, ...words]) => ({ name: name.toLowerCase(), words, place }));
}

/** The statements of a group; without any directive there is one all the same, which is a mistake. */
export function groupStatements(group: string, directives: GroupDirectives, cwd: string): Statement[] {
  const place = placeIn(cwd);
  const lines: string[][] = linesOf(directives);
  if (lines.length === 0) lines.push([]);
  return lines.map((line) => ({ name: "group", words: [wordOf(group), ...line], place }));
}

/** An error of what was given for a group. */
export function groupError(group: string, text: string): ConfError {
  return errorAt(placeIn(""), `group ${group}`, text);
}

function placeIn(directory: string): Place {
  return { where: WHERE, directory, onCommandLine: false };
}

function linesOf(directives: NodeDirectives | GroupDirectives): [name: string, ...words: string[]][] {
  return Object.entries(directives as Readonly<Record<string, unknown>>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [wordOf(name), ...[value].flat().map(wordOfValue)]);
}

function wordOfValue(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return wordOf(value instanceof Uint8Array ? value : String(value));
}
