/**
 * The wait of a node that starts: until its links are up, but not for long.
 *
 * Owns how long. A client served before the links are up would be stood in for by loads that the owners need not repeat;
 * a member that is down must not hold the others up.
 */

export const LINKING_MS = 500;
const LOOK_AGAIN_MS = 5;

/** Resolves when nothing is missing any more, or after LINKING_MS. */
export async function linked(isMissing: () => boolean, sleep: (ms: number) => Promise<void>): Promise<void> {
  for (let waitedMs = 0; waitedMs < LINKING_MS && isMissing(); waitedMs += LOOK_AGAIN_MS) {
    await sleep(LOOK_AGAIN_MS);
  }
}
