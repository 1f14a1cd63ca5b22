/**
 * The replies and pushes that the clients of one worker get from the main thread.
 *
 * Invariant: the replies of one tick travel in one message, and the pushes of that tick in a second one behind it. A reply
 * that cannot be encoded becomes an error reply and is reported: it must not end the process with all its clients.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, encodeReply, type Reply } from "../../proto/reply.ts";
import { joinedBytes } from "./joined-bytes.ts";
import type { ClientPush, ReplyBatch, ToWorker } from "./messages.ts";

export interface RepliesToWorkerOptions {
  /** `moved`: memory of the message that changes threads instead of being copied. */
  post(message: ToWorker, moved: ArrayBuffer[]): void;
  /** Hears of a broken invariant; the client gets an error reply. */
  failed(error: unknown): void;
}

export class RepliesToWorker {
  readonly #options: RepliesToWorkerOptions;
  #replies: { ids: number[]; lengths: number[]; parts: Buffer[] } = { ids: [], lengths: [], parts: [] };
  #pushes: ClientPush[] = [];
  #flushPlanned = false;

  constructor(options: RepliesToWorkerOptions) {
    this.#options = options;
  }

  /** `id` is the worker's id of the command. Undefined: the command has no reply. */
  reply(id: number, reply: Reply | undefined, protocol: 2 | 3): void {
    this.#planFlush();
    const part = reply === undefined ? Buffer.alloc(0) : this.#encode(reply, protocol);
    this.#replies.ids.push(id);
    this.#replies.lengths.push(part.length);
    this.#replies.parts.push(part);
  }

  /** Answers a command that broke an invariant. */
  fail(id: number, error: unknown, protocol: 2 | 3): void {
    this.reply(id, this.#internalError(error), protocol);
  }

  /** `atOnce`: as in Connection.push. */
  push(client: number, message: Reply, atOnce = false): void {
    this.#planFlush();
    this.#pushes.push({ client, atOnce, bytes2: this.#encode(message, 2), bytes3: this.#encode(message, 3) });
  }

  #encode(reply: Reply, protocol: 2 | 3): Buffer {
    try {
      return encodeReply(reply, protocol);
    } catch (error) {
      return encodeReply(this.#internalError(error), protocol);
    }
  }

  #internalError(error: unknown): ErrorReply {
    this.#options.failed(error);
    return new ErrorReply(errors.internal);
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#flushPlanned = false;
    const { ids, lengths, parts } = this.#replies;
    if (ids.length > 0) {
      this.#replies = { ids: [], lengths: [], parts: [] };
      const bytes = joinedBytes(parts);
      const batch: ReplyBatch = { kind: "replies", ids, lengths, bytes };
      this.#options.post(batch, [bytes.buffer]);
    }
    if (this.#pushes.length > 0) this.#options.post({ kind: "pushes", pushes: this.#pushes.splice(0) }, []);
  }
}
