/**
 * Goal: several threads only where the system lets them share a port, and a reason wherever there are fewer than asked.
 * Method: versions and platforms by example; what this Node says of itself is tried out.
 */
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import test from "ava";
import { hasReusePort, threadCount } from "../../../server/threads/reuse-port.ts";

test("reusePort is in Node 22.12 and 23.1 and later, on Linux", (t) => {
  const versions = [
    "18.20.0",
    "20.19.0",
    "22.11.0",
    "22.12.0",
    "22.20.1",
    "23.0.0",
    "23.1.0",
    "24.0.0",
    "100.1.2",
  ];
  t.deepEqual(
    versions.filter((version) => hasReusePort(version, "linux")),
    ["22.12.0", "22.20.1", "23.1.0", "24.0.0", "100.1.2"],
  );
  for (const platform of ["darwin", "win32"]) t.false(hasReusePort("24.0.0", platform), platform);
});

test("what it says of this Node is so", async (t) => {
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      const server = createServer();
      t.teardown(() => server.close());
      server.once("error", reject);
      const options = { port, host: "127.0.0.1", reusePort: true };
      server.listen(options, () => resolve((server.address() as { port: number }).port));
    });
  const port = await listen(0);
  const second = await listen(port).catch((error: NodeJS.ErrnoException) => error.code);
  t.is(second, hasReusePort() ? port : "EADDRINUSE");
});

test("as many threads as the conf says, or as there are cores", (t) => {
  t.deepEqual(threadCount(3, true), { threads: 3, why: undefined });
  t.deepEqual(threadCount("auto", true), { threads: availableParallelism(), why: undefined });
});

test("one thread, and the reason, where a port cannot be shared", (t) => {
  const { threads, why } = threadCount(4, false);
  t.is(threads, 1);
  t.is(
    why,
    `threads 4 needs Node 22.12 or later on Linux to share a port; this is Node ${process.versions.node}`,
  );
  t.deepEqual(threadCount(1, false), { threads: 1, why: undefined });
});
