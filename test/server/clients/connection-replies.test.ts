/**
 * Goal: a command's client gets bytes, whatever the command has returned. Method: replies that cannot be encoded.
 */
import test from "ava";
import { Push, Several } from "../../../proto/reply.ts";
import { encodeOr, internalError, isConfirmation } from "../../../server/clients/connection-replies.ts";

test("what cannot be encoded is reported, and an error to its client", (t) => {
  const failed: unknown[] = [];
  const encode = (reply: number | null) => String(encodeOr((error) => failed.push(error), reply, 3));
  t.is(encode(null), "_\r\n");
  t.is(encode(0.5), "-ERR internal error\r\n");
  t.is(String(internalError()), "-ERR internal error\r\n");
  t.deepEqual(failed.map(String), ["RangeError: not an integer reply: 0.5"]);
});

test("a confirmation of one subscription or of several is told from other replies", (t) => {
  const confirmation = new Push(["subscribe", "a", 1]);
  t.true(isConfirmation(confirmation));
  t.true(isConfirmation(new Several([confirmation])));
  t.false(isConfirmation(null));
  t.false(isConfirmation(Promise.resolve(confirmation)));
});
