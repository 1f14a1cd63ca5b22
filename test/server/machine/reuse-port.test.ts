/**
 * Goal: a port is shared only where the system spreads connections, and only if no other process has it.
 * Method: versions and platforms by example; two sockets on one port, on this Node.js; sockets that dial all the time.
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import test, { type ExecutionContext } from "ava";
import { claimPort, hasReusePort } from "../../../server/machine/reuse-port.ts";
import { until } from "../../until.ts";
import { ownHost } from "../rig.ts";

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

function listen(t: ExecutionContext, port: number, host = "127.0.0.1"): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    t.teardown(() => server.close());
    server.once("error", reject);
    const options = { port, host, reusePort: true };
    server.listen(options, () => resolve((server.address() as { port: number }).port));
  });
}

test("two sockets can share a port exactly where hasReusePort says so", async (t) => {
  const port = await listen(t, 0);
  const second = await listen(t, port).catch((error: NodeJS.ErrnoException) => error.code);
  t.is(second, hasReusePort() ? port : "EADDRINUSE");
});

test("a port that is in use cannot be claimed, on any of its addresses", async (t) => {
  for (const [theirs, ours] of [
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
    ["0.0.0.0", "127.0.0.1"],
    ["127.0.0.1", "localhost"],
  ] as const) {
    const port = await listen(t, 0, theirs);
    const message = `listen EADDRINUSE: address already in use ${ours}:${port}`;
    const error = await t.throwsAsync(claimPort(ours, port), { message, code: "EADDRINUSE" });
    t.like(error, { address: ours, port });
  }
});

test("a free port can be claimed again and again, and a client that dials meanwhile is refused", async (t) => {
  const host = ownHost();
  const port = await listen(t, 0);
  for (let i = 0; i < 20; i++) {
    let isClaimed = false;
    const claiming = claimPort(host, port).then(() => (isClaimed = true));
    const dialing: Promise<string>[] = [];
    await until("the port is claimed", () => {
      if (isClaimed) return true;
      const socket = connect(port, host);
      t.teardown(() => socket.destroy());
      dialing.push(once(socket, "connect").then(() => "let in", String));
      return false;
    });
    await claiming;
    const refused = `Error: connect ECONNREFUSED ${host}:${port}`;
    t.deepEqual([...new Set(await Promise.all(dialing))], [refused]);
  }
  t.is(await listen(t, port, host), port);
});
