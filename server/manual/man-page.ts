/**
 * The manual page carrotcache(1), as roff.
 *
 * Owns the sections and the escaping. A paragraph for each directive is in carrot.conf, to which the page points.
 */
import {
  ACTIONS,
  type DirectiveRow,
  directiveRows,
  GROUP_ROW,
  type ManualRow,
  optionRows,
  subcommandRows,
} from "./manual-rows.ts";

export function manPage(version: string): string {
  const node = directiveRows("node").map(directiveEntry).join("");
  const group = directiveRows("group").map(directiveEntry).join("");
  return `.TH CARROTCACHE 1 "" "carrotcache ${roff(version)}"
.SH NAME
carrotcache \\- a distributed read\\-through cache that speaks the Redis protocol
.SH SYNOPSIS
.B carrotcache
[\\fIFILE\\fR] [\\fB\\-\\-\\fIdirective value\\fR ...]
.br
.B carrotcache
\\fIsubcommand\\fR [\\fIword\\fR ...] [\\fIoption\\fR ...]
.SH DESCRIPTION
Starts a node on a conf file, in which each line has one directive. A directive on the command line wins over the file.
Without a file a node starts on the defaults: one group, "default", without a loader.
A subcommand asks a node that runs.
${ACTIONS.map(entry).join("")}.SH SUBCOMMANDS
${subcommandRows.map(entry).join("")}.SH OPTIONS OF SUBCOMMANDS
${optionRows.map(entry).join("")}.SH DIRECTIVES OF THE NODE
Those with a * can be changed by CONFIG SET while the node runs.
${node}.SH DIRECTIVES OF A GROUP
${entry(GROUP_ROW)}${group}.SH SIGNALS
${SIGNALS.map(entry).join("")}.SH EXIT STATUS
A node: 0 after a shutdown, 1 for a mistake in the conf or a failure.
A subcommand: 0 for an answer, 1 when the node has nothing, 2 when there is no answer.
.SH ENVIRONMENT
${entry({ name: "CARROTCACHE_PASSWORD", value: "", help: "the password that subcommands give" })}.SH SEE ALSO
The file carrot.conf of the package explains every directive: what it does, when to touch it, and what to beware of.
.BR redis\\-cli (1)
works with every node.
`;
}

const SIGNALS: readonly ManualRow[] = [
  {
    name: "SIGTERM, SIGINT",
    value: "",
    help: "shut down within shutdown-timeout; a second one ends the node at once",
  },
  { name: "SIGHUP", value: "", help: "open the log file again" },
];

function entry({ name, value, help }: ManualRow): string {
  return `.TP\n\\fB${roff(name)}\\fR \\fI${roff(value)}\\fR\n${roff(help)}\n`;
}

function directiveEntry(row: DirectiveRow): string {
  const mark = row.changeable ? " *" : "";
  return entry({
    ...row,
    name: row.name,
    value: `${row.value}${mark}`,
    help: `${row.help}. Default: ${row.default}`,
  });
}

/** Text as roff prints it: no escape of its own, no hyphen that breaks a line, no request at the start of a line. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gm, "\\&");
}
