/**
 * From carrot.conf and the command line to a NodeConf.
 *
 *     file, includes     -> statements -+
 *     --directive value  -> statements -+-> settings (merged) -> defaults -> members, groups -> NodeConf
 *     a program's object -> statements -+
 *
 * Owns the order of these steps. Each of them throws a ConfError at the first mistake; nothing is started,
 * opened or written here, and the same input always gives the same conf.
 */

import { readArgumentStatements } from "./argv.ts";
import type { GroupFields, NodeConf, NodeFields } from "./conf.ts";
import { Complaint, type Place } from "./conf-error.ts";
import { directives, type Row } from "./directives.ts";
import { type GivenGroup, resolveGroups } from "./groups.ts";
import { resolveMembers } from "./members.ts";
import { collectSettings, type GroupSettings, mergeSettings, parseValue, type Setting } from "./settings.ts";
import { type Files, readFileStatements, readTextStatements, type Statement } from "./statements.ts";
import { splitWords } from "./words.ts";

export interface ConfSource {
  /** The conf file, as the user gave it; with `text` only its name. */
  readonly file?: string | undefined;
  /** The conf itself, instead of a file's content. */
  readonly text?: string | undefined;
  /** `--directive value ...`; they win over the file's. */
  readonly overrides?: readonly string[] | undefined;
  /** What a program says; wins over both. */
  readonly statements?: readonly Statement[] | undefined;
  readonly files?: Files | undefined;
  /** What relative paths are relative to; the process' own by default. */
  readonly cwd?: string | undefined;
}

type NodeValues = Omit<NodeFields, "peerPort" | "peerAddress" | "peers"> &
  Partial<Pick<NodeFields, "peerPort" | "peerAddress" | "peers">>;
type GroupValues = Omit<GroupFields, "prefix" | "maxBytes"> &
  Partial<Pick<GroupFields, "prefix" | "maxBytes">>;

/** Throws a ConfError that names the place of the first mistake. Without file and text: the defaults. */
export function readConf(source: ConfSource = {}): NodeConf {
  const cwd = source.cwd ?? process.cwd();
  const fromFile = collectSettings(readSource(source, cwd));
  const fromArgs = collectSettings(readArgumentStatements(source.overrides ?? [], cwd));
  const fromProgram = collectSettings(source.statements ?? []);
  const settings = mergeSettings(mergeSettings(fromFile, fromArgs), fromProgram);

  const nodePlaces = placesOf("node", "", settings.node);
  const values = withDefaults("node", settings.node, cwd) as NodeValues;
  const members = resolveMembers(
    { peerPort: undefined, peerAddress: undefined, peers: [], ...values },
    nodePlaces,
  );
  const groups = [...settings.groups].map(([name, group]) => givenGroup(name, group, cwd));
  if (groups.length === 0) groups.push(givenGroup("default", undefined, cwd));
  const groupPlaces = [...settings.groups].flatMap(([name, { values }]) => [
    ...placesOf("group", `group ${name} `, values),
  ]);
  return {
    ...values,
    ...members,
    file: source.file,
    groups: resolveGroups(groups, values.maxBytes),
    places: new Map([...nodePlaces, ...groupPlaces]),
  };
}

function readSource({ file, text, files }: ConfSource, cwd: string): Statement[] {
  if (text !== undefined) return readTextStatements(text, file ?? "carrot.conf", cwd, files);
  return file === undefined ? [] : readFileStatements(file, cwd, files);
}

function givenGroup(name: string, settings: GroupSettings | undefined, cwd: string): GivenGroup {
  const given = settings?.values ?? new Map<string, Setting>();
  const values = withDefaults("group", given, cwd) as GroupValues;
  const places = new Map([...given].map(([field, { place }]) => [field, place]));
  return { prefix: undefined, maxBytes: undefined, ...values, name, place: settings?.place, places };
}

/**
 * The value of every field of a scope, except where the default follows from other directives and none is
 * given.
 */
function withDefaults(
  scope: Row["scope"],
  given: ReadonlyMap<string, Setting>,
  cwd: string,
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const row of directives) {
    if (row.scope !== scope) continue;
    const setting = given.get(row.field);
    if (setting !== undefined) values[row.field] = setting.value;
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

/** Places by full name. */
function placesOf(
  scope: Row["scope"],
  namePrefix: string,
  given: ReadonlyMap<string, Setting>,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const row of directives) {
    const setting = row.scope === scope ? given.get(row.field) : undefined;
    if (setting !== undefined) places.set(`${namePrefix}${row.name}`, setting.place);
  }
  return places;
}
