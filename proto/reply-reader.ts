/**
 * The replies of a node, as a client reads them: redis-parser behind one function.
 *
 * Owns the form of a reply in RESP2: bytes, a whole number, null, a list of these, or an error. Holds what has not come
 * whole. Knows no command.
 */
import RedisParser from "redis-parser";

/** What stands for an error in a reply. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
}

export type ReadReply = Buffer | string | number | null | ReplyError | readonly ReadReply[];

/** Takes chunks; hands each whole reply to `replied`, and bytes that are no RESP to `failed`. */
export function replyReader(
  replied: (reply: ReadReply) => void,
  failed: (error: Error) => void,
): (chunk: Buffer) => void {
  const parser = new RedisParser({
    returnBuffers: true,
    returnReply: (reply: unknown) => replied(reply as ReadReply),
    returnError: (error: Error) => replied(new ReplyError(error.message)),
    returnFatalError: failed,
  });
  return (chunk) => parser.execute(chunk);
}
