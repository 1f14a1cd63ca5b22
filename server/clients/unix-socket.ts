/**
 * The unix socket: a file by which programs on this machine reach the node.
 *
 * Invariants: a socket that a dead process has left is replaced; one that a living process listens on, and a file that is
 * no socket, are not touched. Nobody gets in before the file has its permissions. Knows which clients came by it.
 */
import { once } from "node:events";
import { chmodSync, existsSync, lstatSync, unlinkSync } from "node:fs";
import { connect, type Server, type Socket } from "node:net";
import { dirname, resolve } from "node:path";
import { isMainThread } from "node:worker_threads";
import { isLocalPeer } from "../conf/addresses.ts";

/** `sun_path` has room for so many bytes and an end. */
const MAX_PATH_BYTES = 107;
/** Nobody but the owner may connect. */
const CLOSED_MASK = 0o177;
const ALL = 0o777;

/** The path by which a client came, by its socket. */
const paths = new WeakMap<Socket, string>();

export function noteUnixPath(socket: Socket, path: string | undefined): void {
  if (path !== undefined) paths.set(socket, path);
}

/** Undefined: the client came by TCP. */
export function unixPathOf(socket: Socket): string | undefined {
  return paths.get(socket);
}

/** Whether a client is on this machine. A TCP client that has gone has no address, and counts as one from elsewhere. */
export function isLocalClient(socket: Socket): boolean {
  return paths.has(socket) || isLocalPeer(socket.remoteAddress);
}

/** Listens on the path. `permissions`: 0 leaves them to the process' umask. Rejects with an error that has `path`. */
export async function listenOnPath(
  server: Server,
  path: string,
  permissions: number,
  backlog: number,
): Promise<void> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw pathError(path, "ENAMETOOLONG", `is longer than ${MAX_PATH_BYTES} bytes`);
  await freePath(path);
  const usual = isMainThread ? process.umask(CLOSED_MASK) : 0;
  const listening = once(server, "listening");
  try {
    server.listen({ path, backlog });
  } finally {
    if (isMainThread) process.umask(usual);
  }
  await listening.catch((error: NodeJS.ErrnoException) => {
    throw pathError(path, error.code ?? "", reasonOf(error));
  });
  chmodSync(path, permissions === 0 ? ALL & ~usual : permissions);
}

/** Removes what a dead process has left. */
async function freePath(path: string): Promise<void> {
  if (!existsSync(dirname(resolve(path)))) throw pathError(path, "ENOENT", "has no directory");
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw pathError(path, "EEXIST", "exists and is no socket");
  const socket = connect(path);
  const error = await Promise.race([
    once(socket, "connect").then(() => undefined),
    once(socket, "error").then(([error]) => error as NodeJS.ErrnoException),
  ]).catch((error: NodeJS.ErrnoException) => error);
  socket.destroy();
  if (error === undefined) throw pathError(path, "EADDRINUSE", "is in use: a process listens on it");
  if (error.code !== "ECONNREFUSED" && error.code !== "ENOENT")
    throw pathError(path, error.code ?? "", reasonOf(error));
  if (error.code === "ECONNREFUSED") unlinkSync(path);
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  const reasons: Readonly<Record<string, string>> = {
    EACCES: "may not be made: permission denied",
    EROFS: "may not be made: the file system is read-only",
    EADDRINUSE: "is in use",
  };
  return reasons[code ?? ""] ?? message;
}

function pathError(path: string, code: string, reason: string): Error {
  return Object.assign(new Error(`${path} ${reason}`), { code, path });
}
