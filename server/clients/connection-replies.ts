/**
 * What a connection makes of the answer to a command: its bytes, whatever the command has returned, or silence.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, encodeReply, Push, type Reply, Several } from "../../proto/reply.ts";
import type { Answer } from "../commands/command.ts";
import type { Connection } from "./connection.ts";
import type { Silence } from "./session.ts";

/** What cannot be encoded is a broken invariant, and no reason to end the process with all its clients. */
export function encodeFor(connection: Connection, reply: Reply, protocol: 2 | 3): Buffer {
  try {
    return encodeReply(reply, protocol);
  } catch (error) {
    return internalError(connection, error);
  }
}

/** Reports a broken invariant; what its client gets. */
export function internalError(connection: Connection, error: unknown): Buffer {
  connection.host.failed(connection, error);
  return encodeReply(new ErrorReply(errors.internal), 2);
}

/** CLIENT REPLY; undefined: everything is replied to. */
export function setSilence(connection: Connection, silence: Silence | undefined): void {
  connection.session.silence = silence;
  connection.setReason("silent", silence !== undefined);
}

/** Whether the command that has just been executed gets no reply; subscribing is confirmed all the same. */
export function takeSilence(connection: Connection, answer: Answer): boolean {
  const { silence } = connection.session;
  if (silence === "this") setSilence(connection, undefined);
  return (silence === "this" || silence === "always") && !isConfirmation(answer);
}

function isConfirmation(answer: Answer): boolean {
  return answer instanceof Push || answer instanceof Several;
}
