/**
 * Goal: only commands that run whole can be asked of a member, their mistakes are errors, and a client's later commands
 * wait for its answer.
 */
import test from "ava";
import { startRig } from "../rig.ts";

const VERSION = { counter: 1, author: "other:1" };
const words = (line: string) => line.split(" ").map((word) => Buffer.from(word));

test("a member runs commands that run whole, and no others", async (t) => {
  const { node } = await startRig(t, ["group default loader none"]);
  const run = async (line: string) =>
    String((await node.cache.procedures.runForPeer(words(line), VERSION)).reply);
  t.is(await run("MSETNX a 1"), ":1\r\n");
  t.is(await run("RENAME a"), "-ERR wrong number of arguments for 'rename' command\r\n");
  t.regex(await run("FLUSHALL now"), /^-ERR unknown command 'FLUSHALL'/);
  t.regex(await run("nosuch"), /^-ERR unknown command 'nosuch'/);
});

test("a bug in a command is an error for the client and a line in the log", async (t) => {
  const { node, ask, log } = await startRig(t, ["group default loader none"]);
  Object.defineProperty(node.cache.here, "holdings", { value: undefined });
  t.is(await ask(["RENAME", "a", "b"]), "-ERR internal error\r\n");
  t.true(log.some(({ msg }) => msg === "a command broke an invariant"));
});
