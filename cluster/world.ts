/**
 * What a member has from outside: time, chance, and ways to reach other members and to be reached.
 *
 * Owns the types only. The real world is in server/machine/world.ts; a simulation hands in another one, with a clock of
 * its own and links in memory. So nothing below node.ts names timers, dice or sockets by itself.
 */
import type { Socket } from "node:net";

/** Something that will be called, until it is cancelled. */
export interface Timer {
  /** Nothing is called from now on; a second call does nothing. */
  cancel(): void;
}

/** Time and chance. */
export interface Nature {
  /** Monotonic, in milliseconds with fractions. */
  clock(): number;
  /** From 0 up to 1, without 1. */
  random(): number;
  /** Bytes that nobody can guess, for secrets and seeds. */
  randomBytes(count: number): Uint8Array;
  /** Calls back once, after so many milliseconds. The waiting keeps the process alive. */
  after(ms: number, run: () => void): Timer;
  /** As `after`, but the waiting does not keep the process alive. */
  quietlyAfter(ms: number, run: () => void): Timer;
  /** Calls back every so many milliseconds. The waiting keeps the process alive. */
  every(ms: number, run: () => void): Timer;
  /** As `every`, but the waiting does not keep the process alive. */
  quietlyEvery(ms: number, run: () => void): Timer;
  /** Calls back once, when what has arrived by now has been handled. */
  soon(run: () => void): void;
}

/** A connection between two members; a socket is one. */
export type Wire = Pick<
  Socket,
  | ("on" | "once" | "write" | "end" | "destroy" | "destroySoon" | "cork" | "uncork" | "pause" | "resume")
  | ("setNoDelay" | "bytesRead" | "bytesWritten" | "writableLength" | "remoteAddress")
>;

/** A port on which wires are accepted. */
export interface Port {
  /** The number in use. */
  readonly port: number;
  /** Accepts no more; resolves when every accepted wire has ended. */
  close(): Promise<void>;
}

/** How wires come about. */
export interface Network {
  /** "connect" or "error" tells what has come of it. */
  connect(host: string, port: number): Wire;
  /**
   * Resolves when the port is open, rejects when it cannot be had; port 0 takes any that is free. `failed` is told what
   * goes wrong later, such as a wire that could not be accepted.
   */
  listen(
    host: string,
    port: number,
    accept: (wire: Wire) => void,
    failed: (error: Error) => void,
  ): Promise<Port>;
}

export interface World extends Nature, Network {}
