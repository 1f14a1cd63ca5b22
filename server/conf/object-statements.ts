/**
 * Directives as a program gives them, in an object.
 *
 * Owns the types, which follow from the tables of directives, and the way from an object to the statements that a conf
 * file with the same words would give. One value is one word, whatever characters it has. Checks that a value can be a
 * word, but no word: the same steps do that for every conf. Knows nothing of loaders that are functions.
 */

import type { ConfError, Place } from "./conf-error.ts";
import { errorAt } from "./conf-error.ts";
import type { Directive } from "./directive.ts";
import { describeType, isBytesOrText } from "./given-types.ts";
import type { groupDirectives } from "./group-directives.ts";
import type { nodeDirectives } from "./node-directives.ts";
import { wordOf } from "./quoting.ts";
import type { Statement } from "./statement.ts";

/** How a program writes a value of this type: as it is, or as carrot.conf does (`"256mb"`, `"10m"`). */
type Given<T> = T extends string
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

/** The place that messages name. */
const WHERE = "startNode";

/** The statements of the node's directives. A value that is undefined counts as not given. */
export function nodeStatements(directives: NodeDirectives, cwd: string): Statement[] {
  const place = placeIn(cwd);
  return linesOf(directives).map(([name, ...words]) => ({ name: name.toLowerCase(), words, place }));
}

/** The statements of a group. A group without a directive gives one statement, whose error says what is missing. */
export function groupStatements(group: string, directives: GroupDirectives, cwd: string): Statement[] {
  const place = placeIn(cwd);
  const lines: string[][] = linesOf(directives);
  if (lines.length === 0) lines.push([]);
  return lines.map((line) => ({ name: "group", words: [wordOf(group), ...line], place }));
}

/** An error about what a program gave for a group. */
export function groupError(group: string, text: string): ConfError {
  return errorAt(placeIn(""), `group ${group}`, text);
}

function placeIn(directory: string): Place {
  return { where: WHERE, directory, onCommandLine: false };
}

function linesOf(directives: NodeDirectives | GroupDirectives): [name: string, ...words: string[]][] {
  return Object.entries(directives as Readonly<Record<string, unknown>>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [wordOf(name), ...wordsOf(name, value)]);
}

/** An array is a list of words, which lists nothing but words. */
function wordsOf(name: string, value: unknown): string[] {
  const words = Array.isArray(value) ? Array.from<unknown>(value) : [value];
  return words.map((word) => {
    if (typeof word === "boolean") return word ? "yes" : "no";
    if (typeof word === "number") return String(word);
    if (isBytesOrText(word)) return wordOf(word);
    throw errorAt(placeIn(""), name, `expected text, a number, yes or no, got ${describeType(word)}`);
  });
}
