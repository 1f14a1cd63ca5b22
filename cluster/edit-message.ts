/**
 * What is to be known of an edit's message without its bytes: how long it is, and the answer to an edit that is refused.
 *
 * Does not know the bytes (edit-bytes.ts does), so that a node without peers does not load what makes them.
 */

import type { Edit, Edited } from "./edit.ts";

/** An edit takes fewer bytes than this in a frame, besides its key and the bytes that `bytesIn` counts. */
export const EDIT_OVERHEAD_BYTES = 128;

/** The result of an edit that was refused: nothing is done. */
export function refusedEdit(error: string): Edited {
  const nothing = { bytes: 0, value: undefined, uses: 0, idleMs: 0 };
  return { held: false, changed: false, noRoom: false, ...nothing, error };
}

/** The bytes of values in an edit: they may be as long as a value. */
export function bytesIn({ value, operation, comparison }: Edit): number {
  return (value?.length ?? 0) + (operation?.argument.length ?? 0) + (comparison?.to.length ?? 0);
}
