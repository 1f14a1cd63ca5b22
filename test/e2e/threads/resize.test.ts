/**
 * Goal: when `maxmemory` changes, clients of a worker thread go on getting right values, and the old memory goes back to the
 * system although the worker was started with it.
 * Method: a real node with `threads 2`, filled through the main thread, and the resident memory of its process.
 */
import { readFileSync } from "node:fs";
import { testWith } from "../../needs.ts";
import { until } from "../../until.ts";
import { startThreaded, THREADS } from "./rig.ts";

const MIB = 2 ** 20;
const FROM_MIB = 192;
const TO_MIB = 16;
/** Half of the limit is that of another group, which is empty. */
const LEAST_BACK_MIB = FROM_MIB / 4;
const VALUE_BYTES = 4096;
const KEYS = (FROM_MIB * MIB) / 2 / (VALUE_BYTES + 200);
const KEYS_AT_ONCE = 1000;

const valueAt = (i: number) => Buffer.alloc(VALUE_BYTES, `value ${i} `);

function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024) / MIB;
}

testWith(THREADS)(
  "maxmemory falls: a worker's clients read right values, and the memory goes back",
  async (t) => {
    const limit = ["--maxmemory", `${FROM_MIB}mb`, "--group", "default loader none"];
    const node = await startThreaded(t, limit);
    const [main, worker] = await node.clients();
    for (let from = 0; from < KEYS; from += KEYS_AT_ONCE) {
      const pairs = Array.from({ length: KEYS_AT_ONCE }, (_, i) => [`k${from + i}`, valueAt(from + i)]);
      await main.mset(pairs.flat());
    }
    const full = residentMib(node.child.pid!);
    t.is(await main.config("SET", "maxmemory", `${TO_MIB}mb`), "OK");
    let found = 0;
    for (let from = 0; from < KEYS; from += KEYS_AT_ONCE) {
      const keys = Array.from({ length: KEYS_AT_ONCE }, (_, i) => from + i);
      const values = await worker.mgetBuffer(keys.map((i) => `k${i}`));
      for (const [at, value] of values.entries()) {
        if (value === null) continue;
        found++;
        if (!value.equals(valueAt(keys[at]!))) t.fail(`a wrong value of k${keys[at]}`);
      }
    }
    t.true(found > 0);
    const used = async () => Number(/used_memory:(\d+)/.exec(await main.info("memory"))![1]);
    await until("the new limit is kept", async () => (await used()) <= TO_MIB * MIB);
    await until("the old memory is given back", () => residentMib(node.child.pid!) < full - LEAST_BACK_MIB);
  },
);
