/**
 * Goal: the lower of the two limits counts, and a node that gets no memory says in one line what to raise.
 * Method: numbers as Node gives them on machines with and without containers; the command itself under ulimit -v.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import test from "ava";
import { isOutOfMemory, memoryHere, noMemoryText } from "../../../server/machine/memory.ts";

const GIB = 2 ** 30;
const CLI = resolve("dist/server/cli.js");

test("a container's limit counts where it is lower than the machine's memory", (t) => {
  t.like(memoryHere(16 * GIB, 2 * GIB), { bytes: 2 * GIB, owner: "this container" });
  for (const none of [0, 2 ** 64, 2 ** 63, 64 * GIB]) {
    t.like(memoryHere(16 * GIB, none), { bytes: 16 * GIB, owner: "this machine" });
  }
  const here = memoryHere();
  t.true(here.bytes > 2 ** 24 && here.bytes < 2 ** 50, "this process has some");
  t.true(here.heapBytes > 2 ** 24);
});

test("knows Node's errors for memory from other range errors", (t) => {
  t.true(isOutOfMemory(new RangeError("Array buffer allocation failed")));
  t.true(
    isOutOfMemory(new RangeError("WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory")),
  );
  t.false(isOutOfMemory(new RangeError("Invalid array length")));
  t.false(isOutOfMemory(new Error("out of memory")));
  t.is(noMemoryText(undefined), "the system gives the process no memory for it");
});

/** A node that starts all the same would run for ever. */
const LIMIT_MS = 60_000;

// Node starts under each of these limits, with room to spare when the store finds none; Node 24 takes less for a container's limit.
for (const kilobytes of ["9000000", "11000000"]) {
  const name = `under ulimit -v ${kilobytes} a start ends with one line and exit code 1`;
  (process.platform === "linux" && memoryHere().bytes > 8 * GIB ? test : test.skip)(name, (t) => {
    const script = `ulimit -v ${kilobytes}; exec "$@"`;
    const command = [process.execPath, CLI, "--port", "0", "--loglevel", "nothing", "--maxmemory", "8gb"];
    const { status, stderr } = spawnSync("sh", ["-c", script, "sh", ...command], {
      encoding: "utf8",
      timeout: LIMIT_MS,
    });
    const lines = stderr.trimEnd().split("\n");
    t.is(status, 1, stderr);
    t.is(
      lines.at(-1),
      `carrotcache: command line: --maxmemory: the limit of address space, ${kilobytes} kB, is too low: raise it (ulimit -v unlimited); addresses that are reserved take no memory`,
    );
  });
}
