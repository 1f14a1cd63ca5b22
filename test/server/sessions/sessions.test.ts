/**
 * Goal: a question for all clients reaches every thread, and MONITOR is over when its last client has gone.
 * Method: threads that note what they are asked and answer what the test says.
 */
import test from "ava";
import type { AnyClient } from "../../../server/sessions/any-client.ts";
import { Sessions } from "../../../server/sessions/sessions.ts";
import type { AnswerTo, Question } from "../../../server/sessions/thread-questions.ts";
import { ThreadSessions } from "../../../server/sessions/thread-sessions.ts";
import { FakeTime } from "../fake-time.ts";
import { key } from "../fakes.ts";

function setUp(answers: Partial<Record<Question["what"], AnswerTo<Question>[]>> = {}) {
  const asked: Question[] = [];
  const told: string[] = [];
  const here = new ThreadSessions({
    conf: { slowlogMicros: 0, slowlogEntries: 10 },
    nextSlowId: () => 7,
    world: new FakeTime(),
    wallMs: () => 1000,
    connections: () => [],
    client: () => undefined,
    seen: () => {},
    denied: () => {},
  });
  const sessions = new Sessions({
    here,
    wallMs: () => 1_700_000_000_000,
    askWorkers: async (question) => {
      asked.push(question);
      return (answers[question.what] ?? []) as never[];
    },
    tellMembers: ({ isShard, channel, message }) => told.push(`${isShard} ${channel} ${message}`),
  });
  const client = (id: number) => {
    const pushed: unknown[] = [];
    const state: AnyClient = { id, closeAfterReplies: () => {}, push: (message) => pushed.push(message) };
    return { state, pushed };
  };
  return { asked, told, here, sessions, client };
}

test("lines go to all clients that say MONITOR; threads hear of the first and of the last one", async (t) => {
  const { asked, here, sessions, client } = setUp();
  const [one, two] = [client(1), client(2)];
  await sessions.monitor(one.state);
  await sessions.monitor(two.state);
  sessions.seen("line");
  t.deepEqual([one.pushed.length, two.pushed.length], [1, 1]);
  sessions.forget(1);
  t.true(here.isObserved);
  t.deepEqual(sessions.standing, [{ what: "watch commands", isOn: true }]);
  sessions.forget(2);
  sessions.forget(2);
  t.false(here.isObserved);
  t.deepEqual(sessions.standing, []);
  t.deepEqual(asked.at(-1), { what: "watch commands", isOn: false });
});

test("states of the clients of all threads are added up, refusals of all threads are in one log", async (t) => {
  const states = { held: 1, subscribed: 2, watching: 3 };
  const { sessions } = setUp({ "client states": [states, states] });
  t.deepEqual(await sessions.clientStates(), { held: 2, subscribed: 4, watching: 6 });
  sessions.denied({ reason: "auth", context: "toplevel", object: "AUTH", username: "bob", client: "id=1" });
  t.like(sessions.aclLog.entries[0], { username: "bob", count: 1, createdMs: 1_700_000_000_000 });
});

test("figures of all threads are added up", async (t) => {
  const counts = { channels: new Map([["a", 2]]), patterns: new Map(), shards: new Map() };
  const { sessions } = setUp({ publish: [2, 3], kill: [1, 0], subscriptions: [counts, counts] });
  t.is(await sessions.publish("channels", key("a"), key("x")), 5);
  t.is(await sessions.kill({ self: 1, skipsSelf: true }), 1);
  t.deepEqual(await sessions.subscriptions("channels"), new Map([["a", 4]]));
});

test("what is published goes to the members once; what they publish, and what is announced, goes to no member", async (t) => {
  const { sessions, told, asked } = setUp({ publish: [1] });
  await sessions.publish("shards", key("a"), key("x"));
  await sessions.announce("channels", key("b"), key("y"));
  const message = key("z");
  sessions.heard({ isShard: true, channel: key("c"), message });
  message.fill(0);
  t.deepEqual(told, ["true a x"]);
  const publish = asked.filter((question) => question.what === "publish");
  t.deepEqual(
    publish.map((question) => `${question.kind} ${question.channel} ${question.message}`),
    ["shards a x", "channels b y", "shards c z"],
  );
});

test("a pause holds on all threads, those that start later too, until it is ended", async (t) => {
  const { asked, here, sessions } = setUp();
  await sessions.pause("write", 1e6);
  t.true(here.isObserved);
  t.deepEqual(sessions.standing, [{ what: "pause", mode: "write", ms: 1e6 }]);
  await sessions.unpause();
  t.false(here.isObserved);
  t.deepEqual(
    asked.map(({ what }) => what),
    ["pause", "unpause"],
  );
});

test("every listener hears which client is to be forgotten", (t) => {
  const { sessions } = setUp();
  const told: number[] = [];
  sessions.onGone((client) => told.push(client));
  sessions.forget(7);
  t.deepEqual(told, [7]);
});
