/**
 * CONFIG: the directives of carrot.conf, read and changed while the node runs.
 *
 * GET also knows a few of Redis' own parameters, because tools ask for them first.
 */
import { configReasons, errors } from "../../proto/error-texts.ts";
import { matchesGlob } from "../../proto/glob.ts";
import { lineText } from "../../proto/line-text.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import {
  changeDirectives,
  type DirectiveChange,
  directiveNames,
  formatDirective,
} from "../conf/change-directive.ts";
import { rewriteConf } from "../conf/rewrite-conf.ts";
import { evictionOf } from "../observe/info.ts";
import type { CommandContext } from "./command.ts";
import { define } from "./define.ts";
import { directivesOfClasses, isInClasses, OUTPUT_LIMIT, refusalOf } from "./redis-parameters.ts";
import { wordOf } from "./words.ts";

function get(args: readonly Buffer[], { node }: CommandContext): Reply {
  const all = new Map([
    ...directiveNames(node.conf).map((name) => [name, formatDirective(node.conf, name) ?? ""] as const),
    ...node.parameters.all(node.conf),
  ]);
  const found = new Map<string, Reply>();
  for (const arg of args.slice(2)) {
    const pattern = arg.toString("latin1");
    for (const [name, value] of all) {
      if (!matchesGlob(pattern.toLowerCase(), name)) continue;
      // As in Redis, a name without a pattern is returned as the client has spelt it.
      found.set(name === pattern.toLowerCase() ? pattern : name, value);
      all.delete(name);
    }
  }
  return found;
}

const REDIS_POLICIES = [
  ...["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"],
  ...["allkeys-lru", "allkeys-lfu", "allkeys-random", "noeviction"],
];

/** Redis' name for `eviction`. */
const POLICY = "maxmemory-policy";

function evictionChange(word: Buffer): readonly DirectiveChange[] | string {
  const policy = wordOf(word);
  const eviction = evictionOf(policy);
  if (eviction !== undefined) return [["eviction", eviction]];
  return REDIS_POLICIES.includes(policy) ? configReasons.policy : configReasons.notOneOf(REDIS_POLICIES);
}

/** One directive, or those that Redis' words for it stand for; a text says why there are none. */
function asDirectives(name: string, value: Buffer): readonly DirectiveChange[] | string {
  if (name === POLICY) return evictionChange(value);
  return name === OUTPUT_LIMIT && isInClasses(value) ? directivesOfClasses(value) : [[name, value]];
}

/** Takes all pairs of words, or none. */
async function set(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  const words = args.slice(2);
  if (words.length % 2 !== 0) return new ErrorReply(errors.syntax);
  const known = new Set(directiveNames(node.conf));
  const changes: DirectiveChange[] = [];
  const kept = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i]!.toString("latin1").toLowerCase();
    if (changes.some(([other]) => other === name) || kept.has(name))
      return new ErrorReply(errors.configRefused(lineText(words[i]!), configReasons.duplicate));
    if (node.parameters.has(name)) {
      const refusal = refusalOf(name, words[i + 1]!, node.conf);
      if (refusal !== undefined) return new ErrorReply(errors.configRefused(lineText(words[i]!), refusal));
      kept.set(name, words[i + 1]!.toString("latin1"));
      continue;
    }
    if (!known.has(name) && name !== POLICY) return new ErrorReply(errors.configUnknown(words[i]!));
    const directives = asDirectives(name, words[i + 1]!);
    if (typeof directives === "string")
      return new ErrorReply(errors.configRefused(lineText(words[i]!), directives));
    changes.push(...directives);
  }
  const wrong = changeDirectives(node.conf, changes, { fit: (plan) => node.cache.fitMemory(plan) });
  if (wrong !== undefined) return new ErrorReply(errors.configRefused(wrong.name, wrong.error));
  for (const [name, value] of kept) node.parameters.set(name, value);
  await node.confChanged(changes);
  return OK;
}

function rewrite(_args: readonly Buffer[], { node }: CommandContext): Reply {
  if (node.conf.file === undefined) return new ErrorReply(errors.configWithoutFile);
  const reason = rewriteConf(node.conf);
  if (reason === undefined) return OK;
  node.log.warn({ reason }, "CONFIG REWRITE failed");
  return new ErrorReply(errors.configNotWritten(lineText(Buffer.from(reason), reason.length * 4)));
}

async function resetStat(_args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  await node.report.reset();
  return OK;
}

/** The commands of this file. */
export const configCommands = [
  define("config"),
  define("config|get", { run: get }),
  define("config|set", { run: set }),
  define("config|rewrite", { run: rewrite }),
  define("config|resetstat", { run: resetStat }),
];
