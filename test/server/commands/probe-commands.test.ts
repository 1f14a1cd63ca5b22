/**
 * Goal: a tool that probes for modules, saves and functions gets the answer of a Redis without them.
 * Method: pipelines compared with a real redis-server that has none.
 */
import test from "ava";
import { startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const PIPELINES = [
  ...["MODULE", "MODULE LIST", "MODULE LIST x", "MODULE FOO", "LASTSAVE x", "FUNCTION", "FUNCTION FOO"],
  ...[
    "FUNCTION LIST",
    "FUNCTION LIST x",
    "FUNCTION LIST LIBRARYNAME",
    "FUNCTION LIST libraryname a withcode",
  ],
  ...["FUNCTION LIST withcode withcode", "FUNCTION LIST LIBRARYNAME a LIBRARYNAME b"],
  ...["FUNCTION STATS", "FUNCTION STATS x"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} probes for modules and functions are answered as by redis-server`, (t) =>
    compareWithRedis(t, protocol, PIPELINES));
}

test("LASTSAVE is the time of the start, in seconds", async (t) => {
  const { ask, node } = await startRig(t);
  t.is(await ask(["LASTSAVE"]), `:${node.report.startedSeconds}\r\n`);
});
