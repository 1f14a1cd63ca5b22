/**
 * The answers to GETs, and the invalidations, that leave a served link.
 *
 * Keeps: those of one tick leave in one frame, answers before invalidations, because a value that is no longer valid may be
 * among them. A large value leaves at once, in a frame of its own, so that nobody has to copy it. Does not know keys.
 *
 *     small values, errors ─▶ ids, entries ─── end of the tick ───▶ one Got
 *     large value ────────────────────────────────────────────────▶ a Got of its own, from the memory the value lies in
 */
import { encodeFrame } from "../proto/frame.ts";
import { carrot } from "../proto/generated/carrot.js";
import type { Outcome } from "./outcome.ts";
import { ENTRY_OVERHEAD_BYTES, entryOf, headOfValue } from "./outcome-message.ts";
import { BATCH_BYTES } from "./requests.ts";
import type { World } from "./world.ts";

/** From here on a frame of its own costs less than the copies of a value among others. */
export const LARGE_BYTES = 1 << 14;

interface AnswersOptions {
  readonly world: Pick<World, "soon">;
  readonly send: (frame: Uint8Array) => void;
  /** As FrameStream.sendLent. */
  readonly sendLent: (parts: readonly Uint8Array[]) => void;
  /** Told that what was gathered has left. */
  readonly sent: () => void;
}

export class Answers {
  readonly #options: AnswersOptions;
  #ids: number[] = [];
  #entries: carrot.Entry.$Properties[] = [];
  #bytes = 0;
  #invalid: Uint8Array[] = [];
  #allInvalid = false;
  #flushPlanned = false;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Whether answers wait for the end of the tick. */
  get areWaiting(): boolean {
    return this.#ids.length > 0;
  }

  /**
   * A large value's bytes may change when this returns, a small one's after this tick; so may those of one that `isBehind`
   * (Entry.is_behind), whatever its length.
   */
  add(id: number, outcome: Outcome, isBehind = false): void {
    if (outcome.kind === "value" && outcome.value.length >= LARGE_BYTES && !isBehind) {
      const { value, ttlMs } = outcome;
      this.#options.sendLent([headOfValue(id, value.length, ttlMs), value]);
    } else this.addEntry(id, entryOf(outcome, isBehind));
  }

  addEntry(id: number, entry: carrot.Entry.$Properties): void {
    const bytes = ENTRY_OVERHEAD_BYTES + (entry.value?.length ?? 0) + 3 * (entry.error?.length ?? 0);
    if (this.#bytes > 0 && this.#bytes + bytes > BATCH_BYTES) this.#flush();
    this.#planFlush();
    this.#ids.push(id);
    this.#entries.push(entry);
    this.#bytes += bytes;
  }

  invalidate(key: Buffer): void {
    this.#planFlush();
    this.#invalid.push(key);
    this.#bytes += key.length + ENTRY_OVERHEAD_BYTES;
    if (this.#bytes > BATCH_BYTES) this.#flush();
  }

  invalidateAll(): void {
    this.#planFlush();
    this.#allInvalid = true;
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    this.#options.world.soon(() => {
      this.#flushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#ids.length > 0) this.#send({ got: { ids: this.#ids, entries: this.#entries } });
    if (this.#allInvalid) this.#send({ invalidate: { all: true } });
    else if (this.#invalid.length > 0) this.#send({ invalidate: { keys: this.#invalid } });
    this.#ids = [];
    this.#entries = [];
    this.#invalid = [];
    this.#allInvalid = false;
    this.#bytes = 0;
    this.#options.sent();
  }

  #send(frame: carrot.Frame.$Properties): void {
    this.#options.send(encodeFrame(carrot.Frame, frame));
  }
}
