/**
 * Real sockets for tests: two ends on loopback.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { ExecutionContext } from "ava";

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
