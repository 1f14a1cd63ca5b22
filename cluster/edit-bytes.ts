/**
 * Edits and their results as the peer messages carry them.
 *
 * Owns the translation in both directions. Keeps: whatever a peer sends becomes a well-formed edit or is refused whole. An
 * answer's value is copied out of its frame, because a view would keep the whole frame alive. Does not know requests.
 */

import { carrot } from "../proto/generated/carrot.js";
import type { Comparison, Condition, Edit, Edited, Operation, Range } from "./edit.ts";

const CONDITIONS: Readonly<Record<Condition, carrot.Condition>> = {
  missing: carrot.Condition.IF_MISSING,
  held: carrot.Condition.IF_HELD,
  dated: carrot.Condition.IF_DATED,
  undated: carrot.Condition.IF_UNDATED,
  later: carrot.Condition.IF_LATER,
  sooner: carrot.Condition.IF_SOONER,
};
const CONDITION_NAMES = Object.keys(CONDITIONS) as Condition[];

const OPERATIONS: Readonly<Record<Operation["kind"], carrot.Operation>> = {
  add: carrot.Operation.ADD,
  addFloat: carrot.Operation.ADD_FLOAT,
  append: carrot.Operation.APPEND,
  setRange: carrot.Operation.SET_RANGE,
  setBit: carrot.Operation.SET_BIT,
};
const OPERATION_NAMES = Object.keys(OPERATIONS) as Operation["kind"][];

const COMPARISONS: Readonly<Record<Comparison["kind"], carrot.Comparison>> = {
  equal: carrot.Comparison.EQUAL,
  different: carrot.Comparison.DIFFERENT,
  sameDigest: carrot.Comparison.SAME_DIGEST,
  otherDigest: carrot.Comparison.OTHER_DIGEST,
};
const COMPARISON_NAMES = Object.keys(COMPARISONS) as Comparison["kind"][];

export function editMessageOf(id: number, key: Uint8Array, edit: Edit): carrot.Edit.$Properties {
  const { conditions, value, life, wanted, isUse, operation, loadsFirst, comparison, version } = edit;
  return {
    id,
    key,
    counter: version?.counter,
    conditions: conditions.map((condition) => CONDITIONS[condition]),
    value: value ?? undefined,
    remove: value === null,
    ttlMs: typeof life === "number" ? life : undefined,
    keepLife: life === "keep",
    from: wanted?.from,
    to: wanted?.to,
    isUse,
    ...(operation && {
      operation: OPERATIONS[operation.kind],
      argument: operation.argument,
      at: operation.at,
    }),
    ...(loadsFirst && { loadsFirst }),
    ...(comparison && { comparison: COMPARISONS[comparison.kind], compared: comparison.to }),
  };
}

/** The edit in a message; undefined when this node does not know a part of it, and so must not make it. */
export function editOf(message: carrot.Edit.$Properties): Edit | undefined {
  const conditions: Condition[] = [];
  for (const number of message.conditions ?? []) {
    const name = CONDITION_NAMES.find((candidate) => CONDITIONS[candidate] === number);
    if (name === undefined) return undefined;
    conditions.push(name);
  }
  const operation = operationOf(message);
  if (operation === undefined && message.operation) return undefined;
  const comparison = comparisonOf(message);
  if (comparison === undefined && message.comparison) return undefined;
  const value = message.remove ? null : (message.value ?? undefined);
  return {
    conditions,
    value,
    life: lifeOf(message),
    wanted: rangeOf(message),
    isUse: message.isUse ?? false,
    ...(operation && { operation }),
    ...(message.loadsFirst && { loadsFirst: true }),
    ...(comparison && { comparison }),
  };
}

function operationOf(message: carrot.Edit.$Properties): Operation | undefined {
  const kind = OPERATION_NAMES.find((name) => OPERATIONS[name] === message.operation);
  return kind && { kind, argument: message.argument ?? new Uint8Array(), at: message.at ?? 0 };
}

function comparisonOf(message: carrot.Edit.$Properties): Comparison | undefined {
  const kind = COMPARISON_NAMES.find((name) => COMPARISONS[name] === message.comparison);
  return kind && { kind, to: message.compared ?? new Uint8Array() };
}

/** A lifetime that is no number counts as over: an entry kept for too long is worse than a missing one. */
function lifeOf({ keepLife, ttlMs }: carrot.Edit.$Properties): Edit["life"] {
  if (keepLife) return "keep";
  if (ttlMs === null || ttlMs === undefined) return "endless";
  return Number.isNaN(ttlMs) ? 0 : ttlMs;
}

function rangeOf({ from, to }: carrot.Edit.$Properties): Range | undefined {
  return typeof from === "number" && typeof to === "number" ? { from, to } : undefined;
}

export function editedMessageOf(id: number, edited: Edited): carrot.Edited.$Properties {
  const { held, changed, noRoom, bytes, value, uses, idleMs, error = "", result, overtakenBy } = edited;
  return { id, held, changed, noRoom, bytes, value, uses, idleMs, error, result, overtakenBy };
}

/** Undefined when the peer is leaving and has done nothing. */
export function editedOf(message: carrot.Edited.$Properties): Edited | undefined {
  if (message.leaving) return undefined;
  const { held, changed, noRoom, bytes, value, uses, idleMs, error, result, overtakenBy } = message;
  return {
    held: held ?? false,
    changed: changed ?? false,
    noRoom: noRoom ?? false,
    bytes: bytes ?? 0,
    value: value ? Buffer.from(value) : undefined,
    uses: uses ?? 0,
    idleMs: idleMs ?? 0,
    error: error || undefined,
    ...(typeof result === "string" && { result }),
    ...(overtakenBy && { overtakenBy }),
  };
}
