/**
 * Compares what a node answers with what redis-server answers, byte for byte, in both dialects.
 *
 * A pipeline is a line: words are separated by spaces, commands by " | ". Before each pipeline both sides have the keys
 * of VALUES, and no `scores:no`. Without redis-server on the PATH the test is skipped.
 */
import type { ExecutionContext } from "ava";
import { program, skip } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { startRig } from "../rig.ts";

export const VALUES: Readonly<Record<string, string>> = {
  Tom: "630",
  empty: "",
  odd: "\0\r\n$-1\xff",
  long: "x".repeat(70_000),
};
const KEYS = Object.keys(VALUES).map((name) => `scores:${name}`);

export interface Comparison {
  /** The node's directives. */
  readonly lines?: readonly string[];
  /** The arguments of redis-server. */
  readonly directives?: readonly string[];
  /** Removes what may differ for a good reason. It is applied to both answers. */
  readonly normalize?: (answer: string) => string;
}

/** Fails for each pipeline whose replies differ. */
export async function compareWithRedis(
  t: ExecutionContext,
  protocol: 2 | 3,
  pipelines: readonly string[],
  { lines = [], directives = [], normalize = (answer) => answer }: Comparison = {},
): Promise<void> {
  const missing = program("redis-server");
  if (missing !== undefined) return skip(t, missing);
  const redis = await RedisServer.start(...directives);
  t.teardown(() => redis.stop());
  const load = (_: unknown, { keyBytes }: { keyBytes: Uint8Array }) => {
    const value = VALUES[Buffer.from(keyBytes).toString("latin1")];
    return value === undefined ? null : Buffer.from(value, "latin1");
  };
  const { client, ask } = await startRig(t, ["max-key-size 1mb", ...lines], { loader: { load } });
  const sets = Object.entries(VALUES).map(([name, value]) => command("SET", `scores:${name}`, value));
  let compared = 0;
  for (const pipeline of pipelines) {
    await redis.answer(Buffer.from(command("FLUSHALL") + sets.join(""), "latin1"));
    await ask(["FLUSHALL"], ["MGET", ...KEYS]);
    const request = requestOf(pipeline, protocol);
    const theirs = (await redis.answer(request)).toString("latin1");
    const ours = await (await client()).all(request.toString("latin1"));
    const [got, expected] = [ours, theirs].map((answer) => normalize(withoutGreeting(answer)));
    if (got !== expected) t.is(got, expected, pipeline);
    else compared++;
  }
  t.is(compared, pipelines.length);
}

function requestOf(pipeline: string, protocol: 2 | 3): Buffer {
  const commands = pipeline.split(" | ").map((words) => command(...words.split(" ")));
  return Buffer.from((protocol === 3 ? command("HELLO", "3") : "") + commands.join(""), "latin1");
}

/** Cuts off HELLO's reply, which differs by id and version. */
function withoutGreeting(answer: string): string {
  return answer.replace(/(%7|\*14)\r\n\$6\r\nserver[\s\S]*?\$7\r\nmodules\r\n\*0\r\n/g, "(hello)");
}
