/**
 * The replies and pushes that the clients of one worker get from the main thread.
 *
 * Invariants: the replies of one tick travel in one message, together with what their commands have pushed to their own
 * clients, so that both can leave in one write. All other pushes of that tick are in a second message behind it. A reply that
 * cannot be encoded becomes an error reply and is reported: it must not end the process with all its clients.
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
  #replies = noReplies();
  /** Pushes that must not come later than the replies, and those that must not come earlier. */
  #withReplies: ClientPush[] = [];
  #pushes: ClientPush[] = [];
  #flushPlanned = false;

  constructor(options: RepliesToWorkerOptions) {
    this.#options = options;
  }

  /**
   * `id` is the worker's id of the command. Undefined: the command has no reply. `pushed`: what the command has pushed to its
   * own client.
   */
  reply(id: number, reply: Reply | undefined, protocol: 2 | 3, pushed?: readonly Reply[]): void {
    this.#planFlush();
    const { ids, lengths, parts } = this.#replies;
    const part = reply === undefined ? Buffer.alloc(0) : this.#encode(reply, protocol);
    lengths.push(part.length);
    parts.push(part);
    if (pushed !== undefined) {
      const messages = pushed.map((message) => this.#encode(message, protocol));
      this.#replies.behind ??= new Map();
      this.#replies.behind.set(
        ids.length,
        messages.reduce((sum, { length }) => sum + length, 0),
      );
      parts.push(...messages);
    }
    ids.push(id);
  }

  /** Answers a command that broke an invariant. */
  fail(id: number, error: unknown, protocol: 2 | 3, pushed?: readonly Reply[]): void {
    this.reply(id, this.#internalError(error), protocol, pushed);
  }

  /** `atOnce`: as in Outbox.push. */
  push(client: number, message: Reply, atOnce = false): void {
    this.#planFlush();
    const pushes = atOnce ? this.#pushes : this.#withReplies;
    pushes.push({ client, atOnce, bytes2: this.#encode(message, 2), bytes3: this.#encode(message, 3) });
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
    // Behind the microtasks that wait now: in BCAST mode one of them tells what the commands of this tick have invalidated.
    process.nextTick(() => queueMicrotask(() => this.#flush()));
  }

  #flush(): void {
    this.#flushPlanned = false;
    const { ids, lengths, behind, parts } = this.#replies;
    const early = this.#withReplies.splice(0);
    const late = this.#pushes.splice(0);
    if (ids.length > 0) {
      this.#replies = noReplies();
      const bytes = joinedBytes(parts);
      const batch: ReplyBatch = { kind: "replies", ids, lengths, behind, bytes, pushes: early };
      this.#options.post(batch, [bytes.buffer]);
    } else late.unshift(...early);
    if (late.length > 0) this.#options.post({ kind: "pushes", pushes: late }, []);
  }
}

interface Gathered {
  readonly ids: number[];
  readonly lengths: number[];
  readonly parts: Buffer[];
  behind: Map<number, number> | undefined;
}

function noReplies(): Gathered {
  return { ids: [], lengths: [], parts: [], behind: undefined };
}
