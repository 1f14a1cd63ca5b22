/**
 * Goal: every command of the table does something, and each command that needs the node has a number for threads.
 * Method: the table.
 */
import test from "ava";
import { COMMANDS, NODE_COMMANDS } from "../../../server/commands/table.ts";
import { startRig } from "../rig.ts";

test("every container answers HELP, as the error for an unknown subcommand says", async (t) => {
  const { ask } = await startRig(t);
  for (const [name, { subcommands }] of COMMANDS) {
    if (subcommands === undefined) continue;
    const unknown = await ask([name, "foo"]);
    t.is(unknown, `-ERR unknown subcommand 'foo'. Try ${name.toUpperCase()} HELP.\r\n`);
    const help = await ask([name, "HELP"]);
    t.true(help.startsWith(`*${2 * subcommands.size + 3}\r\n+${name.toUpperCase()} <subcommand>`), help);
    for (const [word, { summary }] of subcommands)
      t.true(help.includes(`\r\n+${word.toUpperCase()}\r\n+    ${summary}\r\n`));
  }
});

test("every command has a function, except bare containers", (t) => {
  for (const [name, { run, local, subcommands }] of COMMANDS)
    t.true(run !== undefined || local !== undefined || subcommands !== undefined, name);
});

test("each command and subcommand that needs the node is in the list for threads once", (t) => {
  const names = NODE_COMMANDS.map(({ name }) => name);
  t.true(
    ["get", "client|list", "carrot.peers", "carrot.peers|add", "caching-used"].every((name) =>
      names.includes(name),
    ),
  );
  t.false(names.includes("ping"));
  t.is(new Set(names).size, names.length);
  t.true(NODE_COMMANDS.includes(COMMANDS.get("carrot.peers")!));
});
