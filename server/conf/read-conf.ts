/**
 * Turns carrot.conf, the command line and a program's directives into a NodeConf.
 *
 *     file, includes     -> statements -+
 *     --directive value  -> statements -+-> values, merged -> defaults -> members, groups -> NodeConf
 *     a program's object -> statements -+
 *
 * Owns the order of these steps. A step throws a ConfError at the first mistake that it finds. No step starts or writes
 * anything, so the same input always gives the same conf.
 */

import { readArgumentStatements } from "./argument-statements.ts";
import type { NodeConf } from "./conf.ts";
import { Complaint, type Place } from "./conf-error.ts";
import {
  collectValues,
  type DirectiveValue,
  type GroupDirectiveValues,
  mergeValues,
  parseValue,
} from "./directive-values.ts";
import { directives, type Row } from "./directives.ts";
import { type Files, readFileStatements, readTextStatements } from "./file-statements.ts";
import type { GroupFields } from "./group-directives.ts";
import { type GivenGroup, resolveGroups } from "./group-rules.ts";
import { resolveMembers } from "./member-rules.ts";
import type { NodeFields } from "./node-directives.ts";
import { splitWords } from "./quoting.ts";
import type { Statement } from "./statement.ts";

interface ConfSource {
  /** The conf file as the operator named it. */
  readonly file?: string | undefined;
  /** The content of the conf, in place of the file's; `file` is then only a name for messages. */
  readonly text?: string | undefined;
  /** `--directive value ...`; they win over the file's. */
  readonly overrides?: readonly string[] | undefined;
  /** The directives that a program gives; they win over both. */
  readonly statements?: readonly Statement[] | undefined;
  readonly files?: Files | undefined;
  /** Where relative paths start; by default the process' own directory. */
  readonly cwd?: string | undefined;
}

type NodeValues = Omit<NodeFields, "peerPort" | "peerAddress" | "peers"> &
  Partial<Pick<NodeFields, "peerPort" | "peerAddress" | "peers">>;
type GroupValues = Omit<GroupFields, "prefix" | "maxBytes"> &
  Partial<Pick<GroupFields, "prefix" | "maxBytes">>;

/** Throws a ConfError that names the place of the first mistake. Without a file and a text, all is at its default. */
export function readConf(source: ConfSource = {}): NodeConf {
  const cwd = source.cwd ?? process.cwd();
  const fromFile = collectValues(readSource(source, cwd));
  const fromArgs = collectValues(readArgumentStatements(source.overrides ?? [], cwd));
  const fromProgram = collectValues(source.statements ?? []);
  const given = mergeValues(mergeValues(fromFile, fromArgs), fromProgram);

  const nodePlaces = placesOf("node", "", given.node);
  const values = withDefaults("node", given.node, cwd) as NodeValues;
  const members = resolveMembers(
    { peerPort: undefined, peerAddress: undefined, peers: [], ...values },
    nodePlaces,
  );
  const groups = [...given.groups].map(([name, group]) => givenGroup(name, group, cwd));
  if (groups.length === 0) groups.push(givenGroup("default", undefined, cwd));
  const groupPlaces = [...given.groups].flatMap(([name, { values }]) => [
    ...placesOf("group", `group ${name} `, values),
  ]);
  return {
    ...values,
    ...members,
    file: source.file,
    groups: resolveGroups(groups, values),
    places: new Map([...nodePlaces, ...groupPlaces]),
  };
}

function readSource({ file, text, files }: ConfSource, cwd: string): Statement[] {
  if (text !== undefined) return readTextStatements(text, file ?? "carrot.conf", cwd, files);
  return file === undefined ? [] : readFileStatements(file, cwd, files);
}

function givenGroup(name: string, group: GroupDirectiveValues | undefined, cwd: string): GivenGroup {
  const given = group?.values ?? new Map<string, DirectiveValue>();
  const values = withDefaults("group", given, cwd) as GroupValues;
  const places = new Map([...given].map(([field, { place }]) => [field, place]));
  return { prefix: undefined, maxBytes: undefined, ...values, name, place: group?.place, places };
}

/**
 * The value of every field of a scope. A field has none if its directive is not given and its default follows from
 * others.
 */
function withDefaults(
  scope: Row["scope"],
  given: ReadonlyMap<string, DirectiveValue>,
  cwd: string,
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const row of directives) {
    if (row.scope !== scope) continue;
    const own = given.get(row.field);
    if (own !== undefined) values[row.field] = own.value;
    else if (typeof row.default === "string") values[row.field] = defaultOf(row, row.default, cwd);
  }
  return values;
}

function defaultOf(row: Row, text: string, cwd: string): unknown {
  const words = splitWords(text);
  const place = { where: "default", directory: cwd, onCommandLine: false };
  const value = words instanceof Complaint ? words : parseValue(row, words, place);
  if (value instanceof Complaint) throw new Error(`default of ${row.name}: ${value.text}`);
  return value;
}

/** The places of the directives that are given, by full name. */
function placesOf(
  scope: Row["scope"],
  namePrefix: string,
  given: ReadonlyMap<string, DirectiveValue>,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const row of directives) {
    const own = row.scope === scope ? given.get(row.field) : undefined;
    if (own !== undefined) places.set(`${namePrefix}${row.name}`, own.place);
  }
  return places;
}
