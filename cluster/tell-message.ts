/**
 * Changes as bytes, for the peer link: the frames that tell of them, and what comes in such a frame.
 *
 * Keeps: a frame is at most about BATCH_BYTES long, whatever there is to tell; whatever a peer sends becomes a well-formed
 * Tell. Does not know who hears it.
 */

import { encodeFrame } from "../proto/frame.ts";
import { carrot } from "../proto/generated/carrot.js";
import type { Change } from "./change.ts";
import { BATCH_BYTES, KEY_OVERHEAD_BYTES } from "./requests.ts";

/** What a change takes in a frame beside its keys. */
const CHANGE_OVERHEAD_BYTES = 40;

/** All changes of a log from after `after` up to `through`. */
export interface Tell {
  readonly after: number;
  readonly through: number;
  readonly changes: readonly Change[];
  /** What came after `after` is forgotten: everything has to be deleted. */
  readonly forgotten: boolean;
  /** Of what is forgotten, nothing has a greater counter. */
  readonly counter: number;
}

export interface TellFrame {
  readonly bytes: Buffer;
  readonly through: number;
}

/** The frames that tell of changes in order; the first follows on `after`, the last goes up to `through`. */
export function tellFrames(after: number, through: number, changes: readonly Change[]): TellFrame[] {
  const frames: TellFrame[] = [];
  let batch: Change[] = [];
  let bytes = 0;
  let from = after;
  const end = (to: number) => {
    frames.push({
      bytes: frameOf({ after: from, through: to, changes: batch, forgotten: false, counter: 0 }),
      through: to,
    });
    from = to;
    batch = [];
    bytes = 0;
  };
  for (const change of changes) {
    const length = lengthOf(change);
    if (batch.length > 0 && bytes + length > BATCH_BYTES) end(change.number - 1);
    batch.push(change);
    bytes += length;
  }
  if (through > from || batch.length > 0) end(through);
  return frames;
}

/** The frame for a member that has to delete everything, because this node has forgotten what there was after `after`. */
export function forgottenFrame(after: number, through: number, counter: number): TellFrame {
  return { bytes: frameOf({ after, through, changes: [], forgotten: true, counter }), through };
}

/** Splits keys into what one change may have: each part is just longer than BATCH_BYTES at most, framing included. */
export function partsOf(keys: readonly Uint8Array[]): Uint8Array[][] {
  const parts: Uint8Array[][] = [];
  let bytes = BATCH_BYTES;
  for (const key of keys) {
    if (bytes >= BATCH_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(key);
    bytes += key.length + KEY_OVERHEAD_BYTES;
  }
  return parts;
}

/** What a member tells. The keys are views of the frame. */
export function tellOf(message: carrot.Tell.$Properties): Tell {
  const changes = (message.changes ?? []).map(
    ({ number, counter, keys, flush, database, isSlow, ...flags }) => ({
      number: number ?? 0,
      counter: counter ?? 0,
      keys: keys ?? [],
      flush: flush ? { database: database ?? undefined, isSlow: isSlow ?? false } : undefined,
      isBar: flags.isBar ?? false,
      keepsEntries: flags.keepsEntries ?? false,
    }),
  );
  const { after, through, forgotten, counter } = message;
  return {
    after: after ?? 0,
    through: through ?? 0,
    changes,
    forgotten: forgotten ?? false,
    counter: counter ?? 0,
  };
}

export function lengthOf({ keys }: Pick<Change, "keys">): number {
  return keys.reduce((sum, key) => sum + key.length + KEY_OVERHEAD_BYTES, CHANGE_OVERHEAD_BYTES);
}

function frameOf({ changes, ...tell }: Tell): Buffer {
  const told = changes.map(({ number, counter, keys, flush, isBar, keepsEntries }) => ({
    ...{ number, counter, keys: [...keys], isBar, keepsEntries },
    ...(flush && { flush: true, database: flush.database, isSlow: flush.isSlow }),
  }));
  return encodeFrame(carrot.Frame, { tell: { ...tell, changes: told } });
}
