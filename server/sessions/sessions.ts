/**
 * What the clients of all threads have to do with each other: channels, MONITOR, pauses, CLIENT KILL, SLOWLOG.
 *
 * Invariants: runs on the main thread only. Each question reaches every thread, and the answers are added up. A client that
 * has gone, or has said RESET, is forgotten. What a client publishes goes to every other member once; all else stays here.
 */
import type { Publication } from "../../cluster/publications.ts";
import { SimpleString } from "../../proto/reply.ts";
import type { SubscriptionKind } from "../clients/session.ts";
import { addCounters } from "../counters/add-counters.ts";
import type { CommandStats } from "../counters/command-stats.ts";
import { AclLog, type Denial } from "./acl-log.ts";
import type { AnyClient } from "./any-client.ts";
import type { PauseMode } from "./pause.ts";
import type { SlowEntry } from "./slow-log.ts";
import type { AnswerTo, ClientFilter, ClientStates, Question } from "./thread-questions.ts";
import type { ThreadSessions } from "./thread-sessions.ts";

export interface SessionsOptions {
  /** The sessions of the main thread. */
  readonly here: ThreadSessions;
  /** The time of day in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Asks all workers; a worker that is too busy does not answer. Undefined: there are no workers. */
  askWorkers<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>[]> | undefined;
  /** Has the other members tell their clients. The bytes are copied at once. */
  tellMembers(publication: Publication): void;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #onGone: ((client: number) => void)[] = [];
  readonly #monitors = new Map<number, AnyClient>();
  readonly aclLog: AclLog;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.aclLog = new AclLog(options.wallMs);
    this.onGone((client) => this.#endMonitor(client));
  }

  /** Calls `listener` when a client of any thread is to be forgotten. */
  onGone(listener: (client: number) => void): void {
    this.#onGone.push(listener);
  }

  /** A client of any thread is no longer connected, or has said RESET. */
  forget(client: number): void {
    for (const listener of this.#onGone) listener(client);
  }

  /** Shows the client every command from now on; resolves when every thread shows its commands. */
  async monitor(client: AnyClient): Promise<void> {
    this.#monitors.set(client.id, client);
    await this.#ask({ what: "watch commands", isOn: true });
  }

  #endMonitor(client: number): void {
    if (!this.#monitors.delete(client) || this.#monitors.size > 0) return;
    void this.#ask({ what: "watch commands", isOn: false });
  }

  /** Some client says MONITOR. */
  get isMonitored(): boolean {
    return this.#monitors.size > 0;
  }

  /** A command has been executed on some thread: the line of it for clients that say MONITOR. */
  seen(line: string): void {
    for (const client of this.#monitors.values()) client.push(new SimpleString(line));
  }

  /** A thread has refused a password or a command. */
  denied(denial: Denial): void {
    this.aclLog.add(denial);
  }

  /** How many clients of all threads are in each state. */
  async clientStates(): Promise<ClientStates> {
    const sum = { held: 0, subscribed: 0, watching: 0 };
    for (const states of await this.#ask({ what: "client states" })) addCounters(sum, states);
    return sum;
  }

  /** Tells the clients of all members. Resolves to the number of this node's clients that got the message. */
  publish(kind: "channels" | "shards", channel: Buffer, message: Buffer): Promise<number> {
    this.#options.tellMembers({ isShard: kind === "shards", channel, message });
    return this.announce(kind, channel, message);
  }

  /** Tells the clients of this node only. Resolves to the number that got the message. */
  async announce(kind: "channels" | "shards", channel: Buffer, message: Buffer): Promise<number> {
    const answers = await this.#ask({ what: "publish", kind, channel, message });
    return answers.reduce((sum, count) => sum + count, 0);
  }

  /** A client of another member has published this. The bytes are copied. */
  heard({ isShard, channel, message }: Publication): void {
    void this.announce(isShard ? "shards" : "channels", Buffer.from(channel), Buffer.from(message));
  }

  /** Whether a client with this id is connected, to any thread. */
  async hasClient(client: number): Promise<boolean> {
    return (await this.#ask({ what: "has client", client })).includes(true);
  }

  /**
   * Tells a client of any thread that keys are no longer valid; null: none is. False: there is no such client, and CLIENT LIST
   * shows it of the client `of`, whose messages were to go there.
   */
  async invalidate(client: number, keys: readonly Buffer[] | null, of: number): Promise<boolean> {
    if ((await this.#ask({ what: "invalidate", client, keys })).includes(true)) return true;
    await this.#ask({ what: "redirect is broken", client: of });
    return false;
  }

  /** Listeners of each channel or pattern, on all threads. */
  async subscriptions(kind: SubscriptionKind): Promise<Map<string, number>> {
    const sum = new Map<string, number>();
    for (const counts of await this.#ask({ what: "subscriptions" })) {
      for (const [name, count] of counts[kind]) sum.set(name, (sum.get(name) ?? 0) + count);
    }
    return sum;
  }

  /** Resolves to the number of clients that were closed. */
  async kill(filter: ClientFilter): Promise<number> {
    const answers = await this.#ask({ what: "kill", filter });
    return answers.reduce((sum, count) => sum + count, 0);
  }

  async pause(mode: PauseMode, ms: number): Promise<void> {
    await this.#ask({ what: "pause", mode, ms });
  }

  /** The commands of the main thread's clients. */
  get stats(): CommandStats {
    return this.#options.here.stats;
  }

  /** The entries of all threads, the newest first. */
  async slowEntries(): Promise<SlowEntry[]> {
    const entries = (await this.#ask({ what: "slow log" })).flat();
    return entries.sort((a, b) => b.id - a.id);
  }

  async forgetSlowLog(): Promise<void> {
    await this.#ask({ what: "forget slow log" });
  }

  async unpause(): Promise<void> {
    await this.#ask({ what: "unpause" });
  }

  /** What a thread that starts now is asked first, so that a pause and MONITOR hold on it too. */
  get standing(): readonly Question[] {
    const { rest } = this.#options.here.pause;
    const questions: Question[] = rest === undefined ? [] : [{ what: "pause", ...rest }];
    if (this.#monitors.size > 0) questions.push({ what: "watch commands", isOn: true });
    return questions;
  }

  /** Asks every thread, this one first. */
  async #ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>[]> {
    const here = this.#options.here.answer(question);
    return [here, ...((await this.#options.askWorkers(question)) ?? [])];
  }
}
