/**
 * What clients of this node, on whichever thread, have to do with each other: channels, MONITOR, watched keys, pauses.
 *
 * Invariants: runs on the main thread, which is where everything of this kind meets; a client that has gone, or said
 * RESET, is forgotten here. Knows no other node: what is published is heard on this node.
 */
import { SimpleString } from "../../proto/reply.ts";
import type { SubscriptionKind } from "../clients/session.ts";
import type { CommandStats } from "../counters/command-stats.ts";
import type { AnyClient } from "./any-client.ts";
import type { PauseMode } from "./pause.ts";
import type { SlowEntry } from "./slow-log.ts";
import type { AnswerTo, ClientFilter, Question } from "./thread-questions.ts";
import type { ThreadSessions } from "./thread-sessions.ts";

export interface SessionsOptions {
  /** The main thread's own. */
  readonly here: ThreadSessions;
  /** Asks all workers; those that are too busy do not answer. Undefined when there are none. */
  askWorkers<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>[]> | undefined;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #onGone: ((client: number) => void)[] = [];
  readonly #monitors = new Map<number, AnyClient>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.onGone((client) => this.#endMonitor(client));
  }

  /** Has `listener` told when a client of any thread is to be forgotten. */
  onGone(listener: (client: number) => void): void {
    this.#onGone.push(listener);
  }

  /** A client of any thread is no longer connected, or wants to be as if it had just come. */
  forget(client: number): void {
    for (const listener of this.#onGone) listener(client);
  }

  /** Shows the client every command from now on; resolves when every thread does. */
  async monitor(client: AnyClient): Promise<void> {
    this.#monitors.set(client.id, client);
    await this.#ask({ what: "watch commands", isOn: true });
  }

  #endMonitor(client: number): void {
    if (!this.#monitors.delete(client) || this.#monitors.size > 0) return;
    void this.#ask({ what: "watch commands", isOn: false });
  }

  /** A command has been performed on some thread. */
  seen(line: string): void {
    for (const client of this.#monitors.values()) client.push(new SimpleString(line));
  }

  /** Resolves to how many got the message. */
  async publish(kind: "channels" | "shards", channel: Buffer, message: Buffer): Promise<number> {
    const answers = await this.#ask({ what: "publish", kind, channel, message });
    return answers.reduce((sum, count) => sum + count, 0);
  }

  /** Who listens to what, on all threads. */
  async subscriptions(kind: SubscriptionKind): Promise<Map<string, number>> {
    const sum = new Map<string, number>();
    for (const counts of await this.#ask({ what: "subscriptions" })) {
      for (const [name, count] of counts[kind]) sum.set(name, (sum.get(name) ?? 0) + count);
    }
    return sum;
  }

  /** Resolves to how many clients have been closed. */
  async kill(filter: ClientFilter): Promise<number> {
    const answers = await this.#ask({ what: "kill", filter });
    return answers.reduce((sum, count) => sum + count, 0);
  }

  async pause(mode: PauseMode, ms: number): Promise<void> {
    await this.#ask({ what: "pause", mode, ms });
  }

  /** Of the main thread's clients. */
  get stats(): CommandStats {
    return this.#options.here.stats;
  }

  /** Of all threads, the newest first. */
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

  /** What a thread that starts now has to be asked first. */
  get standing(): readonly Question[] {
    const { rest } = this.#options.here.pause;
    const questions: Question[] = rest === undefined ? [] : [{ what: "pause", ...rest }];
    if (this.#monitors.size > 0) questions.push({ what: "watch commands", isOn: true });
    return questions;
  }

  /** Every thread, this one first. */
  async #ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>[]> {
    const here = this.#options.here.answer(question);
    return [here, ...((await this.#options.askWorkers(question)) ?? [])];
  }
}
