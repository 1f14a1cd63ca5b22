/**
 * Directives of a running node: what CONFIG GET shows and CONFIG SET changes.
 *
 * Owns the way from a directive's full name (`maxclients`, `group scores ttl`) to its field. A change is
 * written into the NodeConf itself, so whoever reads a field each time it is needed sees it at once; the file
 * is left as it is.
 */

import type { NodeConf } from "./conf.ts";
import { Complaint } from "./conf-error.ts";
import { directives, findDirective, type Row } from "./directives.ts";
import { parseValue } from "./settings.ts";
import { wordOf } from "./words.ts";

/** What CONFIG GET says instead of a secret that is set. */
export const HIDDEN = "(hidden)";

/** A directive's full name and its new value, as CONFIG SET got it. */
export type DirectiveChange = readonly [name: string, text: string | Uint8Array];

/** A directive of this conf and the object that has its field. */
interface Target {
  readonly row: Row;
  readonly fields: Record<string, unknown>;
}

/** The full names of all directives, those of each group included. */
export function directiveNames(conf: NodeConf): string[] {
  const inGroups = conf.groups.flatMap(({ name }) =>
    namesOf("group").map((directive) => `group ${name} ${directive}`),
  );
  return [...namesOf("node"), ...inGroups];
}

/**
 * The value in force; undefined when there is no such directive. Bytes and `timeout` are plain numbers, as
 * Redis has them.
 */
export function formatDirective(conf: NodeConf, name: string): string | undefined {
  const target = findTarget(conf, name);
  if (target === undefined) return undefined;
  const text = target.row.kind.format(target.fields[target.row.field]);
  return target.row.sensitive && text !== "" ? HIDDEN : text;
}

/** Changes a directive of a running node. Returns what is wrong, and then nothing has changed. */
export function changeDirective(conf: NodeConf, name: string, text: string | Uint8Array): string | undefined {
  return changeDirectives(conf, [[name, text]])?.error;
}

/** Changes all of the directives, or none of them and says which one is at fault. */
export function changeDirectives(
  conf: NodeConf,
  changes: readonly DirectiveChange[],
): { readonly name: string; readonly error: string } | undefined {
  const parsed: { readonly target: Target; readonly value: unknown }[] = [];
  for (const [name, text] of changes) {
    const target = findTarget(conf, name);
    if (target === undefined) return { name, error: "unknown directive" };
    if (!target.row.changeable) return { name, error: "can't set immutable config" };
    const place = { where: "CONFIG SET", directory: "", onCommandLine: false };
    const value = parseValue(target.row, [wordOf(text)], place);
    if (value instanceof Complaint) return { name, error: value.text };
    parsed.push({ target, value });
  }
  for (const { target, value } of parsed) target.fields[target.row.field] = value;
  return undefined;
}

function findTarget(conf: NodeConf, name: string): Target | undefined {
  const match = /^group +(\S+) +(\S+)$/i.exec(name);
  const group = match === null ? undefined : conf.groups.find((each) => each.name === match[1]);
  const row = match === null ? findDirective("node", name.toLowerCase()) : findGroupRow(match[2]);
  const owner = match === null ? conf : group;
  if (row === undefined || owner === undefined) return undefined;
  // Read-only for everybody else: this file is the one that writes.
  return { row, fields: owner as unknown as Record<string, unknown> };
}

function findGroupRow(name = ""): Row | undefined {
  return findDirective("group", name.toLowerCase());
}

function namesOf(scope: Row["scope"]): string[] {
  return directives.filter((row) => row.scope === scope).map((row) => row.name);
}
