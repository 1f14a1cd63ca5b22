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
    assert(reply === undefined, "one command gave two replies");
    reply = value;
  },
  returnError(error) {
    reply = error;
  },
});

/** The arguments of `command` as views into it. Throws when the parser disagrees with the scanner: a bug of ours. */
export function parseArgs(command: Buffer, argc: number): Buffer[] {
  reply = undefined;
  parser.execute(command);
  const args = reply;
  reply = undefined;
  const leftover = (parser as unknown as { buffer: Buffer | null }).buffer;
  if (leftover !== null) parser.reset();
  assert(leftover === null, "redis-parser kept bytes of a whole command");
  assert(Array.isArray(args) && args.length === argc, "redis-parser and the scanner disagree");
  return args as Buffer[];
}
