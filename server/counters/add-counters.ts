/**
 * The sum of two sets of counters.
 *
 * Knows no counter by name: it adds whatever fields the sum has.
 */

/** Adds every field of `counters` to the field of that name in `sum`. */
export function addCounters<Counters extends { [Name in keyof Counters]: number }>(
  sum: Counters,
  counters: Readonly<Counters>,
): void {
  for (const name of Object.keys(sum) as (keyof Counters)[]) {
    (sum[name] as number) += counters[name];
  }
}
