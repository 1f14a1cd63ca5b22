/**
 * MEMORY: how much memory an entry takes, and how much the process takes.
 */
import { errors } from "../../proto/error-texts.ts";
import { Double, ErrorReply, OK, type Reply, Verbatim } from "../../proto/reply.ts";
import { sumFigures } from "../groups/group-figures.ts";
import type { CommandContext } from "./command.ts";
import { define } from "./define.ts";
import { glimpsing } from "./key-access.ts";
import { integerOf, wordOf } from "./words.ts";

/** What is wrong with the words behind MEMORY USAGE k. SAMPLES is allowed and does nothing. */
function samplesRefused(words: readonly Buffer[]): string | undefined {
  for (let i = 0; i < words.length; i += 2) {
    if (i + 1 === words.length || wordOf(words[i]!) !== "samples") return errors.syntax;
    const samples = integerOf(words[i + 1]!);
    if (samples === undefined) return errors.notAnInteger;
    if (samples < 0) return errors.syntax;
  }
  return undefined;
}

const footprint = glimpsing(({ kind, footprintBytes }) => (kind === "value" ? footprintBytes : null), 2);

/** The fields of Redis' MEMORY STATS that carrotCache has, in Redis' order. */
function stats(_args: readonly Buffer[], { node }: CommandContext): Reply {
  const { usedBytes, entries } = sumFigures(node.cache.groups.all);
  const { used: dataset, peak, own, rss } = node.report.memory;
  const total = dataset + own;
  return new Map<string, Reply>([
    ["peak.allocated", peak + own],
    ["total.allocated", total],
    ["clients.slaves", 0],
    ["overhead.total", own],
    ["keys.count", entries],
    ["keys.bytes-per-key", entries === 0 ? 0 : Math.floor(usedBytes / entries)],
    ["dataset.bytes", dataset],
    ["dataset.percentage", new Double((100 * dataset) / total)],
    ["fragmentation", new Double(rss / total)],
    ["fragmentation.bytes", rss - total],
  ]);
}

const DOCTOR = "Nothing to say: see INFO memory and CARROT.STATS.\n";

/** The commands of this file. */
export const memoryCommands = [
  define("memory"),
  define("memory|usage", {
    run: (args, context) => {
      const refused = samplesRefused(args.slice(3));
      return refused === undefined ? footprint(args, context) : new ErrorReply(refused);
    },
  }),
  define("memory|stats", { run: stats }),
  define("memory|doctor", { local: () => new Verbatim(DOCTOR) }),
  define("memory|purge", { local: () => OK }),
  define("memory|malloc-stats", { local: () => new Verbatim("") }),
];
