/**
 * The arguments of a command, by redis-parser.
 *
 * Owns the one parser of this thread. Keeps the invariant that makes it safe: the parser gets one whole, checked command
 * at a time (an array of bulk strings, with nothing before or behind it). So it never waits for bytes, never meets a
 * wrong length, and holds nothing between two calls. With a client's raw bytes it could crash the process or lose its
 * place in them (DESIGN.md).
 */
import assert from "node:assert";
import RedisParser from "redis-parser";

let reply: unknown;

const parser = new RedisParser({
  returnBuffers: true,
  returnReply(value: unknown) {
    // A second reply to one command makes the result null, which parseArgs refuses.
    reply = reply === undefined ? value : null;
  },
  returnError(error) {
    reply = error;
  },
});

/** The parser's `buffer` is null between two calls, unless it waits for the rest of a command. */
const parserState = parser as unknown as { readonly buffer: Buffer | null };

/** The arguments of `command`, as views on it. Throws if the parser disagrees with the scanner, which is a bug here. */
export function parseArgs(command: Buffer, argc: number): Buffer[] {
  reply = undefined;
  parser.execute(command);
  const args = reply as unknown;
  reply = undefined;
  if (!Array.isArray(args) || args.length !== argc || parserState.buffer !== null) {
    parser.reset();
    assert.fail("redis-parser and the scanner disagree about a command");
  }
  return args;
}
