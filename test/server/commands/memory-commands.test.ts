/**
 * Goal: MEMORY answers as redis-server does, with figures of this process. Method: pipelines compared with a real
 * redis-server. Only the type of a reply is checked where the text is carrotCache's own. MEMORY USAGE is in
 * key-commands.test.ts, too.
 */
import test from "ava";
import { bulk, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const PIPELINES = [
  ...["MEMORY", "MEMORY FOO", "MEMORY PURGE", "MEMORY PURGE x", "MEMORY STATS x", "MEMORY MALLOC-STATS x"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} MEMORY answers as in redis-server`, (t) =>
    compareWithRedis(t, protocol, PIPELINES));
}

test("DOCTOR returns a text, and STATS has figures", async (t) => {
  const { ask, ask3 } = await startRig(t, ['requirepass ""']);
  t.regex(await ask3(["MEMORY", "DOCTOR"]), /^=\d+\r\ntxt:[\s\S]*\r\n$/);
  await ask(["GET", "scores:a"]);
  const stats = await ask(["MEMORY", "STATS"]);
  t.true(stats.includes(`${bulk("keys.count")}:1\r\n`));
  t.regex(stats, /\$13\r\ndataset\.bytes\r\n:[1-9]\d*\r\n/);
});
