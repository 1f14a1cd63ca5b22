/**
 * Goal: a client gets a reply to its command also when the command throws.
 * Method: commands that answer, throw and reject, on a connection that notes what it is told.
 */
import test from "ava";
import { Encoded, ErrorReply, OK, type Reply } from "../../../proto/reply.ts";
import type { Command, LocalContext } from "../../../server/commands/command.ts";
import { perform } from "../../../server/commands/perform.ts";
import { ThreadSessions } from "../../../server/sessions/thread-sessions.ts";
import { FakeClock, key, worldAt } from "../fakes.ts";

function setUp() {
  const logged: string[] = [];
  const connection = { lastCommand: "", name: "me", socket: {} };
  const conf = { slowlogMicros: 500, slowlogEntries: 10 };
  const clock = new FakeClock();
  const sessions = new ThreadSessions({
    ...{
      conf,
      world: worldAt(clock.read),
      wallMs: clock.read,
      nextSlowId: () => 7,
      connections: () => [],
      client: () => undefined,
      seen: () => {},
      denied: () => {},
    },
  });
  const onNode: string[] = [];
  const context = {
    connection,
    sessions,
    log: {
      isLevelEnabled: () => false,
      error: ({ err, command }: { err: Error; command: string }) => logged.push(`${command}: ${err.message}`),
    },
    runOnNode: ({ name }: Command) => {
      onNode.push(name);
      return OK;
    },
  } as unknown as LocalContext;
  const run = (local?: Command["local"]) =>
    perform(
      {
        command: { name: "main|sub", flags: [], local } as unknown as Command,
        args: [key("main"), key("sub")],
      },
      context,
    );
  return { logged, connection, onNode, run, clock, sessions, conf };
}

test("a command with `local` runs here, any other command where the node is", (t) => {
  const { run, onNode, connection } = setUp();
  t.is(
    run(() => 7),
    7,
  );
  t.deepEqual(onNode, []);
  t.is(run(), OK);
  t.deepEqual(onNode, ["main|sub"]);
  t.is(connection.lastCommand, "main|sub");
});

test("calls, time and errors are counted; a slow command is kept with copies of its words", async (t) => {
  const { run, clock, sessions, conf } = setUp();
  const slowly = (reply: Reply) => async (args: readonly Buffer[]) => {
    clock.advance(1);
    await undefined;
    args[1]!.fill(0);
    clock.advance(2);
    return reply;
  };
  run(() => 1);
  await run(slowly(OK));
  await run(slowly(new ErrorReply("ERR")));
  await run(slowly(new Encoded(key("-ERR\r\n"))));
  t.like(sessions.stats.all.get("main|sub"), { calls: 4, micros: 9000, rejected: 0, failed: 2 });
  t.is(sessions.slowLog.entries.length, 3);
  t.like(sessions.slowLog.entries[0], { id: 7, micros: 3000, addr: "?:0", name: "me" });
  t.deepEqual(sessions.slowLog.entries[0]!.words.map(String), ["main", "sub"]);
  conf.slowlogMicros = -1;
  await run(slowly(OK));
  t.is(sessions.slowLog.entries.length, 3);
});

test("a command that throws or rejects is logged and answered", async (t) => {
  const { run, logged } = setUp();
  const internal = new ErrorReply("ERR internal error");
  t.deepEqual(
    run(() => {
      throw new Error("thrown");
    }),
    internal,
  );
  t.deepEqual(await run(() => Promise.reject(new Error("rejected"))), internal);
  t.deepEqual(logged, ["main|sub: thrown", "main|sub: rejected"]);
});
