/**
 * Waits for links to come up, but not for long: a member that is down must not hold up the others.
 */

/** Looks again every `stepMs` until nothing is missing any more; gives up after `maxMs`. */
export async function untilUp(isMissing: () => boolean, { maxMs, stepMs, sleep }: LinksWait): Promise<void> {
  for (let waitedMs = 0; waitedMs < maxMs && isMissing(); waitedMs += stepMs) await sleep(stepMs);
}

export interface LinksWait {
  readonly maxMs: number;
  readonly stepMs: number;
  readonly sleep: (ms: number) => Promise<void>;
}
