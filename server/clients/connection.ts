/**
 * One client: bytes in, replies out.
 *
 * Invariants:
 *  - Replies leave in the order of the commands, however late one of them is ready.
 *  - What waits for this client is bounded: commands are read no further while too many replies, or too many bytes,
 *    are outstanding or the client does not read.
 *  - What is pushed to the client unasked stands between complete replies, behind those of all commands taken before.
 *  - After QUIT or a protocol error nothing more is executed, and the socket is gone 200 ms after the last reply.
 *  - When the client is gone, nothing more of what it has sent is executed.
 * What this node holds is answered by hits.ts; everything else it hands to the command table.
 *
 *     chunk ─▶ reader ─▶ hit: value copied into the output ───────────────┐
 *                     ─▶ anything else: reply now, or a slot to fill later ┴▶ one write a turn
 */
import type { Socket } from "node:net";
import { COMMAND, CommandReader, DROP, NEED_MORE } from "../../proto/command-reader.ts";
import { protocolErrors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import type { ClientCounters } from "../counters/client-counters.ts";
import { answerInPlace, missedKey } from "../hits/hits.ts";
import { ClientSocket } from "./client-socket.ts";
import type { ConnectionHost } from "./connection-host.ts";
import * as most from "./connection-limits.ts";
import { encodeOr, internalError, isConfirmation } from "./connection-replies.ts";
import { replyBytes } from "./outcome-reply.ts";
import { ReplyLine, type Slot } from "./reply-line.ts";
import { Session, type User } from "./session.ts";
import { Stalls } from "./stalls.ts";

export class Connection {
  readonly id: number;
  readonly socket: Socket;
  readonly host: ConnectionHost<Connection>;
  readonly createdMs: number;
  protocol: 2 | 3 = 2;
  name = "";
  libName = "";
  libVersion = "";
  lastCommand = "NULL";
  readonly session = new Session();
  /** The session's: all that the way of a hit looks at. */
  readonly #special = this.session.special;
  lastActiveMs: number;
  readonly stalls = new Stalls();
  #authenticated: boolean;
  /** A command is being executed whose reply has no place yet; what is pushed meanwhile comes after it. */
  #executing = false;
  /** How many have to be done before another command is taken. */
  #waits = 0;
  readonly #pushedMeanwhile: Reply[] = [];
  readonly #reader: CommandReader;
  readonly #line = new ReplyLine();
  readonly #flow: ClientSocket;
  /** Where in the thread's output the replies of this turn begin. */
  #turnStart = 0;
  #flushPlanned = false;
  /** All complete commands of what has arrived have been taken. */
  #idle = true;
  /** No more commands are taken; the socket ends after the last reply. */
  #leaving = false;
  /** Nothing that arrives from now on is read; what has been read is still answered. */
  #inputEnded = false;
  #inTurn = false;
  #broken = false;

  constructor(id: number, socket: Socket, host: ConnectionHost<Connection>) {
    this.id = id;
    this.socket = socket;
    this.host = host;
    this.createdMs = this.lastActiveMs = host.clock();
    this.#authenticated = host.conf.requirePass === "";
    this.#special.set("locked", !this.#authenticated);
    this.#special.set("observed", host.isObserved());
    this.#reader = new CommandReader(host.limits(this.#authenticated), host.run);
    this.#flow = new ClientSocket(socket, () => this.#endWhenDone());
    socket.on("data", (chunk: Buffer) => this.#arrived(chunk));
    socket.on("end", () => this.drain());
    socket.on("drain", () => this.#drained());
    // A reset is a normal goodbye for some clients; "close" follows and does the work.
    socket.on("error", () => {});
    socket.on("close", () => this.#closed());
  }

  /** Who is in stays in when a password is set later; when it is taken away, everybody is in. */
  get authenticated(): boolean {
    return this.#authenticated || this.host.conf.requirePass === "";
  }

  set authenticated(value: boolean) {
    this.#authenticated = value;
    if (!value) this.session.user = "default";
    this.#special.set("locked", !value);
    this.#reader.limits = this.host.limits(value);
  }

  /** Has given this user's password. */
  enter(user: User): void {
    this.session.user = user;
    this.authenticated = true;
  }

  /** Takes no further command until this has settled, one way or the other. */
  waitFor(done: Promise<unknown>): void {
    this.#waits++;
    const go = () => {
      this.#waits--;
      this.#resume();
    };
    done.then(go, go);
  }

  /**
   * Sends what no command has asked for, behind the replies to all commands that have been taken. `atOnce`: and before
   * them as well, because it concerns replies that the client has had.
   */
  push(message: Reply, atOnce = false): void {
    if (this.#leaving || this.socket.destroyed) return;
    const mayWrite = atOnce && !this.#executing && !this.#inTurn;
    if (mayWrite && this.#line.mayBeOvertaken) this.#write(this.#encode(message, this.protocol));
    if (this.#executing) this.#pushedMeanwhile.push(message);
    else if (this.#line.length > this.host.conf.maxPendingCommands + most.MAX_PUSHES)
      this.drop(...most.OUTPUT_LIMIT);
    else {
      this.#hold(this.#encode(message, this.protocol));
      this.#planFlush();
    }
  }

  /** Speaks another dialect from the reply to this command on: nothing in it comes before. */
  speak(protocol: 2 | 3): void {
    this.protocol = protocol;
    this.#line.seal();
  }

  /** Bytes of a command that has not arrived whole. */
  get pendingBytes(): number {
    return this.#reader.pendingBytes;
  }

  /** Bytes of replies not yet taken by the kernel, and how many replies are outstanding. */
  get outgoing(): { readonly bytes: number; readonly replies: number } {
    const { departing } = this.#flow;
    return { bytes: this.socket.writableLength + departing + this.#line.bytes, replies: this.#line.length };
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
    if (!this.#idle) this.#reader.own();
    if (chunk.length >= most.FULL_READ_BYTES && !this.#flow.isPaused) this.#giveWay();
  }

  /** Reads on when the others have had their turn. */
  #giveWay(): void {
    this.#flow.pause(true);
    setImmediate(() => (this.#idle ? this.#flow.pause(false) : this.#resume()));
  }

  /** Takes commands until there are no more or the client has to wait. */
  #turn(): void {
    const { output } = this.host;
    this.#inTurn = true;
    this.#idle = false;
    this.#turnStart = output.length;
    const commands = this.host.counters.commands;
    this.#reader.limits = this.host.limits(this.authenticated);
    this.#special.set("locked", !this.authenticated);
    let left = most.TURN_COMMANDS;
    while (!this.#leaving && !this.#mustWait()) {
      if (left-- === 0) {
        this.#giveWay();
        break;
      }
      const result = this.#reader.next();
      if (result === COMMAND) this.#command();
      else if (result === NEED_MORE) {
        this.#idle = true;
        this.stalls.noteRest(this.pendingBytes, this.host.counters.commands > commands, this.lastActiveMs);
        break;
      } else {
        this.#refuse(result === DROP);
        break;
      }
      if (output.length - this.#turnStart > most.TURN_BYTES) {
        this.#writeTurn();
        // Whether the client takes it shows only when it has left.
        if (this.#flow.departing > 0) {
          this.#giveWay();
          break;
        }
      }
    }
    if (output.length > this.#turnStart) this.#writeTurn();
    this.#flow.pause(!this.#idle && !this.#leaving);
    this.#inTurn = false;
    this.#endWhenDone();
  }

  #mustWait(): boolean {
    if (this.#flow.isChoked || this.#waits > 0) return true;
    if (this.#line.length === 0) return false;
    return this.#line.length >= this.host.conf.maxPendingCommands || this.#line.bytes >= most.MAX_HELD_BYTES;
  }

  #drained(): void {
    this.#flow.drained();
    // A client that takes long to read a long reply is not idle.
    this.lastActiveMs = this.host.clock();
    this.#resume();
  }

  #closed(): void {
    this.#leaving = true;
    this.#line.clear();
    this.host.closed(this);
  }

  #resume(): void {
    if (!this.#idle && !this.#leaving && !this.#mustWait()) this.#turn();
  }

  #command(): void {
    this.host.counters.commands++;
    const mark = this.host.output.length;
    if (this.#special.plain && answerInPlace(this.#reader, this.host, this.protocol)) {
      this.lastCommand = this.#reader.isGet ? "get" : "mget";
      if (this.#line.length > 0) this.#hold(this.host.output.take(mark));
      return;
    }
    if (this.#special.plain && this.#reader.isGet && this.#ask()) return;
    this.session.beginCommand();
    this.#executing = true;
    const reply = this.host.execute(this.#reader.args(), this);
    this.#executing = false;
    const isSilent = this.session.endCommand() && !isConfirmation(reply);
    if (reply instanceof Promise) this.#await(isSilent ? reply.then(() => undefined) : reply);
    else if (reply !== undefined && !isSilent) this.#reply(reply);
    for (const message of this.#pushedMeanwhile.splice(0)) this.push(message);
  }

  /** A GET that missed, without the command table: false when it has to go that way. */
  #ask(): boolean {
    const { host, protocol } = this;
    const key = host.ask && missedKey(this.#reader, host);
    if (host.ask === undefined || key === undefined) return false;
    const askedMs = host.clock();
    this.lastCommand = "get";
    const slot = this.#line.open();
    host.ask(key, (outcome) => {
      host.asked(this, key, host.clock() - askedMs, outcome.kind === "error");
      this.#fill(slot, replyBytes(outcome, protocol));
    });
    return true;
  }

  #reply(reply: Reply): void {
    const bytes = this.#encode(reply, this.protocol);
    const { output } = this.host;
    if (this.#line.length > 0) this.#hold(bytes);
    else output.append(bytes);
    if (output.length - this.#turnStart > most.LOCKED_TURN_BYTES && !this.authenticated) this.#writeTurn();
  }

  #encode(reply: Reply, protocol: 2 | 3): Buffer {
    return encodeOr((error) => this.host.failed(this, error), reply, protocol);
  }

  /** Keeps a finished reply behind those that are not. */
  #hold(bytes: Buffer): void {
    if (!this.hasRoom(bytes.length)) return;
    this.#line.hold(bytes);
  }

  #await(reply: Promise<Reply | undefined>): void {
    const slot = this.#line.open();
    // The dialect is that of when the command was read: a HELLO behind it must not change its reply.
    const { protocol, host } = this;
    const askedMs = host.clock();
    reply.then(
      (value) => {
        host.waitLatency.observe((host.clock() - askedMs) / 1000);
        this.#fill(slot, value === undefined ? Buffer.alloc(0) : this.#encode(value, protocol));
      },
      // The command table turns every failure into a reply; what still rejects is a broken invariant.
      (error: unknown) => {
        host.failed(this, error);
        this.#fill(slot, internalError());
      },
    );
  }

  #fill(slot: Slot, bytes: Buffer): void {
    if (!this.hasRoom(bytes.length)) return;
    this.#line.fill(slot, bytes);
    this.#planFlush();
  }

  #planFlush(): void {
    if (this.#flushPlanned || !this.#line.isReady) return;
    this.#flushPlanned = true;
    // After the promises that settle now: replies that become ready together leave in one write.
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#flushPlanned = false;
    this.#write(this.#line.leave());
    this.lastActiveMs = this.host.clock();
    this.#resume();
    this.#endWhenDone();
  }

  #write(bytes: Buffer): void {
    if (!this.hasRoom(bytes.length)) return;
    if (this.#flow.departing > 0) this.host.departures.addBytes(this.#flow, bytes);
    else this.#flow.write(bytes);
  }

  /** Has the replies of this turn leave with those of the other clients; at once where they are many, or under watch. */
  #writeTurn(): void {
    const { output, departures } = this.host;
    const bytes = output.length - this.#turnStart;
    if (!this.hasRoom(bytes)) output.length = this.#turnStart;
    else if (this.#special.plain && bytes <= most.TURN_BYTES) departures.add(this.#flow, this.#turnStart);
    else this.#write(output.take(this.#turnStart));
    this.#turnStart = output.length;
  }

  /** Whether so many more bytes may wait for the client; one that may not have them is closed. */
  hasRoom(bytes: number): boolean {
    if (this.socket.destroyed) return false;
    const max = this.authenticated ? this.host.conf.maxOutputBytes : most.MAX_LOCKED_OUTPUT_BYTES;
    const waiting = this.socket.writableLength + this.#flow.departing + this.#line.bytes;
    if (waiting + bytes <= max) return true;
    this.drop(...most.OUTPUT_LIMIT);
    return false;
  }

  /** Closes at once, for a reason that is logged and counted. */
  drop(why: string, counter: keyof ClientCounters): void {
    if (this.socket.destroyed) return;
    this.#leaving = true;
    this.host.counters[counter]++;
    this.host.dropped(this, why);
    this.socket.destroy();
  }

  #refuse(silently: boolean): void {
    const { error, limits } = this.#reader;
    if (silently) {
      this.drop("possible cross-protocol attack: POST or Host: as a command", "crossProtocolCloses");
      return;
    }
    this.#leaving = this.#broken = true;
    this.host.counters.protocolErrors++;
    if (error === protocolErrors.commandTooLong(limits.maxCommandBytes))
      this.host.counters.queryLimitCloses++;
    this.host.dropped(this, error);
    this.#reply(new ErrorReply(`ERR ${error}`));
  }

  #endWhenDone(): void {
    const done = this.#leaving || (this.#inputEnded && this.#idle);
    if (!done || this.#inTurn || this.#line.length > 0 || this.#flow.departing > 0) return;
    if (this.socket.writableEnded || this.socket.destroyed) return;
    const linger = () => setTimeout(() => this.socket.destroy(), most.LINGER_MS).unref();
    this.socket.end(linger);
    // A client that broke the protocol may never read: for it the time runs from now.
    if (this.#broken) linger();
  }
}
