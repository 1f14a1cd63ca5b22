/**
 * How often each command was performed, how long that took and how it ended; for one thread, or for all threads added up.
 *
 * Does not count hits that were answered in place: their number is that of all commands less `general`.
 */

import { Latency } from "./latency.ts";

interface CommandStat {
  calls: number;
  micros: number;
  /** Calls refused before they were performed. */
  rejected: number;
  /** Calls performed and answered with an error. */
  failed: number;
  /** How long the calls took, in seconds. */
  readonly latency: Latency;
}

/** As in Redis: a script may make up codes. */
const MAX_ERROR_CODES = 128;

/** The same as plain values, which can travel between threads. `latency` is the state of a histogram. */
export interface CommandCounts {
  readonly general: number;
  readonly all: readonly (readonly [
    name: string,
    stat: Omit<CommandStat, "latency"> & { readonly latency: Float64Array },
  ])[];
  readonly errors: readonly (readonly [code: string, count: number])[];
}

export class CommandStats {
  /** By full name: `get`, `client|list`. */
  readonly all = new Map<string, CommandStat>();
  /** Commands that were not answered in place, however they ended. */
  general = 0;
  /** Error replies by their code. */
  readonly errors = new Map<string, number>();

  /** `error`: the code of the error that the call was answered with. */
  add(name: string, micros: number, error: string | undefined): void {
    this.addCall(name, micros, error !== undefined);
    if (error !== undefined) this.addError(error);
  }

  /** A call that no client has made: its error is no client's reply. */
  addCall(name: string, micros: number, hasFailed: boolean): void {
    const stat = this.#of(name);
    stat.calls++;
    stat.micros += micros;
    stat.latency.observe(micros / 1e6);
    if (hasFailed) stat.failed++;
  }

  /** A call that was refused with this error. `name`: undefined for an unknown command. */
  reject(name: string | undefined, error: string): void {
    this.rejectCall(name);
    this.addError(error);
  }

  /** As `reject`, of a call that no client has made. */
  rejectCall(name: string | undefined): void {
    if (name !== undefined) this.#of(name).rejected++;
  }

  addError(code: string, count = 1): void {
    const known = this.errors.get(code);
    if (known === undefined && this.errors.size >= MAX_ERROR_CODES) return;
    this.errors.set(code, (known ?? 0) + count);
  }

  /** What another thread is told. */
  get counts(): CommandCounts {
    const all = Array.from(
      this.all,
      ([name, stat]) => [name, { ...stat, latency: stat.latency.state }] as const,
    );
    return { general: this.general, all, errors: [...this.errors] };
  }

  /** Adds what another thread has counted. */
  addAll({ general, all, errors }: CommandCounts): void {
    this.general += general;
    for (const [name, other] of all) {
      const stat = this.#of(name);
      stat.calls += other.calls;
      stat.micros += other.micros;
      stat.rejected += other.rejected;
      stat.failed += other.failed;
      stat.latency.add(new Latency(other.latency));
    }
    for (const [code, count] of errors) this.addError(code, count);
  }

  reset(): void {
    this.general = 0;
    this.all.clear();
    this.errors.clear();
  }

  #of(name: string): CommandStat {
    const known = this.all.get(name);
    if (known !== undefined) return known;
    const stat = { calls: 0, micros: 0, rejected: 0, failed: 0, latency: new Latency() };
    this.all.set(name, stat);
    return stat;
  }
}
