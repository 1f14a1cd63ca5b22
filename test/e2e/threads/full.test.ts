/**
 * Goal: a full node refuses the same commands to clients of a worker thread as to clients of the main thread.
 * Method: a real node with `threads 2`, a small limit and noeviction.
 */
import { testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { bulk } from "../../server/rig.ts";
import { startThreaded, THREADS } from "./rig.ts";

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

testWith(THREADS)(
  "a full node refuses a SET of a worker's client with the same error, until there is room again",
  async (t) => {
    const args = [
      "--eviction",
      "noeviction",
      "--group",
      "default maxmemory 8kb",
      "--group",
      "default loader none",
    ];
    const node = await startThreaded(t, args);
    const set = (i: number) => command("SET", `k${i}`, "x".repeat(1000));
    const all = Array.from({ length: 10 }, (_, i) => set(i)).join("");
    t.is(await node.talk("worker", all), `${"+OK\r\n".repeat(7)}${OOM.repeat(3)}`);
    t.is(await node.talk("main", set(10) + command("DEL", "k0")), `${OOM}:1\r\n`);
    t.is(await node.talk("worker", set(10) + command("GET", "k10")), `+OK\r\n${bulk("x".repeat(1000))}`);
  },
);
