/**
 * One client: its bytes become commands, each command is answered, and in the end the connection closes.
 *
 * Invariants:
 *  - Commands are taken in their order, and no further ones while the outbox is full or the client has to wait.
 *  - No client takes more than its turn: 512 commands, or one full read (of a long value two: 64 KiB, then 1 MiB).
 *  - After QUIT, a protocol error or the client's end nothing more is executed; the socket ends 200 ms after the last reply.
 * Knows neither what a command does nor in which order replies are written.
 *
 *     chunk ─▶ reader ─▶ in-place.ts: hits, plain SETs ──────┐
 *                     ─▶ the command table: everything else ─┴▶ outbox ─▶ one write a turn
 */
import type { Socket } from "node:net";
import { COMMAND, CommandReader, DROP, type HeldInput, NEED_MORE } from "../../proto/command-reader.ts";
import { protocolErrors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import type { ClientCounters } from "../counters/client-counters.ts";
import { doInPlace, missedKey } from "../hits/in-place.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { Outbox } from "./outbox.ts";
import type { User } from "./passwords.ts";
import { Session } from "./session.ts";
import { isTurn, readFor } from "./shared-read-buffer.ts";
import { StallCheck } from "./stall-check.ts";

/** Commands that are taken from one client before the others have their turn. */
const TURN_COMMANDS = 512;
/** Time to read the last reply before the socket is destroyed: Redis' own test suite needs a fixed time. */
const LINGER_MS = 200;

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
  /** The session's: all that a hit looks at. */
  readonly #special = this.session.special;
  lastActiveMs: number;
  readonly stallCheck = new StallCheck();
  #authenticated: boolean;
  /** Promises that must settle before the next command. */
  #waits = 0;
  readonly #reader: CommandReader;
  readonly #outbox: Outbox<Connection>;
  #isPaused = false;
  /** All complete commands that have arrived have been taken. */
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
    this.#outbox = new Outbox<Connection>(this, socket, host);
    socket.on("data", (chunk: Buffer, most?: number) => this.#arrived(chunk, most));
    readFor(socket, this.#reader);
    socket.on("end", () => this.closeAfterInput());
    socket.on("drain", () => this.#outbox.drained());
    // A reset is a normal goodbye for some clients; "close" follows and does the work.
    socket.on("error", () => {});
    socket.on("close", () => this.#closed());
  }

  /** A client that is in stays in when a password is set later; without a password every client is in. */
  get authenticated(): boolean {
    return this.#authenticated || this.host.conf.requirePass === "";
  }

  set authenticated(value: boolean) {
    this.#authenticated = value;
    if (!value) this.session.user = "default";
    this.#special.set("locked", !value);
    this.#reader.limits = this.host.limits(value);
  }

  /** The client has given this user's password. */
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

  /** As Outbox.push; the client's own turn forbids `atOnce`. */
  push(message: Reply, atOnce = false): void {
    if (this.takesPushes) this.#outbox.push(message, atOnce && !this.#inTurn);
  }

  get takesPushes(): boolean {
    return !this.#leaving && !this.socket.destroyed;
  }

  /** Speaks another dialect from the reply to this command on: nothing in that dialect comes before it. */
  speak(protocol: 2 | 3): void {
    this.protocol = protocol;
    this.#outbox.seal();
  }

  /** Bytes of a command that has not arrived whole. */
  get pendingBytes(): number {
    return this.#reader.pendingBytes;
  }

  get incoming(): HeldInput {
    return this.#reader.heldInput(this.#inTurn);
  }

  /** Bytes of replies that the kernel has not taken, and replies that are not written. */
  get outgoing(): { readonly bytes: number; readonly replies: number } {
    return this.#outbox.outgoing;
  }

  /** Whether so many more bytes may wait for the client; a client that may not have them is closed. */
  hasRoom(bytes: number): boolean {
    return this.#outbox.hasRoom(bytes);
  }

  /** Takes no further command, not even one that has arrived; closes after the replies to those before. */
  closeAfterReplies(): void {
    this.#leaving = true;
    this.endIfDone();
  }

  /** Answers every command that has arrived, reads no more, and closes. */
  closeAfterInput(): void {
    this.#inputEnded = true;
    this.endIfDone();
  }

  /** As `closeAfterReplies`, for a reason that is logged and counted. */
  expel(why: string, counter: keyof ClientCounters): void {
    this.host.counters[counter]++;
    this.host.dropped(this, why);
    this.closeAfterReplies();
  }

  /** Closes at once, for a reason that is logged and counted. */
  drop(why: string, counter: keyof ClientCounters): void {
    if (this.socket.destroyed) return;
    this.#leaving = true;
    this.host.counters[counter]++;
    this.host.dropped(this, why);
    this.socket.destroy();
  }

  /** To be called when the outbox has room again. A client that takes long to read a long reply is not idle. */
  madeRoom(): void {
    this.lastActiveMs = this.host.clock();
    this.#resume();
    this.endIfDone();
  }

  /** To be called when one of the things that keep the socket open is over. */
  endIfDone(): void {
    const done = this.#leaving || (this.#inputEnded && this.#idle);
    if (done && !this.#inTurn && this.#outbox.isEmpty && !this.socket.writableEnded) this.#end();
  }

  #end(): void {
    if (this.socket.destroyed) return;
    this.host.left(this);
    const linger = () => void this.host.world.quietlyAfter(LINGER_MS, () => this.socket.destroy());
    this.socket.end(linger);
    // A client that broke the protocol may never read: for it the time runs from now.
    if (this.#broken) linger();
  }

  #arrived(chunk: Buffer, most: number | undefined): void {
    this.lastActiveMs = this.host.clock();
    // Still read, and thrown away: unread bytes at the close would become a reset that can cost the last replies.
    if (this.#leaving || this.#inputEnded) return;
    this.#reader.push(chunk);
    this.#turn();
    if (!this.#idle) this.#reader.own();
    if (isTurn(chunk, most, this.#reader) && !this.#isPaused) this.#giveWay();
  }

  #pause(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.socket[isPaused ? "pause" : "resume"]();
  }

  /** Reads on when the others have had their turn. */
  #giveWay(): void {
    this.#pause(true);
    this.host.world.soon(() => (this.#idle ? this.#pause(false) : this.#resume()));
  }

  /** Takes commands until there are no more or the client has to wait. */
  #turn(): void {
    const { host } = this;
    const outbox = this.#outbox;
    this.#inTurn = true;
    this.#idle = false;
    outbox.beginTurn();
    this.#reader.limits = host.limits(this.authenticated);
    this.#special.set("locked", !this.authenticated);
    let left = TURN_COMMANDS;
    while (!this.#leaving && this.#waits === 0 && !outbox.isFull) {
      const result = this.#reader.next();
      if (result !== COMMAND) {
        this.#idle = result === NEED_MORE;
        if (!this.#idle) this.#refuse(result === DROP);
        else this.stallCheck.noteRest(this.pendingBytes, left < TURN_COMMANDS, this.lastActiveMs);
        break;
      }
      this.#command();
      if (--left === 0 || outbox.writeLongTurn()) {
        this.#giveWay();
        break;
      }
    }
    outbox.writeTurn();
    this.#pause(!this.#idle && !this.#leaving);
    this.#inTurn = false;
    this.endIfDone();
  }

  #resume(): void {
    if (!this.#idle && !this.#leaving && this.#waits === 0 && !this.#outbox.isFull) this.#turn();
  }

  #command(): void {
    const { host } = this;
    host.counters.commands++;
    const mark = host.output.length;
    const done = this.#special.plain ? doInPlace(this.#reader, host, this) : undefined;
    if (done !== undefined) {
      this.lastCommand = done;
      this.#outbox.addHit(mark);
      return;
    }
    if (this.#special.plain && this.#reader.isGet && this.#miss()) return;
    this.session.beginCommand();
    this.#outbox.beginCommand();
    const answer = host.execute(this.#reader.args(), this);
    this.#outbox.endCommand(this.session.endCommand(answer));
  }

  /** A GET that missed, without the command table: false when it has to go that way. */
  #miss(): boolean {
    const { host, protocol } = this;
    const key = host.missed && missedKey(this.#reader, host, this.session.database);
    if (host.missed === undefined || key === undefined) return false;
    const missedMs = host.clock();
    this.lastCommand = "get";
    const slot = this.#outbox.open();
    host.missed(key, (outcome) => {
      host.missAnswered(this, key, host.clock() - missedMs, outcome.kind === "error");
      this.#outbox.fillOutcome(slot, outcome, protocol, this.#inTurn);
    });
    return true;
  }

  #refuse(silently: boolean): void {
    const { error, limits } = this.#reader;
    if (silently) {
      this.drop("possible cross-protocol attack: POST or Host: as a command", "crossProtocolCloses");
      return;
    }
    this.#broken = true;
    if (error === protocolErrors.commandTooLong(limits.maxCommandBytes))
      this.host.counters.queryLimitCloses++;
    this.expel(error, "protocolErrors");
    this.#outbox.add(new ErrorReply(`ERR ${error}`));
  }

  #closed(): void {
    this.#leaving = true;
    this.#outbox.clear();
    this.host.closed(this);
  }
}
