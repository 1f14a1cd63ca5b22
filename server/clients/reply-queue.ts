/**
 * The replies to one client that cannot be written yet, in the order of its commands.
 *
 * Invariant: a reply is taken out after all replies before it, and the bytes that wait are counted. Knows no socket.
 *
 *      open ──▶ [ready][ready][under way][ready]...
 *               └ takeReady ┘
 */

/** The place of one reply; `bytes` is undefined while its command runs. */
export interface Slot {
  bytes: Buffer | undefined;
}

export class ReplyQueue {
  #slots: Slot[] = [];
  #bytes = 0;
  /** So many replies have to be taken out before a message may overtake those that stay. */
  #sealed = 0;

  /** Replies outstanding, finished ones among them. */
  get length(): number {
    return this.#slots.length;
  }

  /** Bytes of finished replies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The first reply is finished. */
  get isReady(): boolean {
    return this.#slots[0]?.bytes !== undefined;
  }

  /** Nothing waits in front of this reply. */
  isFirst(slot: Slot): boolean {
    return this.#slots[0] === slot;
  }

  /** Some command has not been answered, and what is not its reply may be sent before it. */
  get mayBeOvertaken(): boolean {
    return this.#sealed === 0 && this.#slots.some((slot) => slot.bytes === undefined);
  }

  /** Nothing may overtake the replies outstanding, nor the next one to come. */
  seal(): void {
    if (this.#slots.length > 0) this.#sealed = this.#slots.length + 1;
  }

  /** A place for the reply of a command that runs; `fill` ends it. */
  open(): Slot {
    const slot: Slot = { bytes: undefined };
    this.#slots.push(slot);
    return slot;
  }

  /** Keeps a finished reply behind those that are not. */
  hold(bytes: Buffer): void {
    this.#slots.push({ bytes });
    this.#bytes += bytes.length;
  }

  fill(slot: Slot, bytes: Buffer): void {
    slot.bytes = bytes;
    this.#bytes += bytes.length;
  }

  /** Takes out all replies that may be written now, as one. */
  takeReady(): Buffer {
    const replies: Buffer[] = [];
    for (const { bytes } of this.#slots) {
      if (bytes === undefined) break;
      replies.push(bytes);
      this.#bytes -= bytes.length;
    }
    this.#sealed = Math.max(0, this.#sealed - replies.length);
    if (replies.length === this.#slots.length) this.#slots = [];
    else this.#slots.splice(0, replies.length);
    return replies.length === 1 ? replies[0]! : Buffer.concat(replies);
  }

  clear(): void {
    this.#slots = [];
    this.#bytes = this.#sealed = 0;
  }
}
