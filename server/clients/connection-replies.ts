/**
 * The bytes of a reply, whatever a command has returned.
 */

import { errors } from "../../proto/error-texts.ts";
import { type Answer, ErrorReply, encodeReply, Push, type Reply, Several } from "../../proto/reply.ts";

/** A reply that cannot be encoded is a broken invariant: it is told to `failed`, and the client gets an error. */
export function encodeOr(failed: (error: unknown) => void, reply: Reply, protocol: 2 | 3): Buffer {
  try {
    return encodeReply(reply, protocol);
  } catch (error) {
    failed(error);
    return internalError();
  }
}

/** What a client gets in place of a reply when an invariant is broken. */
export function internalError(): Buffer {
  return encodeReply(new ErrorReply(errors.internal), 2);
}

/** Whether this confirms a subscription, which is sent even to a client that wants no replies. */
export function isConfirmation(answer: Answer): boolean {
  return answer instanceof Push || answer instanceof Several;
}
