/**
 * Goal: a command's client gets bytes, or silence where it has asked for it, whatever the command has returned.
 * Method: a connection that notes what it is told.
 */
import test from "ava";
import { Push, Several } from "../../../proto/reply.ts";
import type { Connection } from "../../../server/clients/connection.ts";
import {
  encodeFor,
  internalError,
  setSilence,
  takeSilence,
} from "../../../server/clients/connection-replies.ts";
import { Session } from "../../../server/clients/session.ts";

function setUp() {
  const said: string[] = [];
  const connection = {
    session: new Session(),
    setReason: (reason: string, holds: boolean) => said.push(`${reason} ${holds}`),
    host: { failed: (_: unknown, error: Error) => said.push(error.message) },
  } as unknown as Connection;
  return { connection, said };
}

test("what cannot be encoded is reported, and an error to its client", (t) => {
  const { connection, said } = setUp();
  t.is(String(encodeFor(connection, null, 3)), "_\r\n");
  t.is(String(encodeFor(connection, 0.5, 2)), "-ERR internal error\r\n");
  t.is(String(internalError(connection, new Error("broken"))), "-ERR internal error\r\n");
  t.deepEqual(said, ["not an integer reply: 0.5", "broken"]);
});

test("silence for one command ends with it, silence for all does not", (t) => {
  const { connection, said } = setUp();
  t.false(takeSilence(connection, null));
  setSilence(connection, "next");
  t.false(takeSilence(connection, null), "CLIENT REPLY SKIP itself");
  connection.session.silence = "this";
  t.true(takeSilence(connection, null));
  t.false(takeSilence(connection, null));
  setSilence(connection, "always");
  t.true(takeSilence(connection, null));
  t.true(takeSilence(connection, null));
  t.deepEqual(said, ["silent true", "silent false", "silent true"]);
});

test("subscribing is confirmed to who wants no replies, and counts as the one that is not replied to", (t) => {
  const { connection } = setUp();
  const confirmation = new Push(["subscribe", "a", 1]);
  setSilence(connection, "always");
  t.false(takeSilence(connection, confirmation));
  t.false(takeSilence(connection, new Several([confirmation])));
  connection.session.silence = "this";
  t.false(takeSilence(connection, confirmation));
  t.false(takeSilence(connection, null));
});
