/**
 * Real sockets for tests: two ends on loopback, and waiting for what they hear.
 */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { ExecutionContext } from "ava";

/** Far more than a busy machine needs. */
const MAX_WAIT_MS = 20_000;

/** Waits until `isSo` returns true. After MAX_WAIT_MS it rejects with an error that names `what`. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + MAX_WAIT_MS;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await turn();
  }
}

/** The two ends of one connection; closed when the test ends. */
export async function socketPair(t: ExecutionContext): Promise<[Socket, Socket]> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const dialed = connect({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  const [accepted] = (await once(server, "connection")) as [Socket];
  server.close();
  t.teardown(() => {
    dialed.destroy();
    accepted.destroy();
  });
  return [accepted, dialed];
}
