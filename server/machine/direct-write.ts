/**
 * Writes to a socket's descriptor, past the socket.
 *
 * Invariant: when `takenAtOnce` returns, nothing refers to the bytes any more. libuv's own write goes on referring to what
 * the kernel has not taken. Relies on where a socket has its descriptor, which Node does not document; where it is elsewhere,
 * nothing is taken. Knows neither clients nor members.
 */
import { writevSync } from "node:fs";
import type { Socket } from "node:net";

interface Direct {
  readonly _handle?: { readonly fd?: number } | null;
}

/** Whether bytes may go past the socket: none waits in it, and it writes to its descriptor what it is given. */
export function isDirect(socket: Socket): boolean {
  return socket.writableLength === 0 && !("encrypted" in socket) && descriptorOf(socket) >= 0;
}

/** How many bytes the kernel takes now. What is wrong with the connection shows when the socket writes the rest. */
export function takenAtOnce(socket: Socket, parts: readonly Uint8Array[]): number {
  try {
    return writevSync(descriptorOf(socket), parts);
  } catch {
    return 0;
  }
}

/** -1: the socket has none, or has it elsewhere. */
function descriptorOf(socket: Socket): number {
  return (socket as unknown as Direct)._handle?.fd ?? -1;
}
