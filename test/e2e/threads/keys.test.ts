/**
 * Goal: clients of a worker thread change and see the same as they would on the main thread, in the order of their
 * commands.
 * Method: random pipelines on keys go to a real node with `threads 2`, through a worker and through the main thread in
 * turn, and to a real redis-server; the answers must be equal byte for byte.
 */
import { program, testWith } from "../../needs.ts";
import { compareRuns } from "../../server/commands/key-pipelines.ts";
import { startThreaded, THREADS } from "./rig.ts";

const testKeys = testWith(THREADS, program("redis-server"));

for (const protocol of [2, 3] as const) {
  testKeys.serial(
    `in RESP${protocol} pipelines on keys through a worker are answered as redis-server does`,
    async (t) => {
      const node = await startThreaded(t, ["--group", "default loader none", "--max-key-size", "1mb"]);
      await compareRuns(
        t,
        [(text) => node.talk("worker", text), (text) => node.talk("main", text)],
        protocol,
        20,
      );
    },
  );
}
