/**
 * Goal: the messages to a client are Redis' own bytes, and none comes after the client has gone.
 * Method: a client that keeps what is pushed to it; the expected bytes were recorded from redis-server 7.0.15.
 */
import test from "ava";
import { encodeReply, type Reply } from "../../../proto/reply.ts";
import { storedKey } from "../../../server/store/database-key.ts";
import {
  type Redirect,
  TrackingClient,
  type TrackingMode,
} from "../../../server/tracking/tracking-client.ts";
import { turn } from "../fakes.ts";

const DEFAULT: TrackingMode = {
  bcast: false,
  optin: false,
  optout: false,
  noloop: false,
  redirect: 0,
  prefixes: [],
};

function setUp(mode: Partial<TrackingMode> = {}) {
  const pushed: Reply[] = [];
  const atOnce: boolean[] = [];
  const push = (message: Reply, isAtOnce = false) => {
    pushed.push(message);
    atOnce.push(isAtOnce);
  };
  const redirected: string[] = [];
  const state = { isThere: true };
  const redirect: Redirect = async (id, keys) => {
    redirected.push(`${id} ${keys?.join() ?? "*"}`);
    return state.isThere;
  };
  const client = new TrackingClient({ id: 7, push }, { ...DEFAULT, ...mode }, redirect);
  const take = (protocol: 2 | 3) =>
    pushed.splice(0).map((message) => encodeReply(message, protocol).toString("latin1"));
  return { client, take, atOnce, redirected, state };
}

test("a key is a message of its own, whatever its bytes", (t) => {
  const { client, take } = setUp();
  client.invalidate(Buffer.from("a"), false);
  client.invalidate(storedKey(0, Buffer.from([0, 255, 13, 10])), false);
  t.deepEqual(take(3), [
    ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n",
    ">2\r\n$10\r\ninvalidate\r\n*1\r\n$4\r\n\0\xff\r\n\r\n",
  ]);
});

test("the message to drop all copies has null in place of keys, and replaces the keys gathered before", (t) => {
  const { client, take } = setUp({ bcast: true, prefixes: [""] });
  client.gather("a", false);
  client.invalidateAll(false);
  client.flush();
  t.deepEqual(take(3), [">2\r\n$10\r\ninvalidate\r\n_\r\n"]);
});

test("a client that speaks RESP2 gets no byte", (t) => {
  const { client, take } = setUp();
  client.invalidate(Buffer.from("a"), false);
  client.invalidateAll(false);
  t.deepEqual(take(2), ["", ""]);
});

test("in BCAST mode the keys of a turn are one sorted message a prefix", (t) => {
  const { client, take } = setUp({ bcast: true, prefixes: ["b:", "a:"] });
  t.true(client.gather("a:2", false));
  t.false(client.gather("b:1", false));
  t.false(client.gather("a:1", false));
  client.invalidate(Buffer.from("a:1"), false);
  t.deepEqual(take(3), []);
  client.flush();
  t.deepEqual(take(3), [
    ">2\r\n$10\r\ninvalidate\r\n*2\r\n$3\r\na:1\r\n$3\r\na:2\r\n",
    ">2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\nb:1\r\n",
  ]);
  client.flush();
  t.deepEqual(take(3), []);
});

test("a client that has gone gets no message", (t) => {
  const { client, take } = setUp({ bcast: true, prefixes: [""] });
  client.gather("a", false);
  client.isGone = true;
  client.flush();
  client.invalidateAll(false);
  client.mode = DEFAULT;
  client.invalidate(Buffer.from("a"), false);
  t.deepEqual(take(3), []);
});

for (const [mode, caching, remembers] of [
  [{}, false, true],
  [{ optin: true }, false, false],
  [{ optin: true }, true, true],
  [{ optout: true }, false, true],
  [{ optout: true }, true, false],
] as const) {
  test(`keys are ${remembers ? "" : "not "}noted: ${JSON.stringify(mode)}, CLIENT CACHING ${caching ? "said" : "not said"}`, (t) => {
    const { client } = setUp(mode);
    client.caching = caching;
    t.is(client.remembers, remembers);
  });
}

test("a client hears of its own change behind the reply only, of another client's change also at once", (t) => {
  const { client, atOnce } = setUp();
  client.invalidate(Buffer.from("a"), true);
  client.invalidate(Buffer.from("a"), false);
  client.invalidateAll(true);
  client.mode = { ...DEFAULT, bcast: true, prefixes: [""] };
  client.gather("a", false);
  client.gather("b", true);
  client.flush();
  client.gather("a", false);
  client.flush();
  t.deepEqual(atOnce, [false, true, false, false, true]);
});

test("with REDIRECT another client gets the messages; when it has gone, this one hears so in RESP3, each time", async (t) => {
  const { client, take, redirected, state } = setUp({ redirect: 9 });
  client.invalidate(Buffer.from("a"), true);
  client.invalidateAll(false);
  await turn();
  t.deepEqual([redirected, take(3), client.isBroken], [["9 a", "9 *"], [], false]);
  state.isThere = false;
  for (let i = 0; i < 2; i++) client.invalidate(Buffer.from("a"), false);
  await turn();
  t.deepEqual(take(3), Array(2).fill(">2\r\n$21\r\ntracking-redir-broken\r\n:9\r\n"));
  t.true(client.isBroken);
  client.invalidate(Buffer.from("a"), false);
  await turn();
  t.deepEqual(take(2), [""]);
  client.mode = { ...DEFAULT, redirect: 10 };
  t.false(client.isBroken, "another CLIENT TRACKING ON begins anew");
});
