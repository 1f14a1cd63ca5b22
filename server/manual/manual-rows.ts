/**
 * What the manual page and the completions have in common: every directive, subcommand and option, with its sentence.
 *
 * Owns no sentence: they come from the tables of directives and of subcommands, so that nothing here becomes wrong.
 */
import { FLAGS, VALUED } from "../ask/ask-options.ts";
import { SUBCOMMANDS } from "../ask/subcommands.ts";
import { directives } from "../conf/directives.ts";

export interface ManualRow {
  /** As it is typed: `--port`, `get`. */
  readonly name: string;
  /** What stands behind it: `N`, `KEY`. */
  readonly value: string;
  readonly help: string;
}

/** A directive, with its default as an operator would write it, or how it follows from others. */
export interface DirectiveRow extends ManualRow {
  readonly default: string;
  readonly changeable: boolean;
}

/** The directives of a scope; those of a group have no `--`, because they stand behind `--group NAME`. */
export function directiveRows(scope: "node" | "group"): readonly DirectiveRow[] {
  return directives
    .filter((row) => row.scope === scope)
    .map((row) => ({
      name: `${scope === "node" ? "--" : ""}${row.name}`,
      value: row.kind.metavar,
      help: row.help,
      default: typeof row.default === "string" ? row.default : row.default.follows,
      changeable: row.changeable,
    }));
}

/** Words of the command that are neither a directive nor a subcommand. */
export const ACTIONS: readonly ManualRow[] = [
  { name: "--check", value: "", help: "read the conf, say OK or what is wrong, and start nothing" },
  { name: "--help", value: "", help: "every directive on one page" },
  { name: "--version", value: "", help: "the version" },
  { name: "--man", value: "", help: "this manual page, as roff" },
  { name: "--completion", value: "bash|zsh|fish", help: "the completion of a shell" },
];

export const GROUP_ROW: ManualRow = {
  name: "--group",
  value: "NAME DIRECTIVE VALUE",
  help: "a directive of a group",
};

export const subcommandRows: readonly ManualRow[] = Object.entries(SUBCOMMANDS).map(
  ([name, { usage, help }]) => ({
    name,
    value: usage,
    help,
  }),
);

const OPTION_HELP: Readonly<Record<string, string>> = {
  "--host": "address of the node",
  "--port": "port of the node",
  "--socket": "unix socket of the node, in place of host and port",
  "--password": "password; the variable CARROTCACHE_PASSWORD is safer",
  "--user": "default or admin",
  "--ttl": "lifetime of the value that is set",
  "--json": "the answer as JSON",
  "--help": "how the subcommand is used",
};

/** The options of all subcommands. */
export const optionRows: readonly ManualRow[] = [
  ...Object.entries(VALUED),
  ...FLAGS.map((flag) => [flag, ""] as const),
].map(([name, value]) => ({ name, value, help: OPTION_HELP[name] ?? "" }));
