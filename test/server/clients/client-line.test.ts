/**
 * Goal: a client's line says where it comes from and what it is in the middle of, in Redis' letters and order.
 * Method: connections on sockets without a kernel, put into each state; lines in any order.
 */
import test from "ava";
import { OK } from "../../../proto/reply.ts";
import { addressesOf, byId, describeConnection } from "../../../server/clients/client-line.ts";
import { command } from "../../proto/read-commands.ts";
import { key, turn } from "../fakes.ts";
import { setUp } from "./connection-rig.ts";
import { TestSocket } from "./test-socket.ts";

type Rig = ReturnType<typeof setUp>;

function fieldsOf({ connection }: Rig): Record<string, string> {
  const fields = describeConnection(connection).split(" ");
  return Object.fromEntries(fields.map((field) => field.split("=") as [string, string]));
}

/** The fields of a client whose session has been changed. */
function fieldsAfter(change: (session: Rig["connection"]["session"]) => void): Record<string, string> {
  const rig = setUp();
  change(rig.connection.session);
  return fieldsOf(rig);
}

test("a new client has an address, an age, and nothing else", (t) => {
  const rig = setUp();
  rig.time.advance(2999);
  t.like(fieldsOf(rig), {
    ...{ id: "1", addr: "127.0.0.1:4711", laddr: "10.0.0.1:6390", name: "", age: "2", idle: "2" },
    ...{ flags: "N", sub: "0", psub: "0", ssub: "0", multi: "-1", watch: "0", qbuf: "0", omem: "0" },
    ...{ "tot-mem": "0", cmd: "NULL", user: "default", redir: "-1", resp: "2" },
  });
});

test("what a client has said, has not sent whole and has not been sent shows", async (t) => {
  const rig = setUp();
  Object.assign(rig.connection, { name: "me", libName: "lib", libVersion: "1.2", protocol: 3 });
  rig.connection.session.user = "admin";
  rig.socket.arrive(`${command("LATER", "a") + command("ECHO", "abc")}*1\r\n$4`);
  await turn();
  t.like(fieldsOf(rig), {
    ...{ name: "me", "lib-name": "lib", "lib-ver": "1.2", resp: "3", user: "admin" },
    ...{ qbuf: "6", "qbuf-free": "58", obl: "9", oll: "0", omem: "0", events: "rw", "tot-mem": "73" },
  });
});

test("transactions, subscriptions and the rest show in flags and figures", (t) => {
  t.like(
    fieldsAfter((session) => session.beginTransaction()),
    { flags: "x", multi: "0" },
  );
  const queued = fieldsAfter((session) => {
    session.watched = { keys: 2, bytes: 10 };
    for (const name of ["a", "b"]) session.addSubscription("channels", name);
    session.addSubscription("patterns", "c");
    session.beginTransaction();
    const ping = { name: "ping", flags: [], args: [key("PING")] };
    for (let i = 0; i < 2; i++) session.transaction!.add(ping);
  });
  t.like(queued, { flags: "Px", sub: "2", psub: "1", ssub: "0", multi: "2", "multi-mem": "8", watch: "2" });
  t.true(Number(queued["tot-mem"]) > Number(queued["multi-mem"]));
  const flags = { isMonitor: true, isHeld: true, noEvict: true, noTouch: true } as const;
  t.is(fieldsAfter((session) => Object.assign(session, flags)).flags, "ObeT");
  t.like(
    fieldsAfter((session) => Object.assign(session, { tracking: "prefixes" })),
    { flags: "tB", redir: "0" },
  );
});

test("while a command runs, its bytes and its words count", async (t) => {
  const rig = setUp();
  const lines: Record<string, string>[] = [];
  rig.host.execute = () => {
    lines.push(fieldsOf(rig));
    return OK;
  };
  rig.socket.arrive(command("ECHO", "abc") + command("ECHO", "d"));
  await turn();
  const whole = String((command("ECHO", "abc") + command("ECHO", "d")).length);
  t.deepEqual(
    lines.map(({ qbuf, "argv-mem": argv }) => [qbuf, argv]),
    [
      [whole, "7"],
      [whole, "5"],
    ],
  );
  t.like(fieldsOf(rig), { qbuf: "0", "qbuf-free": "0", "argv-mem": "0" });
});

test("more than 16 KiB of waiting replies are in blocks, as in Redis", async (t) => {
  const rig = setUp();
  rig.socket.arrive(command("LATER", "a") + command("ECHO", "x".repeat(40_000)));
  await turn();
  t.like(fieldsOf(rig), { obl: "16384", oll: "2", omem: String(40_000 + "$40000\r\n\r\n".length - 16_384) });
});

test("addresses are those of Redis, of a socket that is gone too", (t) => {
  t.is(addressesOf(new TestSocket("::1").asSocket).addr, "[::1]:4711");
  const gone = Object.assign(new TestSocket().asSocket, { remoteAddress: undefined });
  t.is(addressesOf(gone).addr, "?:0");
});

test("lines are in the order of ids, not of letters", (t) => {
  t.deepEqual(["id=10 a", "id=9 b", "id=1 c"].sort(byId), ["id=1 c", "id=9 b", "id=10 a"]);
});
