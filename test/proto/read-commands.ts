/**
 * What a reader makes of given bytes, as plain values that tests can compare.
 *
 * Owns the loop around CommandReader and the ways to cut a stream. Texts are latin1 here: one character a byte.
 */

import type { ReaderLimits } from "../../proto/command-header.ts";
import { COMMAND, CommandReader, DROP, NEED_MORE } from "../../proto/command-reader.ts";

export const LIMITS: ReaderLimits = {
  maxArgs: 1024 * 1024,
  maxBulkBytes: 512 * 1024 * 1024,
  maxCommandBytes: 1024 * 1024 * 1024,
  maxInlineBytes: 64 * 1024,
};

export interface Reading {
  /** The arguments of each command; after a GET of one key there is a last one, "(get)". */
  readonly commands: readonly (readonly string[])[];
  /** "more", "drop", or the protocol error. */
  readonly end: string;
  readonly pendingBytes: number;
}

export function bytes(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** A command as clients send it. */
export function command(...args: string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("")}`;
}

/** The chunks come as from a socket: to where the reader wants them, as far as it says. */
export function read(chunks: Iterable<Buffer>, limits: ReaderLimits = LIMITS): Reading {
  const reader = new CommandReader(limits);
  const commands: string[][] = [];
  let result: number = NEED_MORE;
  for (const chunk of chunks) {
    let at = 0;
    do {
      const rest = chunk.subarray(at);
      const { room } = reader;
      const lent = room === undefined ? Buffer.from(rest) : room.subarray(0, rest.copy(room));
      reader.push(lent);
      at += lent.length;
      while ((result = reader.next()) === COMMAND) commands.push(taken(reader));
      // A reader that keeps a view on its chunk fails. The room is its own.
      if (room === undefined) lent.fill(0x2a);
    } while (at < chunk.length && result === NEED_MORE);
    if (result !== NEED_MORE) break;
  }
  const end = result === NEED_MORE ? "more" : result === DROP ? "drop" : reader.error;
  return { commands, end, pendingBytes: reader.pendingBytes };
}
/** The arguments through redis-parser. Throws if the offsets say something else. */
function taken(reader: CommandReader): string[] {
  const args = reader.args().map((arg) => arg.toString("latin1"));
  const byOffsets = args.map((_, i) => reader.bytes.toString("latin1", reader.argStart[i], reader.argEnd[i]));
  if (reader.argc !== args.length || byOffsets.some((arg, i) => arg !== args[i])) {
    throw new Error(`offsets say ${JSON.stringify(byOffsets)}, args() says ${JSON.stringify(args)}`);
  }
  return reader.isGet ? [...args, "(get)"] : args;
}

export function* pieces(stream: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < stream.length; at += size) yield stream.subarray(at, at + size);
}

/** Cuts at the given positions, which may be in any order and beyond the end. */
export function cutAt(stream: Buffer, positions: readonly number[]): Buffer[] {
  const cuts = [0, ...positions.map((at) => Math.min(at, stream.length)), stream.length].sort(
    (a, b) => a - b,
  );
  return cuts.slice(1).map((to, i) => stream.subarray(cuts[i], to));
}

/** The most memory that a reader may take when so many bytes of a command have come that is announced to be long. */
export function mostCapacity(bytesThatCame: number): number {
  return bytesThatCame < 1 << 14 ? Math.max(64, 2 * bytesThatCame) : 20 * bytesThatCame + 4096;
}
