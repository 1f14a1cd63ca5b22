/**
 * Directives of a running node: what CONFIG GET shows and CONFIG SET changes.
 *
 * Owns the way from a directive's full name (`maxclients`, `group scores ttl`) to its field. A change goes into the
 * NodeConf itself, so code that reads a field at each use follows it, and code that keeps a copy does not. The conf file
 * stays as it is until CONFIG REWRITE, which finds here what has been changed.
 */

import { type Memory, memoryHere } from "../machine/memory.ts";
import type { NodeConf } from "./conf.ts";
import { Complaint, type Place } from "./conf-error.ts";
import { parseValue } from "./directive-values.ts";
import { directives, findDirective, type Row } from "./directives.ts";
import { concernsMemory, type MemoryPlan, planMemory } from "./memory-plan.ts";
import { memoryComplaint } from "./memory-rules.ts";
import { wordOf } from "./quoting.ts";

/** What CONFIG GET shows in place of a secret that is set. */
const HIDDEN = "(hidden)";

const PLACE: Place = { where: "CONFIG SET", directory: "", onCommandLine: false };

/** A directive's full name and its new value, as CONFIG SET got it. */
export type DirectiveChange = readonly [name: string, text: string | Uint8Array];

/** What CONFIG SET has changed, as words of a conf file, by full name. */
const changed = new WeakMap<NodeConf, Map<string, string>>();

export function changesIn(conf: NodeConf): ReadonlyMap<string, string> {
  return changed.get(conf) ?? new Map();
}

/** A directive, and the object that has its field: the conf, or a group of it. */
interface Target {
  readonly row: Row;
  /** As it is written in a file: `maxclients`, `group scores ttl`. */
  readonly fullName: string;
  readonly fields: Record<string, unknown>;
}

/** The full names of all directives; those of a group once for each group. */
export function directiveNames(conf: NodeConf): string[] {
  const inGroups = conf.groups.flatMap(({ name }) =>
    namesOf("group").map((directive) => `group ${name} ${directive}`),
  );
  return [...namesOf("node"), ...inGroups];
}

/** The value in force, in Redis' form (bytes as a plain number); undefined: no such directive. */
export function formatDirective(conf: NodeConf, name: string): string | undefined {
  const target = findTarget(conf, name);
  if (target === undefined) return undefined;
  const text = target.row.kind.format(target.fields[target.row.field]);
  return target.row.sensitive && text !== "" ? HIDDEN : text;
}

interface ChangeOptions {
  readonly memory?: Memory;
  /** Has the stores take this memory; returns why they cannot. By default there are no stores. */
  readonly fit?: (plan: MemoryPlan) => string | undefined;
}

/** Changes all of these directives and returns undefined; or changes none, and returns the first wrong one and why. */
export function changeDirectives(
  conf: NodeConf,
  changes: readonly DirectiveChange[],
  { memory = memoryHere(), fit = () => undefined }: ChangeOptions = {},
): { readonly name: string; readonly error: string } | undefined {
  const parsed: { readonly target: Target; readonly value: unknown; readonly word: string }[] = [];
  const values = new Map<string, unknown>();
  for (const [name, text] of changes) {
    const target = findTarget(conf, name);
    if (target === undefined) return { name, error: "unknown directive" };
    if (!target.row.changeable) return { name, error: "can't set immutable config" };
    const value = parseValue(target.row, [wordOf(text)], PLACE);
    if (value instanceof Complaint) return { name, error: value.text };
    const tooMuch = memoryComplaint(target.row.name, value, memory);
    if (tooMuch !== undefined) return { name, error: tooMuch };
    parsed.push({ target, value, word: wordOf(text) });
    values.set(target.fullName, value);
  }
  const plan = planMemory(conf, values);
  const whyNot = plan instanceof Complaint ? plan.text : plan && fit(plan);
  if (whyNot !== undefined)
    return { name: changes.find((_, i) => concernsMemory(parsed[i]!.target.fullName))![0], error: whyNot };
  const all = changed.get(conf) ?? new Map<string, string>();
  changed.set(conf, all);
  for (const { target, value, word } of parsed) {
    target.fields[target.row.field] = value;
    all.set(target.fullName, word);
  }
  if (plan !== undefined) takePlan(conf, plan as MemoryPlan, values);
  return undefined;
}

/** Writes the limits of the groups, and notes which of them have one of their own now. */
function takePlan(conf: NodeConf, { groups }: MemoryPlan, values: ReadonlyMap<string, unknown>): void {
  for (const group of conf.groups) Object.assign(group, groups.get(group.name));
  const places = conf.places as Map<string, Place>;
  for (const name of values.keys())
    if (name.startsWith("group ") && concernsMemory(name)) places.set(name, PLACE);
}

function findTarget(conf: NodeConf, name: string): Target | undefined {
  const match = /^group +(\S+) +(\S+)$/i.exec(name);
  const group = match === null ? undefined : conf.groups.find((each) => each.name === match[1]);
  const row = match === null ? findDirective("node", name.toLowerCase()) : findGroupRow(match[2]);
  const owner = match === null ? conf : group;
  if (row === undefined || owner === undefined) return undefined;
  // The conf is read-only by type; only this file writes to it.
  const fullName = match === null ? row.name : `group ${match[1]} ${row.name}`;
  return { row, fullName, fields: owner as unknown as Record<string, unknown> };
}

function findGroupRow(name = ""): Row | undefined {
  return findDirective("group", name.toLowerCase());
}

function namesOf(scope: Row["scope"]): string[] {
  return directives.filter((row) => row.scope === scope).map((row) => row.name);
}
