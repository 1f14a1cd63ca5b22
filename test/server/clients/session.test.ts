/**
 * Goal: what a client has the server keep is counted, all of it, and each state holds hits up exactly while it lasts.
 * Method: a session with each kind of thing in it.
 */
import test from "ava";
import { Encoded, OK, Push, Several } from "../../../proto/reply.ts";
import { Session } from "../../../server/clients/session.ts";
import { keptSize } from "../../../server/clients/transaction.ts";
import { key } from "../fakes.ts";

test("kept bytes are the sum of all kinds, and no more of them may be kept than is allowed", (t) => {
  const session = new Session();
  t.is(session.keptBytes, 0);
  session.watched = { keys: 1, bytes: 100 };
  session.beginTransaction();
  session.transaction!.add({ name: "echo", flags: [], args: [key("ECHO")] });
  const bytes = 100 + keptSize([key("ECHO")]);
  t.is(session.keptBytes, bytes);
  t.true(session.mayKeep(50, bytes + 50));
  t.false(session.mayKeep(51, bytes + 50));
});

test("a transaction is given out at its end, and only while it lasts hits are not answered in place", (t) => {
  const session = new Session();
  t.is(session.endTransaction(), undefined);
  t.true(session.special.plain);
  session.beginTransaction();
  t.false(session.special.plain);
  const { transaction } = session;
  t.is(session.endTransaction(), transaction);
  t.is(session.transaction, undefined);
  t.true(session.special.plain);
});

test("silence for one command ends with it, silence for all does not", (t) => {
  const session = new Session();
  const isSilent = () => {
    session.beginCommand();
    return session.endCommand(OK) === undefined;
  };
  t.false(isSilent());
  session.beginCommand();
  session.silence = "next";
  t.is(session.endCommand(OK), OK, "CLIENT REPLY SKIP itself");
  t.false(session.special.plain);
  t.true(isSilent());
  t.true(session.special.plain);
  t.false(isSilent());
  session.silence = "always";
  t.true(isSilent());
  t.true(isSilent());
  t.false(session.special.plain);
});

test("silence takes late replies too, and lets confirmations of subscriptions pass", async (t) => {
  const session = new Session();
  session.silence = "always";
  t.is(await session.endCommand(Promise.resolve(OK)), undefined);
  const confirmation = new Push(["subscribe", "a", 1]);
  const several = new Several([confirmation]);
  t.is(session.endCommand(confirmation), confirmation);
  t.is(session.endCommand(several), several);
  t.is(session.endCommand(null), undefined);
  const pushed = new Encoded(Buffer.from("reply"), Buffer.from("push"));
  t.deepEqual(await session.endCommand(Promise.resolve(pushed)), new Encoded(Buffer.from("push")));
});

test("a subscription counts once, and hits are not answered in place while there is one", (t) => {
  const session = new Session();
  session.addSubscription("channels", "a");
  const { keptBytes } = session;
  session.addSubscription("channels", "a");
  t.is(session.keptBytes, keptBytes);
  session.addSubscription("patterns", "a");
  session.deleteSubscription("channels", "a");
  session.deleteSubscription("channels", "never");
  t.false(session.special.plain);
  session.deleteSubscription("patterns", "a");
  t.true(session.special.plain);
  t.is(session.keptBytes, 0);
});
