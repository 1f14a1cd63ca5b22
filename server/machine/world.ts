/**
 * The real world: Node's timers, randomness and sockets.
 *
 * A member gets its timers, its randomness and its peer sockets from here and from nowhere else.
 */
import { randomBytes } from "node:crypto";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import type { Port, Timer, World } from "../../cluster/world.ts";

/** `clock` is monotonic, in milliseconds. */
export function realWorld(clock: () => number, random: () => number = Math.random): World {
  return {
    clock,
    random,
    randomBytes,
    after: (ms, run) => timeout(setTimeout(run, ms)),
    quietlyAfter: (ms, run) => timeout(setTimeout(run, ms).unref()),
    every: (ms, run) => interval(setInterval(run, ms)),
    quietlyEvery: (ms, run) => interval(setInterval(run, ms).unref()),
    soon: setImmediate,
    ...sockets,
  };
}

function timeout(timer: NodeJS.Timeout): Timer {
  return { cancel: () => clearTimeout(timer) };
}

function interval(timer: NodeJS.Timeout): Timer {
  return { cancel: () => clearInterval(timer) };
}

const sockets: Pick<World, "connect" | "listen"> = {
  connect: (host, port) => connect({ host, port }),
  listen: (host, port, accept, failed) => {
    const server = createServer(accept);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        server.on("error", failed);
        resolve(portOf(server));
      });
    });
  },
};

function portOf(server: Server): Port {
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
