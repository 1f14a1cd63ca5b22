/**
 * What a member asks that is answered at once, from what this node has: pings, looks, counts, rings, pieces of a scan.
 *
 * Keeps: an answer fits into a frame that the other side reads. Does not know links.
 */

import type { carrot } from "../proto/generated/carrot.js";
import type { Hearing } from "./hearing.ts";
import { ENTRY_OVERHEAD_BYTES, lookedOf } from "./outcome-message.ts";
import type { PeerHandlers } from "./peer-handlers.ts";
import { KEY_OVERHEAD_BYTES } from "./requests.ts";
import type { RingAgreement } from "./ring-agreement.ts";

/** Entries looked at for one piece of a scan: about a millisecond. */
const MAX_SCAN_COUNT = 500;

export interface QuestionOptions {
  readonly handlers: PeerHandlers;
  readonly ring: RingAgreement;
  readonly hearing: Pick<Hearing, "positions" | "counter">;
  /** The longest frame that the other side reads. */
  readonly maxAnswerBytes: number;
}

/** Throws when the frame is no question. */
export function answerTo(frame: carrot.Frame, options: QuestionOptions): carrot.Frame.$Properties {
  const { handlers, hearing } = options;
  const { look, count, ring, ping, scan } = frame;
  if (ping) {
    const { positions, counter } = hearing;
    return { pong: { id: ping.id, ring: options.ring.fingerprint, positions, counter } };
  }
  if (look) return { looked: lookedOf(look.id ?? 0, handlers.look(look.key ?? new Uint8Array())) };
  if (count) return { counted: { id: count.id, count: handlers.count(count.database ?? 0) } };
  if (ring) return { ringTaken: takeRing(ring, options) };
  if (scan) return { scanned: pieceOf(scan, options) };
  throw new Error(`asked with ${frame.body ?? "an unknown frame"}`);
}

/** Leaves out keys beyond what the other side reads in a frame. That takes hundreds of keys whose hashes collide. */
function pieceOf(
  { id, cursor, count, ...message }: carrot.Scan.$Properties,
  { handlers, maxAnswerBytes }: QuestionOptions,
): carrot.Scanned.$Properties {
  const most = Math.min(count ?? 0, MAX_SCAN_COUNT);
  const wanted = { database: message.database ?? 0, pattern: message.pattern ?? undefined };
  const piece = handlers.scan(cursor ?? 0, most, wanted);
  let room = maxAnswerBytes - ENTRY_OVERHEAD_BYTES;
  const keys = piece.keys.filter((key) => (room -= key.length + KEY_OVERHEAD_BYTES) >= 0);
  return { id, cursor: piece.cursor, keys, seen: piece.seen };
}

function takeRing(
  { id, epoch, members }: carrot.Ring.$Properties,
  { ring }: QuestionOptions,
): carrot.RingTaken.$Properties {
  const taken = ring.consider({ epoch: epoch ?? 0, members: members ?? [] });
  return { id, taken, epoch: ring.view.epoch, members: [...ring.view.members] };
}
