/**
 * Statements made into values, one a directive.
 *
 * Owns the rules that hold for every directive alike: it is known, has the right number of words of the right
 * kind, and is given once. Does not know what any of them means to the others.
 */

import { Complaint, ConfError, errorAt, type Place } from "./conf-error.ts";
import { directives, findDirective, type Row } from "./directives.ts";
import { nearest } from "./nearest.ts";
import type { Statement } from "./statements.ts";
import { shown, textOf } from "./words.ts";

const GROUP_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export interface Setting {
  readonly value: unknown;
  readonly place: Place;
}

/** The directives given for one group; `place` is the first of them. */
export interface GroupSettings {
  readonly place: Place;
  readonly values: Map<string, Setting>;
}

/**
 * What one source (all files, or the command line) says; the keys of the inner maps are the table's fields.
 */
export interface Settings {
  readonly node: Map<string, Setting>;
  /** In the order in which the groups are first named. */
  readonly groups: Map<string, GroupSettings>;
}

export function collectSettings(statements: readonly Statement[]): Settings {
  const settings: Settings = { node: new Map(), groups: new Map() };
  for (const statement of statements) {
    if (statement.name === "group") addToGroup(settings, statement);
    else addToNode(settings, statement);
  }
  return settings;
}

/** What `over` says takes the place of what `under` says, directive by directive. */
export function mergeSettings(under: Settings, over: Settings): Settings {
  const groups = new Map(under.groups);
  for (const [name, group] of over.groups) {
    const below = groups.get(name) ?? group;
    groups.set(name, { place: below.place, values: new Map([...below.values, ...group.values]) });
  }
  return { node: new Map([...under.node, ...over.node]), groups };
}

/** Reads the words of a directive; the complaint is complete but for the place and the name. */
export function parseValue(row: Row, words: readonly string[], place: Place): unknown {
  if (words.length === 0) return new Complaint(`missing value${row.sensitive ? "" : ` (${exampleOf(row)})`}`);
  if (words.length > 1 && !row.kind.many) return new Complaint(`expected one value, got ${words.length}`);
  const value = row.kind.parse(words, place);
  if (!(value instanceof Complaint) || row.sensitive) return value;
  return new Complaint(`${value.text}, got ${shown(value.got ?? words.join(" "))}`);
}

function addToNode({ node }: Settings, statement: Statement): void {
  const row = findDirective("node", statement.name);
  if (row === undefined) throw unknownDirective(statement);
  addValue(node, row, row.name, statement);
}

function addToGroup({ groups }: Settings, { words, place }: Statement): void {
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
  const group = groups.get(name) ?? { place, values: new Map<string, Setting>() };
  groups.set(name, group);
  addValue(group.values, row, `group ${name} ${row.name}`, { words: rest, place });
}

/** `fullName` is what messages call the directive. */
function addValue(
  values: Map<string, Setting>,
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
  // Files have theirs replaced by what it names before they come here.
  if (name === "include") return errorAt(place, name, "belongs in a conf file");
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
