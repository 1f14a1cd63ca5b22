/**
 * One client: bytes in, replies out.
 *
 * Invariants:
 *  - Replies leave in the order of the commands, however late one of them is ready.
 *  - What waits for this client is bounded: commands are read no further while too many replies, or too many bytes,
 *    are outstanding or the client does not read.
 *  - After QUIT or a protocol error nothing more is executed, and the socket is gone 200 ms later at the latest.
 * Knows how to answer GET and MGET from the stores; everything else it hands to the command table.
 *
 *     chunk ─▶ reader ─▶ hit: value copied into the output ───────────────┐
 *                     ─▶ anything else: reply now, or a slot to fill later ┴▶ one write a turn
 */
import type { Socket } from "node:net";
import { COMMAND, CommandReader, DROP, NEED_MORE, type ReaderLimits } from "../proto/command-reader.ts";
import { ErrorReply, encodeReply, type Reply } from "../proto/reply.ts";
import { NULL_RESP2, NULL_RESP3 } from "../proto/reply-writers.ts";
import type { Group, Groups } from "./groups.ts";
import type { Latency } from "./latency.ts";
import { HIT, type Output } from "./output.ts";
import { ABSENT } from "./store/store.ts";

/** What a connection is given by who accepted it. */
export interface ConnectionHost {
  readonly groups: Groups;
  /** Shared by the connections of a thread; empty between turns. */
  readonly output: Output;
  /** Limits of the reader before and after authentication. */
  readonly limits: { readonly authenticated: ReaderLimits; readonly unauthenticated: ReaderLimits };
  authenticationNeeded(): boolean;
  readonly maxOutputBytes: number;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** Of commands that could not be answered at once, in seconds. */
  readonly waitLatency: Latency;
  readonly counters: { commands: number; outputLimitCloses: number; protocolErrors: number };
  /** Undefined means that there is no reply. */
  execute(args: Buffer[], connection: Connection): Reply | Promise<Reply> | undefined;
  closed(connection: Connection): void;
  dropped(connection: Connection, why: string): void;
}

/** Replies that may be outstanding; a client that pipelines more waits for the first of them. */
const MAX_SLOTS = 1024;
/** Bytes of finished replies that may wait behind an unfinished one. */
const MAX_HELD_BYTES = 1 << 20;
/** Bytes gathered in one turn before they are written. */
const TURN_BYTES = 1 << 18;
/** What a client has left to read its last reply in before the socket is destroyed: Redis' own test needs a fixed time. */
const LINGER_MS = 200;

const M = 0x6d;
const G = 0x67;
const E = 0x65;
const T = 0x74;

/** The place of one reply in the order; bytes are undefined while the command runs. */
interface Slot {
  bytes: Buffer | undefined;
}

export class Connection {
  readonly id: number;
  readonly socket: Socket;
  readonly host: ConnectionHost;
  readonly createdMs: number;
  protocol: 2 | 3 = 2;
  name = "";
  libName = "";
  libVersion = "";
  lastCommand = "NULL";
  lastActiveMs: number;
  #authenticated: boolean;
  readonly #reader: CommandReader;
  readonly #slots: Slot[] = [];
  #heldBytes = 0;
  #flushPlanned = false;
  /** All complete commands of what has arrived have been taken. */
  #idle = true;
  /** No more commands are taken; the socket ends after the last reply. */
  #leaving = false;
  /** Nothing that arrives from now on is read; what has been read is still answered. */
  #inputEnded = false;
  #inTurn = false;
  #broken = false;

