/**
 * What one client is still owed: replies in the order of its commands, and messages that it is sent unasked.
 *
 * Invariants:
 *  - A reply goes out after the replies to all earlier commands, however late one of them is ready.
 *  - A pushed message stands between complete replies, after those to all earlier commands. One that a command pushes to
 *    its own client leaves with the reply, in one write: a client that has read the reply looks no further.
 *  - What waits for the client is bounded; a client that is owed more is closed.
 * Knows neither what a command does nor how commands are read.
 *
 *     hit, or a reply that is ready at once ─▶ the thread's output ─────────────────▶ one write a turn
 *     the same, behind a reply that is not  ─▶ the client's reply queue ─▶ output order ─▶ one write a tick
 */
import type { Socket } from "node:net";
import type { Outcome } from "../../cluster/outcome.ts";
import { errors } from "../../proto/error-texts.ts";
import { type Answer, Encoded, ErrorReply, encodeReply, type Reply } from "../../proto/reply.ts";
import { bulkHeader } from "../../proto/reply-writers.ts";
import { LARGE_BYTES, type LargeValues, type Output } from "../hits/output.ts";
import type { Store } from "../store/store.ts";
import type { ConnectionHost } from "./connection-host.ts";
import type { OutboxOwner } from "./outbox-owner.ts";
import { outcomeBytes } from "./outcome-reply.ts";
import { ReplyQueue, type Slot } from "./reply-queue.ts";
import { SocketWriter } from "./socket-writer.ts";
import type { SpecialReasons } from "./special-reasons.ts";

/** Bytes that the replies of one turn may have before they are written. */
const TURN_BYTES = 1 << 18;
/** Bytes of finished replies that may wait behind an unfinished one. */
const MAX_HELD_BYTES = 1 << 20;
/** Messages that may be pushed behind an unfinished reply, beside the replies: a small message costs more than its bytes. */
const MAX_PUSHES = 1 << 16;
/** For a client that has not given the password: bytes of a turn before they are written, and bytes that it may leave unread. */
const LOCKED_TURN_BYTES = 1 << 12;
const MAX_LOCKED_OUTPUT_BYTES = 1 << 14;
const CRLF = Buffer.from("\r\n");
/** Log reason and counter for a client over its output limit. */
const OUTPUT_LIMIT = ["output buffer limit reached", "outputLimitCloses"] as const;

export class Outbox<Owner extends OutboxOwner> implements LargeValues {
  readonly #owner: Owner;
  readonly #host: ConnectionHost<Owner>;
  readonly #socket: Socket;
  readonly #output: Output;
  readonly #special: SpecialReasons;
  readonly #queue = new ReplyQueue();
  readonly #writer: SocketWriter;
  /** Where the replies of this turn begin in the thread's output. */
  #turnStart = 0;
  #flushPlanned = false;
  /** A command is being executed whose reply has no place yet; what is pushed meanwhile comes after that reply. */
  #executing = false;
  readonly #pushedMeanwhile: Reply[] = [];

  constructor(owner: Owner, socket: Socket, host: ConnectionHost<Owner>) {
    this.#owner = owner;
    this.#host = host;
    this.#socket = socket;
    this.#output = host.output;
    this.#special = owner.session.special;
    this.#writer = new SocketWriter(socket, () => owner.endIfDone());
  }

