/**
 * Outcomes and glimpses as the peer messages carry them.
 *
 * Owns the translation in both directions. Keeps: whatever a peer sends becomes a well-formed outcome or an error
 * outcome. Values are views of their frame: a caller that keeps one copies it. Does not know requests.
 */

import { Writer } from "protobufjs/minimal.js";
import { carrot } from "../proto/generated/carrot.js";
import type { Glimpse, Outcome } from "./outcome.ts";

/** The most that an entry takes in a frame besides its value: tags, lengths, kind, lifetime and its id. */
export const ENTRY_OVERHEAD_BYTES = 32;

const NO_BYTES = new Uint8Array();

/** `isBehind`: who asked may not keep the value. */
export function entryOf(outcome: Outcome, isBehind = false): carrot.Entry.$Properties {
  switch (outcome.kind) {
    case "value":
      if (isBehind) return { kind: carrot.Kind.VALUE, value: outcome.value, ttlMs: outcome.ttlMs, isBehind };
      return { kind: carrot.Kind.VALUE, value: outcome.value, ttlMs: outcome.ttlMs };
    case "absent":
      if (isBehind) return { kind: carrot.Kind.ABSENT, ttlMs: outcome.ttlMs, isBehind };
      return { kind: carrot.Kind.ABSENT, ttlMs: outcome.ttlMs };
    case "error":
      return { kind: carrot.Kind.ERROR, error: outcome.text };
  }
}

/** Field numbers with their wire types. */
const FRAME_GOT = (2 << 3) | 2;
const GOT_IDS = (1 << 3) | 2;
const GOT_ENTRIES = (2 << 3) | 2;
const ENTRY_KIND = 1 << 3;
const ENTRY_VALUE = (2 << 3) | 2;
const ENTRY_TTL = (3 << 3) | 1;

/**
 * All of a frame but its last bytes, which are the value: the answer to one GET. A writer of messages would copy the value
 * once for each length in front of it.
 */
export function headOfValue(id: number, bytes: number, ttlMs: number | undefined): Uint8Array {
  const entry = Writer.create().uint32(ENTRY_KIND).uint32(carrot.Kind.VALUE);
  if (ttlMs !== undefined) entry.uint32(ENTRY_TTL).double(ttlMs);
  entry.uint32(ENTRY_VALUE).uint32(bytes);
  const got = Writer.create().uint32(GOT_IDS).fork().uint32(id).ldelim();
  got.uint32(GOT_ENTRIES).uint32(entry.len + bytes);
  const frame = Writer.create()
    .uint32(FRAME_GOT)
    .uint32(got.len + entry.len + bytes);
  const length = Writer.create().uint32(frame.len + got.len + entry.len + bytes);
  return Buffer.concat([length, frame, got, entry].map((part) => part.finish()));
}

/** The outcome in an entry; undefined when the peer is leaving and does not answer this request. */
export function outcomeOf(entry: carrot.Entry.$Properties): Outcome | undefined {
  switch (entry.kind) {
    case carrot.Kind.VALUE:
      return valueIn(entry);
    case carrot.Kind.ABSENT:
      return absentIn(entry);
    case carrot.Kind.ERROR:
      return { kind: "error", text: entry.error || "peer failed without a reason" };
    case carrot.Kind.LEAVING:
      return undefined;
    default:
      return { kind: "error", text: "peer sent an answer of an unknown kind" };
  }
}

function valueIn({ value, ttlMs, isBehind }: carrot.Entry.$Properties): Outcome {
  const outcome = { kind: "value", value: value ?? NO_BYTES, ttlMs: lifetimeOf(ttlMs) } as const;
  return isBehind ? { ...outcome, isBehind } : outcome;
}

function absentIn({ ttlMs, isBehind }: carrot.Entry.$Properties): Outcome {
  const outcome = { kind: "absent", ttlMs: lifetimeOf(ttlMs) } as const;
  return isBehind ? { ...outcome, isBehind } : outcome;
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
