/**
 * Sockets that read into one buffer of their thread.
 *
 * Invariant: a chunk is lent; its bytes hold until the listener for "data" returns. For each read Node takes 64 KiB of
 * memory, cuts it to size and makes an object of what is left: a sixth of the CPU of a GET that comes alone. A socket made
 * with `onread` reads into a buffer that it is given. A server cannot give one to the sockets it accepts, so the
 * connection moves to a new socket. That relies on `_handle` and `handle`, which Node does not document: where they are
 * different, the socket stays as it is and reads as Node does by itself. Knows no commands.
 */
import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net";

/** Node reads no more than this at once. */
const READ_BYTES = 1 << 16;

/** All sockets of this thread share it: a chunk has been taken before another socket reads. */
let buffer: Buffer | undefined;

interface Handle {
  useUserBuffer?: unknown;
}

/**
 * The same connection on a socket that reads into the shared buffer, or the socket itself where that is not possible. To be
 * called for a socket that has just been accepted: its listeners are not carried over. The other side may close its half.
 */
export function readIntoSharedBuffer(accepted: Socket): Socket {
  const { _handle: handle } = accepted as unknown as { _handle?: Handle | null };
  if (typeof handle?.useUserBuffer !== "function") return accepted;
  buffer ??= Buffer.allocUnsafeSlow(READ_BYTES);
  (accepted as unknown as { _handle: null })._handle = null;
  // For its server the old socket is gone: a server that closes does not wait for the new one.
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
