/**
 * Looks for differences: draws streams from a seed, and shrinks the first stream that shows a difference.
 */
import fc from "fast-check";
import type { Sides } from "./sides.ts";
import { type Stream, stream } from "./streams.ts";

export interface Found {
  readonly text: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface Exploration {
  readonly streams: number;
  readonly commands: number;
  readonly listed: number;
  /** The first difference, in the smallest stream that shows one. */
  readonly found: Found | undefined;
}

/** Compares `count` streams. */
export async function explore(sides: Sides, seed: number, count: number): Promise<Exploration> {
  let [streams, commands, listed] = [0, 0, 0];
  let found: Found | undefined;
  const property = fc.asyncProperty(stream, async (one: Stream) => {
    const { comparison, ours, theirs } = await sides.compare(one);
    streams++;
    commands += one.asked.length;
    if (comparison === "listed") listed++;
    if (comparison !== "different") return true;
    found = { text: one.text, ours, theirs };
    return false;
  });
  await fc.check(property, { seed, numRuns: count });
  return { streams, commands, listed, found };
}

export function describe({ text, ours, theirs }: Found): string {
  return `${JSON.stringify(text)}\n  redis-server: ${JSON.stringify(theirs)}\n  carrotCache:  ${JSON.stringify(ours)}`;
}
