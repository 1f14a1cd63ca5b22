/**
 * From facts and functions to commands, and from commands to the table.
 *
 * Invariant: every command has facts, as the compiler holds; every fact has a command, and no command is there twice,
 * as the table holds when it is made.
 */
import type { Command, CommandTable, Work } from "./command.ts";
import { type CommandName, FACTS } from "./facts.ts";

/** The command with the facts of this full name. A container whose bare name does nothing needs no function. */
export function define(name: CommandName, work: Work = {}): Command {
  return { name, ...FACTS[name], ...work };
}

/** The table of these commands, in the order of their facts, with subcommands in their containers. */
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
