/**
 * Runs scripts on a redis-server and on a node, in both dialects: the answers must be the same, byte for byte.
 *
 * Before each script both have the keys a ("b") and n ("5"), and not k and nosuchkey. A script gets KEYS a, k, nosuchkey, n
 * and ARGV v1, v2. Without redis-server on the PATH a test is skipped.
 */
import type { ExecutionContext } from "ava";
import { program, skip } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { startRig } from "../rig.ts";

const KEYS = ["a", "k", "nosuchkey", "n"];
const BEFORE = command("DEL", ...KEYS) + command("SET", "a", "b") + command("SET", "n", "5");

/** The scripts of a text, one a line. */
export function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** Fails for each script whose answers differ. */
export async function sameAsRedis(t: ExecutionContext, scripts: readonly string[]): Promise<void> {
  const missing = program("redis-server");
  if (missing !== undefined) return skip(t, missing);
  const redis = await RedisServer.start();
  t.teardown(() => redis.stop());
  const options = { loader: { load: () => null }, clock: () => performance.now() };
  const { client } = await startRig(t, ["group default loader none"], options);
  let same = 0;
  for (const protocol of [2, 3])
    for (const script of scripts) {
      const hello = protocol === 3 ? command("HELLO", "3") : "";
      const words = command("EVAL", script, "4", ...KEYS, "v1", "v2");
      const request = hello + BEFORE + words;
      const theirs = (await redis.answer(Buffer.from(request, "latin1"))).toString("latin1");
      const ours = await (await client()).all(request);
      if (answerIn(ours) === answerIn(theirs)) same++;
      else t.is(answerIn(ours), answerIn(theirs), `RESP${protocol}: ${script}`);
    }
  t.is(same, 2 * scripts.length);
}

/** Cuts off the replies to HELLO, DEL and SET. */
function answerIn(text: string): string {
  return text.replace(/^(%7\r\n[\s\S]*?\$7\r\nmodules\r\n\*0\r\n)?:\d\r\n\+OK\r\n\+OK\r\n/, "");
}
