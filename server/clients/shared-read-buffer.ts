/**
 * Sockets that read into one buffer of their thread.
 *
 * For each read Node takes 64 KiB of memory, cuts it to size and makes an object of what is left: a sixth of what a GET
 * that comes alone costs in CPU. A socket that is made with `onread` reads into a buffer that it is given; a server gives none
 * to those it accepts, so the connection is handed to a new socket. Its "data" is lent: it holds until the listener
 * returns. Relies on `_handle` and `handle`, which Node does not document: where they are not what they were, the
 * socket stays as it is and reads as Node does by itself.
 */
import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net";

/** As much as Node reads at once. */
const READ_BYTES = 1 << 16;

/** One for all sockets of this thread: what has been read is taken before another one reads. */
let buffer: Buffer | undefined;

interface Handle {
  useUserBuffer?: unknown;
}

/**
 * The same connection on a socket whose "data" is lent, or the socket itself. To be called at once for a socket that has
 * just been accepted: what it had listeners for is not carried over. Half-open connections are allowed.
 */
export function readIntoSharedBuffer(accepted: Socket): Socket {
  const { _handle: handle } = accepted as unknown as { _handle?: Handle | null };
  if (typeof handle?.useUserBuffer !== "function") return accepted;
  buffer ??= Buffer.allocUnsafeSlow(READ_BYTES);
  (accepted as unknown as { _handle: null })._handle = null;
  // Counts it as gone for its server, which does not wait for sockets that it does not know.
  accepted.destroy();
  const onread = {
    buffer,
    callback: (bytes: number, read: Uint8Array) => {
      socket.emit("data", (read as Buffer).subarray(0, bytes));
      return true;
    },
  };
  const options: SocketConstructorOpts & ConnectOpts & { readonly handle: Handle } = {
    handle,
    allowHalfOpen: true,
    onread,
  };
  const socket = new Socket(options);
  return socket;
}
