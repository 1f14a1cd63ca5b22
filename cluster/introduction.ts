/**
 * What a member says of itself when a link begins, and whether two members may be linked at all.
 *
 * Owns the introduction, its translation in both directions, and the comparison of what all members must have alike (the
 * terms). Keeps: both sides compare by the same rule, so both find the same difference; whatever a peer sends becomes a
 * well-formed introduction or ends the link; a text of a peer is cut and printable before it reaches a log or a reply.
 * Does not know which terms there are.
 */

import { encodeFrame } from "../proto/frame.ts";
import { carrot } from "../proto/generated/carrot.js";
import { isMemberId } from "./address.ts";

/** A directive that must have the same value on every member, and the value that the member has. */
export interface Term {
  readonly name: string;
  readonly value: string;
}

/** A group as other members must know it: which keys it takes. */
export interface IntroducedGroup {
  readonly name: string;
  /** What its keys on the link begin with; empty: it takes the keys that no other group takes. */
  readonly prefix: Uint8Array;
}

export interface Introduced {
  readonly id: string;
  /** Random, another one each time that a process starts: it tells two processes with one id apart. */
  readonly instance: string;
  /** The version of the package. */
  readonly version: string;
  /** The largest frame that the member reads. */
  readonly maxFrameBytes: number;
  /** The fingerprint of its ring. */
  readonly ring: number;
  readonly terms: readonly Term[];
  /** Empty: the member does not say, because it has more groups than an introduction holds. */
  readonly groups: readonly IntroducedGroup[];
}

/** An introduction as it came; `refusal` says why the sender ends the link, and is empty if it does not. */
export interface Heard extends Introduced {
  readonly refusal: string;
  /** From the accepting side: how far it has heard the changes of the process that dialed. */
  readonly heard: number;
}

/** The error of a link to a member that must not be linked. */
export class Refused extends Error {
  override name = "Refused";
}

/** The most groups in an introduction, and the most bytes of their names and prefixes. */
const MAX_GROUPS = 1024;
const MAX_GROUPS_BYTES = 128 * 1024;
/** Groups that one line of the log names. */
const MAX_NAMED = 5;
/** The longest text of a peer that is shown. */
const MAX_SHOWN = 200;

/** The frame that introduces this node; with a `refusal` it is the last one. `heard`: as in Heard. */
export function introductionFrame(own: Introduced, refusal = "", heard = 0): Buffer {
  const instance = Buffer.from(own.instance, "hex");
  const groups = fits(own.groups) ? own.groups : [];
  const named = groups.map(({ name, prefix }) => ({ name, prefix }));
  const introduction = { ...own, instance, terms: [...own.terms], groups: named, refusal, heard };
  return encodeFrame(carrot.Frame, { introduction });
}

/** The introduction in a frame. Throws when the frame is none, or holds more than an introduction may. */
export function heardIn({ introduction }: carrot.Frame): Heard {
  if (!introduction?.id) throw new Error("sent another frame before it introduced itself");
  const { id, instance, version, maxFrameBytes, ring, terms, refusal } = introduction;
  if (!isMemberId(id)) throw new Error("introduced itself by an id that is no address");
  const groups = (introduction.groups ?? []).map(({ name, prefix }) => {
    return { name: printable(name ?? ""), prefix: Buffer.from(prefix ?? []) };
  });
  if (!fits(groups)) throw new Error("introduced itself with too many groups");
  return {
    id,
    instance: Buffer.from(instance ?? []).toString("hex"),
    version: printable(version ?? ""),
    maxFrameBytes: maxFrameBytes ?? 0,
    ring: ring ?? 0,
    terms: (terms ?? []).map(({ name, value }) => ({ name: name ?? "", value: value ?? "" })),
    groups,
    refusal: printable(refusal ?? ""),
    heard: introduction.heard ?? 0,
  };
}

/** Why two members must not be linked: the first term that differs, with both values; undefined: they may be. */
export function differenceOf(own: readonly Term[], theirs: readonly Term[]): string | undefined {
  for (const { name, value } of own) {
    const other = theirs.find((term) => term.name === name);
    if (other === undefined) return `${name} is ${value} here, and the other side has none`;
    if (other.value !== value) return `${name} is ${value} here and ${printable(other.value)} there`;
  }
  return undefined;
}

/** What an operator has to know when two members have other groups; undefined: they have the same. */
export function otherGroups(
  own: readonly IntroducedGroup[],
  theirs: readonly IntroducedGroup[],
): string | undefined {
  const lacking = (these: readonly IntroducedGroup[], those: readonly IntroducedGroup[]) =>
    these.filter(({ prefix }) => !those.some((group) => Buffer.compare(group.prefix, prefix) === 0));
  if (theirs.length === 0 || own.length === 0) return undefined;
  const parts = [
    ["it lacks", lacking(own, theirs)],
    ["this node lacks", lacking(theirs, own)],
  ] as const;
  const texts = parts.flatMap(([lacks, groups]) => (groups.length > 0 ? [`${lacks} ${shown(groups)}`] : []));
  if (texts.length === 0) return undefined;
  return `has other groups: ${texts.join("; ")}. Members that have a key's group answer for the key`;
}

function shown(groups: readonly IntroducedGroup[]): string {
  const names = groups.slice(0, MAX_NAMED).map(({ name, prefix }) => {
    return `${name} (prefix "${printable(Buffer.from(prefix).toString("latin1"))}")`;
  });
  return groups.length > MAX_NAMED
    ? `${names.join(", ")} and ${groups.length - MAX_NAMED} more`
    : names.join(", ");
}

function fits(groups: readonly IntroducedGroup[]): boolean {
  const bytes = groups.reduce((sum, { name, prefix }) => sum + name.length + prefix.length, 0);
  return groups.length <= MAX_GROUPS && bytes <= MAX_GROUPS_BYTES;
}

/** Printable and short, for logs and replies. */
function printable(text: string): string {
  return text.slice(0, MAX_SHOWN).replaceAll(/[^\x20-\x7e]/g, "?");
}
