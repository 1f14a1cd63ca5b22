/**
 * Sockets that read into one buffer of their thread, and a long value to the place where it is put together.
 *
 * Invariant: a chunk is lent; its bytes hold until the listener for "data" returns. For each read Node takes 64 KiB of
 * memory, cuts it to size and makes an object of what is left: a sixth of the CPU of a GET that comes alone. A socket made
 * with `onread` reads into a buffer that it is given. A server cannot give one to the sockets it accepts, so the
 * connection moves to a new socket. That relies on `_handle` and `handle`, which Node does not document: where they are
 * different, the socket stays as it is and reads as Node does by itself. Knows no commands.
 */
import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net";

/** Node reads no more than this at once by itself, and up to 32 times in a row from a client that sends without end. */
const READ_BYTES = 1 << 16;
/** Of a client whose last command was long. A command with a value of 256 KiB comes in one piece then. */
const LARGE_READ_BYTES = (1 << 18) + (1 << 14);
/** So many of these commands as fit in a large read are one turn. */
const LONG_COMMAND_BYTES = 1 << 10;

/** All sockets of this thread share it: a chunk has been taken before another socket reads. */
let large: Buffer | undefined;
let usual: Buffer;

interface Handle {
  useUserBuffer?: unknown;
}

/** Whose chunks a socket reads. It is asked after each chunk. */
export interface ChunkReader {
  /** Where the next chunk belongs; nothing else writes there until it has come. Undefined: anywhere. */
  readonly room: Buffer | undefined;
  /** The length of the last command; 0 if no more than usual is to be read. */
  readonly commandBytes: number;
}

const readers = new WeakMap<Socket, (reader: ChunkReader) => void>();

/** Has the socket read chunks to where they belong. Nothing happens to a socket that reads as Node does by itself. */
export function readFor(socket: Socket, reader: ChunkReader): void {
  readers.get(socket)?.(reader);
}

/**
 * Whether a chunk is all that a client may have read before the others have their turn. `most`: how long it could have been, the
 * second argument of "data". A long value begins with a full read, and the next one, to its own place, ends the turn.
 */
export function isTurn(chunk: Buffer, most = READ_BYTES, reader: ChunkReader): boolean {
  return chunk.length >= most && (most > READ_BYTES || reader.room === undefined);
}

/**
 * The same connection on a socket that reads into the shared buffer, or the socket itself where that is not possible. To be
 * called for a socket that has just been accepted: its listeners are not carried over. The other side may close its half.
 */
export function readIntoSharedBuffer(accepted: Socket): Socket {
  const { _handle: handle } = accepted as unknown as { _handle?: Handle | null };
  if (typeof handle?.useUserBuffer !== "function") return accepted;
  large ??= Buffer.allocUnsafeSlow(LARGE_READ_BYTES);
  usual ??= large.subarray(0, READ_BYTES);
  (accepted as unknown as { _handle: null })._handle = null;
  // For its server the old socket is gone: a server that closes does not wait for the new one.
  accepted.destroy();
  let reader: ChunkReader | undefined;
  let lent: Buffer | undefined;
  const onread = {
    // Node goes on with the last buffer when it is given none, which costs less than the same one again.
    buffer: () => {
      const next = reader?.room ?? (isLong(reader?.commandBytes) ? large : usual);
      return (next === lent ? undefined : (lent = next)) as Buffer;
    },
    callback: (bytes: number, read: Uint8Array) => {
      socket.emit("data", (read as Buffer).subarray(0, bytes), read.length);
      return true;
    },
  };
  const options: SocketConstructorOpts & ConnectOpts & { readonly handle: Handle } = {
    handle,
    allowHalfOpen: true,
    onread,
  };
  const socket = new Socket(options);
  readers.set(socket, (given) => (reader = given));
  return socket;
}

/** Of a longer command as much as possible is read to its own place. */
function isLong(bytes = 0): boolean {
  return bytes >= LONG_COMMAND_BYTES && bytes <= LARGE_READ_BYTES;
}
