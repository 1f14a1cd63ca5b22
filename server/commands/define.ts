/**
 * Makes a command from its facts and its function, and the table from all commands.
 *
 * Invariant: each name in facts.ts has exactly one command. The compiler refuses a command without facts; tableOf
 * refuses facts without a command, and a second command of one name.
 */
import type { Command, CommandTable, Work } from "./command.ts";
import { type CommandName, FACTS } from "./facts.ts";

/** The command of this full name. A bare container, which only holds subcommands, needs no function. */
export function define(name: CommandName, work: Work = {}): Command {
  return { name, ...FACTS[name], ...work };
}

/** The table of all commands, in the order of their facts. Subcommands are in their containers. */
export function tableOf(defined: readonly Command[]): CommandTable {
  const inOrder = Object.keys(FACTS).map((name) => {
    const [command, another] = defined.filter((each) => each.name === name);
    if (command === undefined) throw new Error(`'${name}' has facts, and no command`);
    if (another !== undefined) throw new Error(`'${name}' is defined twice`);
    return command;
  });
  const table = new Map<string, Command>();
  for (const command of inOrder) {
    if (command.name.includes("|")) continue;
    const prefix = `${command.name}|`;
    const inside = inOrder.filter(({ name }) => name.startsWith(prefix));
    const subcommands = new Map(inside.map((sub) => [sub.name.slice(prefix.length), sub]));
    table.set(command.name, inside.length === 0 ? command : { ...command, subcommands });
  }
  return table;
}
