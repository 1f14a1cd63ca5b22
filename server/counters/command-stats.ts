/**
 * How often which command was performed, and how that went; of one thread, or of all added up.
 *
 * Hits that were answered in place never come here: their number follows from that of all commands.
 */

export interface CommandStat {
  calls: number;
  micros: number;
  /** Refused before they were performed. */
  rejected: number;
  /** Performed, and answered with an error. */
  failed: number;
}

/** By full name: `get`, `client|list`. */
export class CommandStats {
  readonly all = new Map<string, CommandStat>();
  /** Commands that were not answered in place, whatever became of them. */
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

  /** Takes over what another thread has counted. */
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
