/**
 * Goal: what is asked of a thread is done to the clients that are meant, all of them.
 * Method: connections that note what is done to them.
 */
import test from "ava";
import type { Connection } from "../../../server/clients/connection.ts";
import { Session } from "../../../server/clients/session.ts";
import { ThreadSessions } from "../../../server/sessions/thread-sessions.ts";
import { FakeTime } from "../fake-time.ts";
import { key } from "../fakes.ts";

function setUp() {
  const done: string[] = [];
  const lines: string[] = [];
  const connection = (id: number) =>
    ({
      id,
      session: new Session(),
      protocol: 2,
      socket: {
        ...{ remoteAddress: "10.0.0.9", remotePort: id, localAddress: "::1", localPort: 6390 },
        destroy: () => done.push(`${id} destroyed`),
      },
      createdMs: -1000 * id,
      closeAfterReplies: () => done.push(`${id} closes`),
      push: () => done.push(`${id} pushed`),
    }) as unknown as Connection;
  const connections = [connection(1), connection(2), connection(3)];
  const sessions = new ThreadSessions({
    conf: { slowlogMicros: 0, slowlogEntries: 10 },
    nextSlowId: () => 7,
    world: new FakeTime(),
    wallMs: () => 1_700_000_000_123.456,
    connections: () => connections,
    client: (id) => connections.find((each) => each.id === id),
    seen: (line) => lines.push(line),
    denied: () => {},
  });
  const kill = (filter: object) => {
    done.length = 0;
    const count = sessions.answer({ what: "kill", filter: { self: 1, skipsSelf: true, ...filter } });
    return [count, ...done];
  };
  return { done, lines, connections, sessions, kill };
}

test("kill closes the clients that every condition fits; the one that asks closes after its reply", (t) => {
  const { connections, sessions, kill } = setUp();
  t.deepEqual(kill({}), [2, "2 destroyed", "3 destroyed"]);
  t.deepEqual(kill({ skipsSelf: false, id: 1 }), [1, "1 closes"]);
  t.deepEqual(kill({ id: 1 }), [0]);
  t.deepEqual(kill({ addr: "10.0.0.9:2" }), [1, "2 destroyed"]);
  t.deepEqual(kill({ addr: "10.0.0.9:2", id: 3 }), [0]);
  t.deepEqual(kill({ laddr: "[::1]:6390", id: 3 }), [1, "3 destroyed"]);
  t.deepEqual(kill({ laddr: "10.0.0.9:2" }), [0]);
  t.deepEqual(kill({ nobody: true }), [0]);
  connections[2]!.session.user = "admin";
  t.deepEqual(kill({ user: "admin" }), [1, "3 destroyed"]);
  sessions.pubSub.subscribe("channels", "a", connections[2]!);
  t.deepEqual(kill({ isSubscribed: true }), [1, "3 destroyed"]);
  t.deepEqual(kill({ isSubscribed: false }), [1, "2 destroyed"]);
});

test("no hit is answered in place while commands are watched or a pause lasts", (t) => {
  const { connections, sessions } = setUp();
  const arePlain = () => connections.map(({ session }) => session.special.plain);
  sessions.answer({ what: "watch commands", isOn: true });
  t.deepEqual(arePlain(), [false, false, false]);
  sessions.answer({ what: "pause", mode: "all", ms: 1e6 });
  sessions.answer({ what: "watch commands", isOn: false });
  t.deepEqual(arePlain(), [false, false, false]);
  sessions.answer({ what: "unpause" });
  t.deepEqual(arePlain(), [true, true, true]);
  t.false(sessions.isObserved);
});

test("messages come as bytes of another thread, and are counted", (t) => {
  const { connections, done, sessions } = setUp();
  sessions.pubSub.subscribe("channels", "a", connections[0]!);
  const [channel, message] = [Uint8Array.from(key("a")), Uint8Array.from(key("x"))];
  t.is(sessions.answer({ what: "publish", kind: "channels", channel, message }), 1);
  t.is(done.at(-1), "1 pushed");
  t.is(sessions.answer({ what: "subscriptions" }).channels.get("a"), 1);
});

test("a command is shown with the address of its client, and only while commands are watched", (t) => {
  const { connections, lines, sessions } = setUp();
  sessions.show([key("GET"), key("a")], connections[1]!);
  t.deepEqual(lines, [], "nobody says MONITOR");
  sessions.answer({ what: "watch commands", isOn: true });
  sessions.show([key("GET"), key("a")], connections[1]!);
  t.deepEqual(lines, ['1700000000.123456 [0 10.0.0.9:2] "GET" "a"']);
});
