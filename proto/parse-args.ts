/**
 * The only way to redis-parser.
 *
 * Owns the one parser of this thread and keeps the invariant that makes it safe: it is given nothing but a whole,
 * checked command (an array of bulk strings, nothing before it, nothing behind it), so it never has to wait for
 * bytes, never sees a length it would believe, and holds nothing between two calls. Fed with raw client bytes it
 * could be made to crash the process or to lose its place (see DESIGN.md).
 */
import assert from "node:assert";
import RedisParser from "redis-parser";

let reply: unknown;

const parser = new RedisParser({
  returnBuffers: true,
  returnReply(value: unknown) {
    // A second reply to one command would make a pair of what was the arguments' place.
    reply = reply === undefined ? value : null;
  },
  returnError(error) {
    reply = error;
  },
});

/** Not null between two calls: bytes that wait for the rest of a command. */
const parserState = parser as unknown as { readonly buffer: Buffer | null };

/** The arguments of `command` as views into it. Throws when the parser disagrees with the scanner: a bug of ours. */
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
