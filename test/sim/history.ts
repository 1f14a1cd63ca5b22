/**
 * What clients of a simulated cluster saw, and the checks that it has no contradiction.
 *
 * A loaded value is the moment at which its load began, a value that was SET the moment at which the SET was sent; so a
 * GET's answer tells how old it is. Each check returns the first contradiction, with all that happened to its key.
 */

/** One command of a client on one key. */
export interface Done {
  readonly what: "get" | "remove" | "set";
  readonly key: string;
  readonly node: string;
  readonly sent: number;
  answered: number;
  answer: string;
}

/** The first GET that saw a value from before a change that had been acknowledged when it started. */
export function staleRead(history: readonly Done[]): string | undefined {
  for (const get of history) {
    if (get.what !== "get" || !/^\d/.test(get.answer)) continue;
    // A value that was SET counts as new until its SET was answered: of two SETs at a time, either may be the last.
    const set = history.find(({ what, sent }) => what === "set" && String(sent) === get.answer);
    const began = set?.answered ?? Number(get.answer);
    const before = history.find(
      ({ what, key, sent, answered, answer }) =>
        what !== "get" && answer !== "unchanged" && key === get.key && answered < get.sent && began < sent,
    );
    if (before !== undefined)
      return [`GET at ${get.sent}, ${before.what} at ${before.sent}`, ...linesOf(history, get.key)].join(
        "\n",
      );
  }
  return undefined;
}

function linesOf(history: readonly Done[], key: string): string[] {
  return history
    .filter((done) => done.key === key)
    .sort((a, b) => a.sent - b.sent)
    .map(
      (done) =>
        `  ${done.sent.toFixed(2)} to ${done.answered.toFixed(2)} ${done.node} ${done.what}: ${done.answer}`,
    );
}

/** The first GET that did not get the value of an acknowledged SET, although no other change of the key overlapped. */
export function lostSet(history: readonly Done[]): string | undefined {
  for (const get of history) {
    if (get.what !== "get") continue;
    const sets = history.filter(({ what, key }) => what !== "get" && key === get.key);
    const last = sets.filter(({ answered }) => answered < get.sent).sort((a, b) => b.sent - a.sent)[0];
    if (last === undefined || last.what !== "set") continue;
    const isAlone = sets.every(
      (other) => other === last || other.answered < last.sent || other.sent > get.answered,
    );
    if (isAlone && get.answer !== String(last.sent))
      return [`GET at ${get.sent}, set at ${last.sent}`, ...linesOf(history, get.key)].join("\n");
  }
  return undefined;
}
