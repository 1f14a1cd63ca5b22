/**
 * What a member has from outside: time, chance, and wires to other members.
 *
 * Owns the types only. The real world is in server/machine/world.ts; a simulation hands in another one, with a clock of
 * its own and wires in memory. So nothing in cluster/ names timers, dice or sockets by itself. The functions need no
 * `this`: each may be taken out of its world and handed on alone.
 */

/** A planned callback, one or many, until it is cancelled. */
export interface Timer {
  /** Nothing is called back from now on. Cancelling twice does no harm. */
  cancel(): void;
}

/** Time and chance. */
interface Nature {
  /** Monotonic, in milliseconds with fractions. */
  readonly clock: () => number;
  /** From 0 up to 1, without 1. */
  readonly random: () => number;
  /** Bytes that nobody can guess, for secrets and seeds. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Calls back once, after so many milliseconds. The waiting keeps the process alive. */
  readonly after: (ms: number, run: () => void) => Timer;
  /** As `after`, but the waiting does not keep the process alive. */
  readonly quietlyAfter: (ms: number, run: () => void) => Timer;
  /** Calls back every so many milliseconds. The waiting keeps the process alive. */
  readonly every: (ms: number, run: () => void) => Timer;
  /** As `every`, but the waiting does not keep the process alive. */
  readonly quietlyEvery: (ms: number, run: () => void) => Timer;
  /** Calls back once, when what has arrived by now has been handled. */
  readonly soon: (run: () => void) => void;
}

/** A connection between two members. Fields without a comment mean what they mean on a socket of node:net. */
export interface Wire {
  /** True: the bytes of a chunk hold only until the listener for "data" returns. */
  readonly lendsChunks?: boolean;
  /**
   * How many of these bytes the system takes now: none while others wait before them. Nothing refers to them when this
   * returns, and they do not count in `bytesWritten`. Undefined on a wire that cannot.
   */
  readonly takeNow?: (parts: readonly Uint8Array[]) => number;
  readonly bytesRead: number;
  /** Sent or waiting to be sent. */
  readonly bytesWritten: number;
  /** Waiting to be sent. */
  readonly writableLength: number;
  readonly remoteAddress?: string | undefined;
  on(event: "connect" | "drain" | "end" | "close", heard: () => void): unknown;
  on(event: "data", heard: (chunk: Buffer) => void): unknown;
  on(event: "error", heard: (error: Error) => void): unknown;
  setNoDelay(noDelay: boolean): unknown;
  write(bytes: Uint8Array): boolean;
  cork(): void;
  uncork(): void;
  pause(): unknown;
  resume(): unknown;
  end(): unknown;
  end(lastBytes: Uint8Array): unknown;
  destroy(): unknown;
  /** Destroys the wire when everything written has gone out. */
  destroySoon(): void;
}

/** A port on which wires are accepted. */
export interface Port {
  /** The number in use. */
  readonly port: number;
  /** Accepts no more; resolves when every accepted wire has ended. */
  close(): Promise<void>;
}

/** How wires come about. */
interface Network {
  /** The wire's "connect" or "error" tells what has come of it. */
  readonly connect: (host: string, port: number) => Wire;
  /**
   * Resolves when the port is open, rejects when it cannot be opened; port 0 takes any free one. `failed` gets what goes
   * wrong later, such as a wire that could not be accepted.
   */
  readonly listen: (
    host: string,
    port: number,
    accept: (wire: Wire) => void,
    failed: (error: Error) => void,
  ) => Promise<Port>;
}

export interface World extends Nature, Network {}
