/**
 * How often each command was performed, how long that took and how it ended; for one thread, or for all threads added up.
 *
 * Does not count hits that were answered in place: their number is that of all commands less `general`.
 */

interface CommandStat {
  calls: number;
  micros: number;
  /** Calls refused before they were performed. */
  rejected: number;
  /** Calls performed and answered with an error. */
  failed: number;
}

export class CommandStats {
  /** By full name: `get`, `client|list`. */
  readonly all = new Map<string, CommandStat>();
  /** Commands that were not answered in place, however they ended. */
  general = 0;

  add(name: string, micros: number, isFailure: boolean): void {
    const stat = this.#of(name);
    stat.calls++;
    stat.micros += micros;
    if (isFailure) stat.failed++;
  }

  reject(name: string): void {
    this.#of(name).rejected++;
  }

  /** Adds what another thread has counted. */
  addAll({ general, all }: Pick<CommandStats, "general" | "all">): void {
    this.general += general;
    for (const [name, other] of all) {
      const stat = this.#of(name);
      stat.calls += other.calls;
      stat.micros += other.micros;
      stat.rejected += other.rejected;
      stat.failed += other.failed;
    }
  }

  reset(): void {
    this.general = 0;
    this.all.clear();
  }

  #of(name: string): CommandStat {
    const known = this.all.get(name);
    if (known !== undefined) return known;
    const stat = { calls: 0, micros: 0, rejected: 0, failed: 0 };
    this.all.set(name, stat);
    return stat;
  }
}
