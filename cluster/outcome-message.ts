/**
 * Outcomes and glimpses as the peer messages carry them.
 *
 * Owns the translation in both directions. Keeps: whatever a peer sends becomes a well-formed outcome or an error
 * outcome. Values are views of their frame: a caller that keeps one copies it. Does not know requests.
 */

import { carrot } from "../proto/generated/carrot.js";
import type { Glimpse, Outcome } from "./outcome.ts";

/** The most that an entry takes in a frame besides its value: tags, lengths, kind, lifetime and its id. */
export const ENTRY_OVERHEAD_BYTES = 32;

const NO_BYTES = new Uint8Array();

export function entryOf(outcome: Outcome): carrot.Entry.$Properties {
  switch (outcome.kind) {
    case "value":
      return { kind: carrot.Kind.VALUE, value: outcome.value, ttlMs: outcome.ttlMs };
    case "absent":
      return { kind: carrot.Kind.ABSENT, ttlMs: outcome.ttlMs };
    case "error":
      return { kind: carrot.Kind.ERROR, error: outcome.text };
  }
}

/** The outcome in an entry; undefined when the peer is leaving and does not answer this request. */
export function outcomeOf(entry: carrot.Entry.$Properties): Outcome | undefined {
  switch (entry.kind) {
    case carrot.Kind.VALUE:
      return { kind: "value", value: entry.value ?? NO_BYTES, ttlMs: lifetimeOf(entry.ttlMs) };
    case carrot.Kind.ABSENT:
      return { kind: "absent", ttlMs: lifetimeOf(entry.ttlMs) };
    case carrot.Kind.ERROR:
      return { kind: "error", text: entry.error || "peer failed without a reason" };
    case carrot.Kind.LEAVING:
      return undefined;
    default:
      return { kind: "error", text: "peer sent an answer of an unknown kind" };
  }
}

const GLIMPSE_KINDS = {
  value: carrot.Kind.VALUE,
  absent: carrot.Kind.ABSENT,
  missing: carrot.Kind.MISSING,
} as const;

export function lookedOf(id: number, glimpse: Glimpse): carrot.Looked.$Properties {
  const { bytes, ttlMs, footprintBytes } = glimpse;
  return { id, kind: GLIMPSE_KINDS[glimpse.kind], bytes, ttlMs, footprintBytes };
}

export function glimpseOf(looked: carrot.Looked.$Properties): Glimpse {
  const kinds = ["value", "absent"] as const;
  const kind = kinds.find((name) => GLIMPSE_KINDS[name] === looked.kind) ?? "missing";
  const { bytes, footprintBytes } = looked;
  return { kind, bytes: bytes ?? 0, ttlMs: lifetimeOf(looked.ttlMs), footprintBytes: footprintBytes ?? 0 };
}

/** A lifetime that is no number counts as over: an entry kept for too long is worse than one loaded again. */
function lifetimeOf(ttlMs: number | null | undefined): number | undefined {
  if (ttlMs === null || ttlMs === undefined) return undefined;
  return ttlMs > 0 && ttlMs < Number.MAX_SAFE_INTEGER ? ttlMs : 0;
}
