/**
 * The real world: Node's timers, randomness and sockets.
 *
 * A member gets its timers, its randomness and its peer sockets from here and from nowhere else. Sockets that this member
 * dials read into one buffer: on them come the answers of other members, and the large values.
 */
import { randomBytes } from "node:crypto";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Port, Timer, Wire, World } from "../../cluster/world.ts";
import { isDirect, takenAtOnce } from "./direct-write.ts";

/** Some answers with values of 64 KiB, so that few of them are cut. */
const READ_BYTES = 1 << 18;
/** All dialed sockets of this thread share it: a chunk has been taken before another socket reads. */
let readBuffer: Buffer | undefined;

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
  connect: (host, port) => {
    readBuffer ??= Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (bytes: number, read: Uint8Array) => {
      socket.emit("data", (read as Buffer).subarray(0, bytes));
      return true;
    };
    const socket = connect({ host, port, onread: { buffer: readBuffer, callback } });
    return Object.assign(direct(socket), { lendsChunks: true });
  },
  listen: (host, port, accept, failed) => {
    const server = createServer((socket) => accept(direct(socket)));
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

function direct(socket: Socket): Wire {
  const takeNow = (parts: readonly Uint8Array[]) => (isDirect(socket) ? takenAtOnce(socket, parts) : 0);
  return Object.assign(socket, { takeNow });
}

function portOf(server: Server): Port {
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
