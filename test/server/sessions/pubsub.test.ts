/**
 * Goal: a message reaches its listeners and no other client; a client that listens no longer leaves nothing behind.
 * Method: connections that note what is pushed to them and what they are told of themselves.
 */
import test from "ava";
import { encodeReply, type Reply } from "../../../proto/reply.ts";
import type { Connection } from "../../../server/clients/connection.ts";
import { Session } from "../../../server/clients/session.ts";
import { PubSub } from "../../../server/sessions/pubsub.ts";
import { key } from "../fakes.ts";

function listener(protocol: 2 | 3 = 2) {
  const pushed: Reply[] = [];
  const connection = {
    session: new Session(),
    protocol,
    push: (message: Reply) => pushed.push(message),
  } as unknown as Connection;
  return { connection, pushed };
}

test("a client that listens by name and by pattern gets a message for each, encoded once for all clients", (t) => {
  const pubSub = new PubSub();
  const [one, two] = [listener(), listener()];
  pubSub.subscribe("channels", "news", one.connection);
  pubSub.subscribe("channels", "news", two.connection);
  pubSub.subscribe("patterns", "n*", two.connection);
  pubSub.subscribe("shards", "news", one.connection);
  t.is(pubSub.publish("channels", key("news"), key("hi")), 3);
  t.is(pubSub.publish("shards", key("news"), key("hi")), 1);
  t.is(pubSub.publish("channels", key("none"), key("hi")), 1);
  t.is(pubSub.publish("channels", key("other"), key("hi")), 0);
  t.is(one.pushed[0], two.pushed[0]);
  t.is(
    String(encodeReply(two.pushed[1]!, 2)),
    "*4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$2\r\nhi\r\n",
  );
});

test("a subscription counts once, and hits are not answered in place while there is one", (t) => {
  const pubSub = new PubSub();
  const { connection } = listener(3);
  const { special } = connection.session;
  pubSub.subscribe("channels", "a", connection);
  pubSub.subscribe("channels", "a", connection);
  pubSub.subscribe("patterns", "a", connection);
  t.is(pubSub.counts().channels.get("a"), 1);
  pubSub.unsubscribe("channels", "a", connection);
  pubSub.unsubscribe("channels", "never", connection);
  t.false(special.plain);
  pubSub.unsubscribe("patterns", "a", connection);
  t.true(special.plain);
});

test("a client that is forgotten leaves nothing behind", (t) => {
  const pubSub = new PubSub();
  const { connection, pushed } = listener();
  for (const kind of ["channels", "patterns", "shards"] as const) pubSub.subscribe(kind, "a", connection);
  pubSub.forget(connection);
  t.is(pubSub.publish("channels", key("a"), key("x")), 0);
  t.deepEqual(pushed, []);
  t.deepEqual(
    Object.values(pubSub.counts()).map((names) => names.size),
    [0, 0, 0],
  );
  t.is(connection.session.keptBytes, 0);
});