  /** Bytes of replies that the kernel has not taken, and replies that are not written. */
  get outgoing(): { readonly bytes: number; readonly replies: number } {
    const bytes = this.#socket.writableLength + this.#writer.queuedBytes + this.#queue.bytes;
    return { bytes, replies: this.#queue.length };
  }

  /** Nothing waits but what the socket itself holds. */
  get isEmpty(): boolean {
    return this.#queue.length === 0 && this.#writer.queuedBytes === 0;
  }

  /** No further command may be taken: the client does not read, or too many replies or bytes wait. */
  get isFull(): boolean {
    // The first look is all that a hit costs, and short enough to be compiled into the loop that takes commands.
    return this.#writer.isChoked || (this.#queue.length > 0 && this.#isQueueFull());
  }

  /** From here to `writeTurn`, what is added to the thread's output is this client's. */
  beginTurn(): void {
    this.#turnStart = this.#output.length;
    this.#output.large = this;
  }

  /** As in LargeValues. */
  sendFound(store: Store, bytes: number): boolean {
    const [output, start, end] = [this.#output, this.#turnStart, this.#output.length];
    if (this.#queue.length > 0 || !this.#writer.isDirect || !this.hasRoom(end - start + bytes)) return false;
    output.appendBulkHeader(bytes);
    const head = output.view(start, output.length);
    const isSent = store.finder.lend((value) => this.#writer.writeNow([head, value, CRLF]));
    output.length = isSent ? start : end;
    return isSent;
  }

  /** A hit's reply stands in the thread's output from `mark` on: keeps it behind earlier replies, if any wait. */
  addHit(mark: number): void {
    if (this.#queue.length > 0) this.#hold(this.#output.take(mark));
  }

  /** A command begins. What is pushed to its client from now to `endCommand` comes behind its reply. */
  beginCommand(): void {
    this.#executing = true;
  }

  /** A command has returned this; undefined: it has no reply. */
  endCommand(answer: Answer): void {
    this.#executing = false;
    if (answer instanceof Promise) this.#addLate(answer);
    else if (answer !== undefined) this.add(answer);
    if (this.#pushedMeanwhile.length > 0) this.#endPushes();
  }

  /** A finished reply. */
  add(reply: Reply): void {
    const bytes = this.#encode(reply, this.#owner.protocol);
    if (this.#queue.length > 0) this.#hold(bytes);
    else this.#output.append(bytes);
    const isMuch = this.#output.length - this.#turnStart > LOCKED_TURN_BYTES;
    if (isMuch && !this.#owner.authenticated) this.writeTurn();
  }

  /** A place for the reply of a command that runs; `fill` ends it. */
  open(): Slot {
    return this.#queue.open();
  }

  fill(slot: Slot, bytes: Buffer): void {
    if (!this.hasRoom(bytes.length)) return;
    this.#queue.fill(slot, bytes);
    this.#planFlush();
  }

  /** As `fill`, for a GET that missed. A large value leaves at once and is not copied, if no byte is before it. */
  fillOutcome(slot: Slot, outcome: Outcome, protocol: 2 | 3, inTurn: boolean): void {
    const isLarge = outcome.kind === "value" && outcome.value.length >= LARGE_BYTES;
    const isSent = isLarge && !inTurn && this.#queue.isFirst(slot) && this.#sendNow(outcome.value);
    this.fill(slot, isSent ? Buffer.alloc(0) : outcomeBytes(outcome, protocol));
  }

  /**
   * A message that no command has asked for, behind the replies to all commands that have been taken. `atOnce`: before
   * them as well, because it concerns replies that the client has had; the client's own turn forbids that.
   */
  push(message: Reply, atOnce: boolean): void {
    const { protocol } = this.#owner;
    if (atOnce && this.#queue.mayBeOvertaken) this.#write(this.#encode(message, protocol));
    if (this.#executing) this.#pushedMeanwhile.push(message);
    else if (this.#mayHoldPush()) {
      this.#hold(this.#encode(message, protocol));
      this.#planFlush();
    }
  }

  /** No push goes before the replies that wait now, nor before the next one. */
  seal(): void {
    this.#queue.seal();
  }

  /** Has the turn's replies written together with the other clients'; at once if they are many or the client is special. */
  writeTurn(): void {
    const output = this.#output;
    const start = this.#turnStart;
    const bytes = output.length - start;
    if (bytes === 0) return;
    if (!this.hasRoom(bytes)) output.length = start;
    else if (this.#mayWait()) this.#host.writes.add(this.#writer, start);
    else this.#write(output.take(start));
    this.#turnStart = output.length;
  }

  /**
   * Writes the turn's replies if they are many. True: they wait behind earlier ones, and whether the client takes them
   * shows only when they have been written.
   */
  writeLongTurn(): boolean {
    if (this.#output.length - this.#turnStart <= TURN_BYTES) return false;
    this.writeTurn();
    return this.#writer.queuedBytes > 0;
  }

  /** Whether so many more bytes may wait for the client; a client that may not have them is closed. */
  hasRoom(bytes: number): boolean {
    if (this.#socket.destroyed) return false;
    const max = this.#owner.authenticated ? this.#host.conf.maxOutputBytes : MAX_LOCKED_OUTPUT_BYTES;
    const waiting = this.#socket.writableLength + this.#writer.queuedBytes + this.#queue.bytes;
    if (waiting + bytes <= max) return true;
    this.#owner.drop(...OUTPUT_LIMIT);
    return false;
  }

  /** To be told of the socket's "drain": the client reads again. */
  drained(): void {
    this.#writer.drained();
    this.#owner.madeRoom();
  }

  /** The client is gone. */
  clear(): void {
    this.#queue.clear();
  }

  #sendNow(value: Uint8Array): boolean {
    if (!this.#writer.isDirect || !this.hasRoom(value.length)) return false;
    this.#writer.writeNow([bulkHeader(value.length), value, CRLF]);
    return true;
  }

  #isQueueFull(): boolean {
    const { length, bytes } = this.#queue;
    return length >= this.#host.conf.maxPendingCommands || bytes >= MAX_HELD_BYTES;
  }

  /** The messages of the command that has ended, in the turn of its client. */
  #endPushes(): void {
    for (const message of this.#pushedMeanwhile.splice(0)) {
      if (this.#owner.takesPushes && this.#mayHoldPush()) this.add(message);
    }
  }

  #mayHoldPush(): boolean {
    if (this.#queue.length <= this.#host.conf.maxPendingCommands + MAX_PUSHES) return true;
    this.#owner.drop(...OUTPUT_LIMIT);
    return false;
  }

  /**
   * Whether the turn's replies may wait for those of the other clients. Those of a client that tracks do: what its commands
   * have invalidated in BCAST mode is told later in this turn of the event loop, and leaves with them.
   */
  #mayWait(): boolean {
    return this.#special.plain || this.#special.has("tracking");
  }

  #addLate(answer: Promise<Reply | undefined>): void {
    const slot = this.#queue.open();
    // The dialect in which the command was read: a HELLO behind it does not change its reply.
    const { protocol } = this.#owner;
    const host = this.#host;
    const askedMs = host.clock();
    answer.then(
      (reply) => {
        host.waitLatency.observe((host.clock() - askedMs) / 1000);
        this.fill(slot, reply === undefined ? Buffer.alloc(0) : this.#encodeWhole(reply, protocol));
      },
      // The command table turns every failure into a reply; what still rejects is a broken invariant.
      (error: unknown) => this.fill(slot, this.#internalError(error)),
    );
  }

  /** The reply of another thread's command, and what that command has pushed to its own client. */
  #encodeWhole(reply: Reply, protocol: 2 | 3): Buffer {
    const bytes = this.#encode(reply, protocol);
    return reply instanceof Encoded && reply.behind !== undefined
      ? Buffer.concat([bytes, reply.behind])
      : bytes;
  }

  /** A reply that cannot be encoded is a broken invariant. */
  #encode(reply: Reply, protocol: 2 | 3): Buffer {
    try {
      return encodeReply(reply, protocol);
    } catch (error) {
      return this.#internalError(error);
    }
  }

  #internalError(error: unknown): Buffer {
    this.#host.failed(this.#owner, error);
    return encodeReply(new ErrorReply(errors.internal), 2);
  }

  /** Keeps a finished reply behind those that are not. */
  #hold(bytes: Buffer): void {
    if (this.hasRoom(bytes.length)) this.#queue.hold(bytes);
  }

  #planFlush(): void {
    if (this.#flushPlanned || !this.#queue.isReady) return;
    this.#flushPlanned = true;
    // After the promises that settle now: replies that become ready together are written together.
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#flushPlanned = false;
    this.#write(this.#queue.takeReady());
    this.#owner.madeRoom();
  }

  #write(bytes: Buffer): void {
    if (bytes.length === 0 || !this.hasRoom(bytes.length)) return;
    if (this.#writer.queuedBytes > 0) this.#host.writes.addBytes(this.#writer, bytes);
    else this.#writer.write(bytes);
  }
}