  constructor(id: number, socket: Socket, host: ConnectionHost) {
    this.id = id;
    this.socket = socket;
    this.host = host;
    this.createdMs = this.lastActiveMs = host.clock();
    this.#authenticated = !host.authenticationNeeded();
    this.#reader = new CommandReader(host.limits[this.#authenticated ? "authenticated" : "unauthenticated"]);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#arrived(chunk));
    socket.on("end", () => this.drain());
    socket.on("drain", () => this.#resume());
    // A reset is a normal goodbye for some clients; "close" follows and does the work.
    socket.on("error", () => {});
    socket.on("close", () => host.closed(this));
  }

  get authenticated(): boolean {
    return this.#authenticated;
  }

  set authenticated(value: boolean) {
    this.#authenticated = value;
    this.#reader.limits = this.host.limits[value ? "authenticated" : "unauthenticated"];
  }

  /** Bytes of a command that has not arrived whole. */
  get pendingBytes(): number {
    return this.#reader.pendingBytes;
  }

  /** Bytes of replies not yet taken by the kernel, and how many replies are outstanding. */
  get outgoing(): { readonly bytes: number; readonly replies: number } {
    return { bytes: this.socket.writableLength + this.#heldBytes, replies: this.#slots.length };
  }

  /** Takes no further command, not even one that has arrived; ends after the replies of those before. */
  leave(): void {
    this.#leaving = true;
    this.#endWhenDone();
  }

  /** Answers every command that has arrived, reads no more, and ends. */
  drain(): void {
    this.#inputEnded = true;
    this.#endWhenDone();
  }

  #arrived(chunk: Buffer): void {
    this.lastActiveMs = this.host.clock();
    // Still read, and thrown away: unread bytes at the close would become a reset that can cost the last replies.
    if (this.#leaving || this.#inputEnded) return;
    this.#reader.push(chunk);
    this.#turn();
  }

  /** Takes commands until there are no more or the client has to wait. */
  #turn(): void {
    const { output } = this.host;
    this.#inTurn = true;
    this.#idle = false;
    while (!this.#leaving && !this.#mustWait()) {
      const result = this.#reader.next();
      if (result === COMMAND) this.#command();
      else if (result === NEED_MORE) {
        this.#idle = true;
        break;
      } else {
        this.#refuse(result === DROP);
        break;
      }
      if (output.length > TURN_BYTES) this.#write(output.take(0));
    }
    if (output.length > 0) this.#write(output.take(0));
    if (this.#idle || this.#leaving) this.socket.resume();
    else this.socket.pause();
    this.#inTurn = false;
    this.#endWhenDone();
  }

  #mustWait(): boolean {
    return (
      this.#slots.length >= MAX_SLOTS || this.#heldBytes >= MAX_HELD_BYTES || this.socket.writableNeedDrain
    );
  }

  #resume(): void {
    if (!this.#idle && !this.#leaving && !this.#mustWait()) this.#turn();
  }

  #command(): void {
    this.host.counters.commands++;
    const mark = this.host.output.length;
    if (this.#authenticated && this.#inPlace()) {
      if (this.#slots.length > 0) this.#hold(this.host.output.take(mark));
      return;
    }
    const reply = this.host.execute(this.#reader.args(), this);
    if (reply instanceof Promise) this.#await(reply);
    else if (reply !== undefined) this.#reply(reply);
  }

  /** Answers GET and MGET when everything asked for is held here; otherwise leaves the output as it was. */
  #inPlace(): boolean {
    const reader = this.#reader;
    const start = reader.argStart[1]!;
    const end = reader.argEnd[1]!;
    if (reader.isGet) {
      this.lastCommand = "get";
      const group = this.host.groups.of(reader.bytes, start, end);
      if (group === undefined) return false;
      const found = this.#lookUp(group, start, end);
      if (found === undefined) return false;
      group.counters[found]++;
      return true;
    }
    if (reader.argc < 2 || !this.#isMget()) return false;
    this.lastCommand = "mget";
    const group = this.host.groups.of(reader.bytes, start, end);
    return group !== undefined && this.#lookUpAll(group);
  }

  /** The keys of an MGET, if they are all of one group. Counts only once it is sure that nothing is missing. */
  #lookUpAll(group: Group): boolean {
    const { output, groups } = this.host;
    const { bytes, argc, argStart, argEnd } = this.#reader;
    const mark = output.length;
    const counts = { hits: 0, negativeHits: 0, mirrorHits: 0 };
    output.append(Buffer.from(`*${argc - 1}\r\n`));
    for (let i = 1; i < argc; i++) {
      const start = argStart[i]!;
      const end = argEnd[i]!;
      const fits = output.length - mark < MAX_HELD_BYTES && groups.of(bytes, start, end) === group;
      const found = fits ? this.#lookUp(group, start, end) : undefined;
      if (found === undefined) {
        output.length = mark;
        return false;
      }
      counts[found]++;
    }
    group.counters.hits += counts.hits;
    group.counters.negativeHits += counts.negativeHits;
    group.counters.mirrorHits += counts.mirrorHits;
    return true;
  }

  #isMget(): boolean {
    const { bytes, argStart, argEnd } = this.#reader;
    const at = argStart[0]!;
    return (
      argEnd[0]! - at === 4 &&
      (bytes[at]! | 32) === M &&
      (bytes[at + 1]! | 32) === G &&
      (bytes[at + 2]! | 32) === E &&
      (bytes[at + 3]! | 32) === T
    );
  }

