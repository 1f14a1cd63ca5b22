/**
 * One thread's part of what clients have to do with each other: channels, MONITOR, pauses, CLIENT KILL, SLOWLOG.
 *
 * Invariant: while a client says MONITOR, or a pause lasts, no hit is answered in place on the thread. The main thread's
 * questions are answered in their order. Knows no other thread.
 */
import type { World } from "../../cluster/world.ts";
import type { CommandReader } from "../../proto/command-reader.ts";
import { Push } from "../../proto/reply.ts";
import { addressesOf, describeConnection } from "../clients/client-line.ts";
import type { CommandShape } from "../clients/command-shape.ts";
import type { Connection } from "../clients/connection.ts";
import { unixPathOf } from "../clients/unix-socket.ts";
import type { NodeConf } from "../conf/conf.ts";
import { CommandStats } from "../counters/command-stats.ts";
import type { Denial } from "./acl-log.ts";
import { monitorLine } from "./monitor-line.ts";
import { Pause } from "./pause.ts";
import { PubSub } from "./pubsub.ts";
import { cutWords, SlowLog } from "./slow-log.ts";
import type { AnswerTo, ClientFilter, ClientStates, Question } from "./thread-questions.ts";

export interface ThreadSessionsOptions {
  readonly world: Pick<World, "clock" | "quietlyAfter">;
  /** The time of day in milliseconds since 1970, with fractions. */
  readonly wallMs: () => number;
  readonly conf: Pick<NodeConf, "slowlogMicros" | "slowlogEntries">;
  nextSlowId(): number;
  connections(): Iterable<Connection>;
  client(id: number): Connection | undefined;
  /** Told the line of a command for the clients that say MONITOR. */
  seen(line: string): void;
  /** Told of a wrong password or a refused command. */
  denied(denial: Denial): void;
}

export class ThreadSessions {
  readonly pubSub = new PubSub();
  readonly pause: Pause;
  readonly slowLog: SlowLog;
  readonly stats = new CommandStats();
  readonly #options: ThreadSessionsOptions;
  #isWatched = false;

  constructor(options: ThreadSessionsOptions) {
    this.#options = options;
    this.slowLog = new SlowLog(options);
    this.pause = new Pause(options.world, () => this.#observe());
  }

  /** MONITOR or a pause looks at each command before it is executed. */
  get isObserved(): boolean {
    return this.#isWatched || this.pause.isOn;
  }

  get nowMs(): number {
    return this.#options.world.clock();
  }

  /** Counts a command that has been answered, and keeps it if it was slow. `words` returns what SLOWLOG keeps of it. */
  performed(
    { name, flags }: CommandShape,
    words: () => Buffer[],
    took: { readonly ms: number; readonly error: string | undefined },
    connection: Connection,
  ): void {
    const micros = Math.round(took.ms * 1000);
    this.stats.add(name, micros, took.error);
    if (!this.slowLog.isSlow(micros) || flags.includes("skip_slowlog")) return;
    const { addr } = addressesOf(connection.socket);
    this.slowLog.add(micros, words(), { addr, name: connection.name });
  }

  /** As `performed`, for a command that has not failed. It makes no objects for one that was quick. */
  performedInPlace(
    shape: CommandShape,
    words: Pick<CommandReader, "args">,
    ms: number,
    by: Connection,
  ): void {
    const micros = Math.round(ms * 1000);
    this.stats.general++;
    if (this.slowLog.isSlow(micros))
      this.performed(shape, () => cutWords(words.args()), { ms, error: undefined }, by);
    else this.stats.add(shape.name, micros, undefined);
  }

  /** Shows a command to the clients that say MONITOR. */
  show(args: readonly Buffer[], connection: Connection): void {
    if (!this.#isWatched) return;
    const { seen, wallMs } = this.#options;
    const path = unixPathOf(connection.socket);
    const address = path === undefined ? addressesOf(connection.socket).addr : `unix:${path}`;
    seen(monitorLine(args, `${connection.session.database} ${address}`, wallMs()));
  }

  /** Keeps a refusal for ACL LOG. `inExec`: the command runs inside EXEC. */
  denied(
    refused: Pick<Denial, "reason" | "object" | "username">,
    { connection, inExec }: { readonly connection: Connection; readonly inExec?: true },
  ): void {
    const isInMulti = inExec === true || connection.session.transaction !== undefined;
    const context = isInMulti ? "multi" : "toplevel";
    this.#options.denied({ ...refused, context, client: describeConnection(connection) });
  }

  answer<Asked extends Question>(question: Asked): AnswerTo<Asked>;
  answer(question: Question): AnswerTo<Question> {
    if (question.what === "publish") {
      const { kind, channel, message } = question;
      return this.pubSub.publish(kind, asBuffer(channel), asBuffer(message));
    }
    if (question.what === "invalidate") return this.#invalidate(question);
    if (question.what === "has client") return this.#options.client(question.client) !== undefined;
    if (question.what === "subscriptions") return this.pubSub.counts();
    if (question.what === "client states") return this.#clientStates();
    if (question.what === "slow log") return this.slowLog.entries;
    if (question.what === "kill") return this.#kill(question.filter);
    if (question.what === "redirect is broken") this.#redirectIsBroken(question.client);
    else if (question.what === "watch commands") this.#isWatched = question.isOn;
    else if (question.what === "forget slow log") this.slowLog.clear();
    else if (question.what === "pause") this.pause.begin(question.mode, question.ms);
    else this.pause.end();
    this.#observe();
    return null;
  }

  /** In RESP2 only a client that is subscribed to something can tell the message from a reply. */
  #invalidate({ client, keys }: Extract<Question, { what: "invalidate" }>): boolean {
    const connection = this.#options.client(client);
    if (connection === undefined) return false;
    const names = keys === null ? null : keys.map(asBuffer);
    if (connection.protocol === 3) connection.push(new Push(["invalidate", names]));
    else if (connection.session.isSubscribed)
      connection.push(new Push(["message", "__redis__:invalidate", names]));
    return true;
  }

  #redirectIsBroken(client: number): void {
    const session = this.#options.client(client)?.session;
    if (session !== undefined) session.isRedirectBroken = true;
  }

  #clientStates(): ClientStates {
    const states = { held: 0, subscribed: 0, watching: 0 };
    for (const { session } of this.#options.connections()) {
      if (session.isHeld) states.held++;
      if (session.isSubscribed) states.subscribed++;
      if (session.watched.keys > 0) states.watching++;
    }
    return states;
  }

  #observe(): void {
    for (const connection of this.#options.connections())
      connection.session.special.set("observed", this.isObserved);
  }

  #kill(filter: ClientFilter): number {
    const nowMs = this.nowMs;
    const killed = [...this.#options.connections()].filter((connection) => fits(connection, filter, nowMs));
    for (const connection of killed) {
      if (connection.id === filter.self) connection.closeAfterReplies();
      else connection.socket.destroy();
    }
    return killed.length;
  }
}

function fits(connection: Connection, filter: ClientFilter, nowMs: number): boolean {
  const { addr, laddr } = addressesOf(connection.socket);
  return (
    filter.nobody !== true &&
    (!filter.skipsSelf || connection.id !== filter.self) &&
    (filter.id ?? connection.id) === connection.id &&
    (filter.addr ?? addr) === addr &&
    (filter.laddr ?? laddr) === laddr &&
    nowMs - connection.createdMs >= 1000 * (filter.minAgeSeconds ?? 0) &&
    (filter.user ?? connection.session.user) === connection.session.user &&
    (filter.isSubscribed ?? connection.session.isSubscribed) === connection.session.isSubscribed
  );
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
