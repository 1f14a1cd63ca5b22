/**
 * Turns statements into values: one for each directive that was given.
 *
 * Owns the rules that hold for each directive by itself: its name is known, its words are of its kind and of the right
 * number, and it is given once. Knows no rule between two directives.
 */

import { Complaint, ConfError, errorAt, type Place } from "./conf-error.ts";
import { directives, findDirective, type Row } from "./directives.ts";
import { nearest } from "./nearest.ts";
import { shown, textOf } from "./quoting.ts";
import { answerForRedis, answerForWords } from "./redis-directives.ts";
import type { Statement } from "./statement.ts";

const GROUP_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export interface DirectiveValue {
  readonly value: unknown;
  readonly place: Place;
}

/** The directives given for one group, by field. `place` is that of the first. */
export interface GroupDirectiveValues {
  readonly place: Place;
  readonly values: Map<string, DirectiveValue>;
}

/** All directives of one source: the files, the command line, or a program. */
interface DirectiveValues {
  /** By field. */
  readonly node: Map<string, DirectiveValue>;
  /** In the order in which the groups are first named. */
  readonly groups: Map<string, GroupDirectiveValues>;
}

export function collectValues(statements: readonly Statement[]): DirectiveValues {
  const values: DirectiveValues = { node: new Map(), groups: new Map() };
  for (const statement of statements) {
    if (statement.name === "group") addToGroup(values, statement);
    else addToNode(values, statement);
  }
  return values;
}

/** Both sources together. Where both give a directive, `over` wins. */
export function mergeValues(under: DirectiveValues, over: DirectiveValues): DirectiveValues {
  const groups = new Map(under.groups);
  for (const [name, group] of over.groups) {
    const below = groups.get(name) ?? group;
    groups.set(name, { place: below.place, values: new Map([...below.values, ...group.values]) });
  }
  return { node: new Map([...under.node, ...over.node]), groups };
}

/** Reads the words of a directive. A complaint lacks only the place and the directive's name. */
export function parseValue(row: Row, words: readonly string[], place: Place): unknown {
  const example = row.sensitive ? "" : ` (${exampleOf(row)})`;
  if (words.length === 0) return new Complaint(`missing value${example}`);
  if (words.length > 1 && !row.kind.many)
    return new Complaint(`expected one value${example}, got ${words.length}`);
  const value = row.kind.parse(words, place);
  if (!(value instanceof Complaint) || row.sensitive) return value;
  return new Complaint(`${value.text}, got ${shown(value.got ?? words.join(" "))}`);
}

function addToNode({ node }: DirectiveValues, statement: Statement): void {
  const row = findDirective("node", statement.name);
  if (row === undefined) throw unknownDirective(statement);
  const answer = answerForWords(row.name, statement.words);
  if (answer !== undefined) throw errorAt(statement.place, row.name, answer);
  addValue(node, row, row.name, statement);
}

function addToGroup({ groups }: DirectiveValues, { words, place }: Statement): void {
  const [name, directive, ...rest] = words;
  if (name === undefined) throw errorAt(place, "group", "missing name (group NAME DIRECTIVE ...)");
  if (!GROUP_NAME.test(name)) {
    throw errorAt(place, "group", `expected a name of up to 64 letters, digits, - and _, got ${shown(name)}`);
  }
  if (directive === undefined) {
    throw errorAt(place, `group ${name}`, "missing directive (group NAME DIRECTIVE ...)");
  }
  const row = findDirective("group", directive.toLowerCase());
  if (row === undefined) throw unknownGroupDirective(name, directive, place);
  const group = groups.get(name) ?? { place, values: new Map<string, DirectiveValue>() };
  groups.set(name, group);
  addValue(group.values, row, `group ${name} ${row.name}`, { words: rest, place });
}

/** `fullName` is the directive's name in messages: `group scores ttl`. */
function addValue(
  values: Map<string, DirectiveValue>,
  row: Row,
  fullName: string,
  { words, place }: Omit<Statement, "name">,
): void {
  const value = parseValue(row, words, place);
  if (value instanceof Complaint) throw errorAt(place, fullName, value.text);
  if (row.sensitive && place.isPublic && value !== "") {
    throw errorAt(place, fullName, "every user of this machine can read this file: chmod o-r it");
  }
  const before = values.get(row.field);
  if (before === undefined) {
    values.set(row.field, { value, place });
  } else if (row.repeatable && Array.isArray(before.value) && Array.isArray(value)) {
    values.set(row.field, { value: [...before.value, ...value], place: before.place });
  } else {
    throw errorAt(place, fullName, `given twice, first at ${before.place.where}`);
  }
}

function unknownDirective({ name, place }: Statement): ConfError {
  if (findDirective("group", name) !== undefined) {
    return errorAt(place, name, `belongs to a group: write group NAME ${name} ...`);
  }
  // An `include` in a file never gets here: the statements of the file that it names stand in its place.
  if (name === "include") return errorAt(place, name, "belongs in a conf file");
  const answer = answerForRedis(name);
  if (answer !== undefined) return errorAt(place, name, answer);
  const known = [...namesOf("node"), "group", "include"];
  return new ConfError(`${place.where}: unknown directive ${shown(name)}${hint(name, known)}`);
}

function unknownGroupDirective(group: string, name: string, place: Place): ConfError {
  if (findDirective("node", name.toLowerCase()) !== undefined) {
    return errorAt(place, `group ${group} ${name}`, `belongs to the node: write ${name} ...`);
  }
  return errorAt(place, `group ${group}`, `unknown directive ${shown(name)}${hint(name, namesOf("group"))}`);
}

function hint(word: string, known: readonly string[]): string {
  const name = nearest((textOf(word) ?? word).toLowerCase(), known);
  return name === undefined ? "" : `, did you mean "${name}"?`;
}

function namesOf(scope: Row["scope"]): string[] {
  return directives.filter((row) => row.scope === scope).map((row) => row.name);
}

function exampleOf(row: Row): string {
  return typeof row.default === "string"
    ? `as in ${row.name} ${row.default}`
    : `${row.name} ${row.kind.metavar}`;
}
