/**
 * Goal: what a client has the server keep is counted, all of it.
 * Method: a session with each kind of thing in it.
 */
import test from "ava";
import { Session } from "../../../server/clients/session.ts";
import { Transaction } from "../../../server/clients/transaction.ts";

test("what is kept is the sum of all kinds, and no more of it may be than is allowed", (t) => {
  const session = new Session();
  t.is(session.keptBytes, 0);
  session.watched = { keys: 1, bytes: 100 };
  session.transaction = Object.assign(new Transaction(), { bytes: 50 });
  t.is(session.keptBytes, 150);
  t.true(session.mayKeep(50, 200));
  t.false(session.mayKeep(51, 200));
});
