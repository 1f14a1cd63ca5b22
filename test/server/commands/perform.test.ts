/**
 * Goal: whatever a command does, its client gets a reply and nobody else notices.
 * Method: commands that answer, throw and reject, on a connection that notes what it is told.
 */
import test from "ava";
import { ErrorReply, OK } from "../../../proto/reply.ts";
import type { Command, LocalContext } from "../../../server/commands/command.ts";
import { perform } from "../../../server/commands/perform.ts";

function setUp() {
  const logged: string[] = [];
  const connection = { lastCommand: "" };
  const onNode: string[] = [];
  const context = {
    connection,
    log: {
      error: ({ err, command }: { err: Error; command: string }) => logged.push(`${command}: ${err.message}`),
    },
    runOnNode: ({ name }: Command) => {
      onNode.push(name);
      return OK;
    },
  } as unknown as LocalContext;
  const run = (local?: Command["local"]) =>
    perform({ command: { name: "sub", local } as Command, name: "main|sub", args: [] }, context);
  return { logged, connection, onNode, run };
}

test("what is the connection's own is done here, all else where the node is", (t) => {
  const { run, onNode, connection } = setUp();
  t.is(
    run(() => 7),
    7,
  );
  t.deepEqual(onNode, []);
  t.is(run(), OK);
  t.deepEqual(onNode, ["sub"]);
  t.is(connection.lastCommand, "main|sub");
});

test("what throws or rejects is logged and answered", async (t) => {
  const { run, logged } = setUp();
  const internal = new ErrorReply("ERR internal error");
  t.deepEqual(
    run(() => {
      throw new Error("thrown");
    }),
    internal,
  );
  t.deepEqual(await run(() => Promise.reject(new Error("rejected"))), internal);
  t.deepEqual(logged, ["sub: thrown", "sub: rejected"]);
});
