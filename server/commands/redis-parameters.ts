/**
 * Redis' parameters that are no directives of carrotCache, for CONFIG GET and SET: tools ask for them first.
 *
 * Owns their values, and `client-output-buffer-limit` in Redis' words. A parameter that is kept for its reader only
 * (`hz`) changes nothing here. Invariant: what GET returns, SET takes. Knows no directive's check.
 */
import { configReasons } from "../../proto/error-texts.ts";
import type { NodeConf } from "../conf/conf.ts";
import { policyOf } from "../observe/info.ts";
import { int64Of } from "./words.ts";

/** Values and bounds of parameters that a client may set, and that change nothing. */
const KEPT: Readonly<Record<string, { readonly first: string; readonly min: bigint; readonly max: bigint }>> =
  {
    "maxmemory-samples": { first: "5", min: 1n, max: 2n ** 31n - 1n },
    hz: { first: "10", min: 0n, max: 2n ** 31n - 1n },
    "latency-monitor-threshold": { first: "0", min: 0n, max: 2n ** 63n - 1n },
  };

/** Parameters whose value follows from what carrotCache is. */
const FIXED: readonly string[] = ["save", "appendonly", "replica-read-only"];

/** The name that Redis' three limits have, and one of carrotCache's directives. */
export const OUTPUT_LIMIT = "client-output-buffer-limit";

/** Values that a client has set. */
export class RedisParameters {
  readonly #values = new Map(Object.entries(KEPT).map(([name, { first }]) => [name, first]));

  /** All parameters as CONFIG GET shows them. */
  all(conf: NodeConf): [name: string, value: string][] {
    return [...ofConf(conf), ...this.#values];
  }

  /** Whether SET takes this name here. */
  has(name: string): boolean {
    return this.#values.has(name) || FIXED.includes(name);
  }

  /** Keeps a value that `refusalOf` has passed. As in Redis, `hz` is from 1 to 500, whatever is asked for. */
  set(name: string, value: string): void {
    if (FIXED.includes(name)) return;
    this.#values.set(name, name === "hz" ? String(Math.min(Math.max(Number(value), 1), 500)) : value);
  }
}

/** Why a parameter cannot have this value; undefined: it can. What is in force may always be set, because tools do it. */
export function refusalOf(name: string, word: Buffer, conf: NodeConf): string | undefined {
  if (FIXED.includes(name)) {
    const isInForce = ofConf(conf).some(([own, value]) => own === name && value === word.toString("latin1"));
    return isInForce ? undefined : configReasons.immutable;
  }
  const value = int64Of(word);
  const { min, max } = KEPT[name]!;
  if (value === undefined) return configReasons.notAnInteger;
  return value < min || value > max ? configReasons.notBetween(min, max) : undefined;
}

/** The cache writes nothing to disk and has no replicas. */
function ofConf(conf: NodeConf): [name: string, value: string][] {
  return [
    ["save", ""],
    ["appendonly", "no"],
    ["proto-max-bulk-len", String(conf.maxCommandBytes)],
    ["maxmemory-policy", policyOf(conf.eviction)],
    ["replica-read-only", "yes"],
    [OUTPUT_LIMIT, outputLimits(conf)],
  ];
}

function outputLimits({ maxOutputBytes, softOutputBytes, softOutputMs }: NodeConf): string {
  const limits = `${maxOutputBytes} ${softOutputBytes} ${Math.ceil(softOutputMs / 1000)}`;
  return `normal ${limits} slave 0 0 0 pubsub ${limits}`;
}

const CLASSES = ["normal", "pubsub", "slave", "replica"];
/** There are no replicas here, so their limits are taken and mean nothing. */
const OF_CLIENTS = ["normal", "pubsub"];

/** Whether the value is in Redis' words: `normal 0 0 0 slave ...`. carrot.conf has one number. */
export function isInClasses(word: Buffer): boolean {
  return word.includes(" ");
}

/**
 * The directives that a value in Redis' words stands for, or why there are none: here normal and pubsub clients have one
 * limit, and it is not endless.
 */
export function directivesOfClasses(word: Buffer): [name: string, value: Buffer][] | string {
  const words = word.toString("latin1").trim().split(/ +/);
  if (words.length % 4 !== 0) return configReasons.outputLimitCount;
  const limits = new Set<string>();
  for (let i = 0; i < words.length; i += 4) {
    const [name, ...values] = words.slice(i, i + 4) as [string, string, string, string];
    if (!CLASSES.includes(name.toLowerCase())) return configReasons.outputLimitClass;
    if (!values.every((value) => /^\d{1,15}[a-z]{0,2}$/i.test(value)) || !/^\d+$/.test(values[2]!))
      return configReasons.outputLimitValue;
    if (OF_CLIENTS.includes(name.toLowerCase())) limits.add(values.join(" "));
  }
  if (limits.size > 1) return configReasons.outputLimitsDiffer;
  const [hard, soft, seconds] = [...limits].join("").split(" ");
  if (limits.size === 0) return [];
  if (/^0+[a-z]*$/i.test(hard!)) return configReasons.outputLimitEndless;
  return [
    [OUTPUT_LIMIT, Buffer.from(hard!)],
    ["client-output-soft-limit", Buffer.from(soft!)],
    ["client-output-soft-time", Buffer.from(`${seconds}s`)],
  ];
}