  /** Appends what is held for a key and returns what to count it as; undefined when nothing is held. */
  #lookUp(group: Group, start: number, end: number): "hits" | "negativeHits" | "mirrorHits" | undefined {
    const { output } = this.host;
    const { bytes } = this.#reader;
    const found = output.hit(group.store, bytes, start, end);
    if (found === HIT) return "hits";
    if (found === ABSENT) {
      output.append(this.protocol === 3 ? NULL_RESP3 : NULL_RESP2);
      return "negativeHits";
    }
    if (group.mirrors === undefined || output.hit(group.mirrors, bytes, start, end) !== HIT) return undefined;
    return "mirrorHits";
  }

  #reply(reply: Reply): void {
    const bytes = encodeReply(reply, this.protocol);
    if (this.#slots.length > 0) this.#hold(bytes);
    else this.host.output.append(bytes);
  }

  /** Keeps a finished reply behind those that are not. */
  #hold(bytes: Buffer): void {
    this.#heldBytes += bytes.length;
    this.#slots.push({ bytes });
  }

  #await(reply: Promise<Reply>): void {
    const slot: Slot = { bytes: undefined };
    this.#slots.push(slot);
    // The dialect is that of when the command was read: a HELLO behind it must not change its reply.
    const { protocol, host } = this;
    const askedMs = host.clock();
    reply.then(
      (value) => {
        host.waitLatency.observe((host.clock() - askedMs) / 1000);
        this.#fill(slot, encodeReply(value, protocol));
      },
      // The command table turns every failure into a reply; what still rejects is a broken invariant.
      (error: Error) =>
        this.#fill(slot, encodeReply(new ErrorReply(`ERR internal error: ${error.message}`), protocol)),
    );
  }

  #fill(slot: Slot, bytes: Buffer): void {
    slot.bytes = bytes;
    this.#heldBytes += bytes.length;
    if (this.#flushPlanned || this.#slots[0] !== slot) return;
    this.#flushPlanned = true;
    // After the promises that settle now: replies that become ready together leave in one write.
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#flushPlanned = false;
    let ready = 0;
    while (ready < this.#slots.length && this.#slots[ready]!.bytes !== undefined) ready++;
    const replies = this.#slots.splice(0, ready).map((slot) => slot.bytes!);
    for (const bytes of replies) this.#heldBytes -= bytes.length;
    if (replies.length > 0) this.#write(replies.length === 1 ? replies[0]! : Buffer.concat(replies));
    this.#resume();
    this.#endWhenDone();
  }

  #write(bytes: Buffer): void {
    if (this.socket.destroyed) return;
    if (this.socket.writableLength + bytes.length > this.host.maxOutputBytes) {
      this.host.counters.outputLimitCloses++;
      this.host.dropped(this, "output buffer limit reached");
      this.socket.destroy();
      return;
    }
    this.socket.write(bytes);
  }

  #refuse(silently: boolean): void {
    this.#leaving = true;
    if (silently) {
      this.host.dropped(this, "possible cross-protocol attack: POST or Host: as a command");
      this.socket.destroy();
      return;
    }
    this.#broken = true;
    this.host.counters.protocolErrors++;
    this.#reply(new ErrorReply(`ERR ${this.#reader.error}`));
  }

  #endWhenDone(): void {
    const done = this.#leaving || (this.#inputEnded && this.#idle);
    if (!done || this.#inTurn || this.#slots.length > 0 || this.socket.writableEnded) return;
    const linger = () => setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
    this.socket.end(linger);
    // A client that broke the protocol may never read: for it the time runs from now.
    if (this.#broken) linger();
  }
}
