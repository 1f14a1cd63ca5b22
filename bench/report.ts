/**
 * The shape of a figure, the table of all figures, and the line that shows progress.
 *
 * Invariant: standard output gets the table and nothing else, so that it can be kept; progress goes to standard error.
 * Does not know how a figure is measured.
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type } from "node:os";

/** The settings of one run. */
export interface Settings {
  /** The number of rounds of a comparison; its figure is their lowest, or their median. */
  readonly rounds: number;
  /** A run that shows whether everything works: a tenth of the requests. Its figures are not to be quoted. */
  readonly quick: boolean;
  /** The random fill takes ten minutes rather than 20 seconds. */
  readonly long: boolean;
  /** The program that runs carrotCache. */
  readonly node: string;
  /** Files with traces, each as FILE or FILE:SIZE,SIZE. */
  readonly traces: readonly string[];
}

/** One line of the table. */
export interface Figure {
  readonly name: string;
  /** The value with its unit. */
  readonly measured: string;
  readonly target?: string;
  /** Whether the target is met; undefined where this run cannot tell, or there is no target. */
  readonly met?: boolean | undefined;
  /** A figure of something else, measured in the same run. */
  readonly beside?: string;
}

/** Figures that are measured together. */
export interface Part {
  readonly name: string;
  /** Whether redis-server and redis-benchmark must be installed. */
  readonly needsRedis: boolean;
  /** What the figures include, and how they are measured; a paragraph for the reader of the table. */
  readonly includes: string;
  run(settings: Settings): Promise<Figure[]>;
}

const WIDTH = 118;
const CLEAR_LINE = "\r\x1b[K";

/** Shows the step under way. On a terminal it replaces the line of the last step; elsewhere each step has a line. */
export function progress(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `${CLEAR_LINE}${text}` : `${text}\n`);
}

/** Takes the progress line off the terminal. */
export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
}

/** The first line of what a program says of its version; undefined when the program is not there. */
export function versionOf(program: string): string | undefined {
  try {
    return execFileSync(program, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .split("\n")[0]!
      .trim();
  } catch {
    return undefined;
  }
}

/** The machine and the programs, in two lines. */
export function machine({ node, rounds, quick }: Settings): string {
  const redis = /v=(\S+)/.exec(versionOf("redis-server") ?? "")?.[1] ?? "none";
  const gib = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]!;
  const noise =
    load > cpus().length / 2 ? " (busy with other work: times are above those of a quiet one)" : "";
  return [
    `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${gib} GiB, ${type()} ${release()}, load average ${load.toFixed(1)}${noise}`,
    `Node ${versionOf(node)}, redis-server ${redis}; ${rounds} rounds${quick ? "; a quick run: not to be quoted" : ""}`,
  ].join("\n");
}

/** The table, and below it what each part of it includes. */
export function table(
  results: readonly { readonly part: Part; readonly figures: readonly Figure[] }[],
): string {
  const rows = results.flatMap(({ figures }, i) =>
    figures.map(({ name, measured, target = "", met, beside = "" }) => {
      const verdict = met === undefined ? "" : met ? "met" : "MISSED";
      return [`[${i + 1}] ${name}`, measured, target, verdict, beside];
    }),
  );
  const heads = ["figure", "carrotCache", "target", "", "beside it"];
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)));
  const lines = [heads, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  const notes = results.map(({ part }, i) => wrap(`[${i + 1}] ${part.name}: ${part.includes}`));
  return [...lines, "", ...notes].join("\n");
}

function wrap(text: string): string {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    if (lines.at(-1)!.length + word.length >= WIDTH) lines.push("   ");
    lines[lines.length - 1] += `${lines.at(-1) === "" ? "" : " "}${word}`;
  }
  return lines.join("\n");
}

/** The middle of an odd number of figures, or the mean of the middle two. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** `1.08 (1.02 to 1.20)`: the median, and the lowest and highest. */
export function spread(figures: readonly number[], digits = 2): string {
  const [middle, lowest, highest] = [median(figures), Math.min(...figures), Math.max(...figures)];
  return `${middle.toFixed(digits)} (${lowest.toFixed(digits)} to ${highest.toFixed(digits)})`;
}

/** `4.10 us (to 5.02)`: the lowest, and the highest. Noise only ever adds, so the lowest of many rounds is the nearest. */
export function lowest(figures: readonly number[], unit: string, digits = 2): string {
  return `${Math.min(...figures).toFixed(digits)} ${unit} (to ${Math.max(...figures).toFixed(digits)})`;
}
