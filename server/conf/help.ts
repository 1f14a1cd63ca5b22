/**
 * What `carrotcache --help` prints.
 *
 * Owns the layout: every directive of the table in three columns (name and value, default, help), at most 100 wide.
 */

import { type Directive, directives, type Row } from "./directives.ts";

const WIDTH = 100;
const NAME_WIDTH = 38;
const DEFAULT_WIDTH = 16;

export function helpText(version: string): string {
  return `carrotcache ${version}: a distributed read-through cache that speaks the Redis protocol

Usage:  carrotcache [FILE] [--directive value ...]
        carrotcache [FILE] [--directive value ...] --check     read the conf, say OK or what is wrong
        carrotcache --help | --version

FILE has a directive a line, as carrot.conf explains them; a directive on the command line wins over
the file's. Without FILE a node starts on the defaults, with the group "default" and no loader.

Examples:
        carrotcache carrot.conf
        carrotcache carrot.conf --port 7001 --maxmemory 1gb
        carrotcache --group scores loader module ./scores.mjs --group scores ttl 10m

Directives of the node (* = CONFIG SET can change it):
${rowsOf("node")}

Directives of a group, as "group NAME DIRECTIVE VALUE" in FILE, --group NAME DIRECTIVE VALUE here:
${rowsOf("group")}

In FILE also:  include FILE    reads another file at this place; relative to the file that includes it
Units:         1k = 1000, 1kb = 1024, likewise m, mb, g, gb; times in ms, s, m, h, d
`;
}

function rowsOf(scope: Row["scope"]): string {
  return directives
    .filter((row) => row.scope === scope)
    .map(rowText)
    .join("\n");
}

function rowText(row: Row): string {
  const { name, kind, help, changeable } = row;
  const option = row.scope === "node" ? `--${name}` : name;
  const left = `${changeable ? "*" : " "} ${`${option} ${kind.metavar}`}`.padEnd(NAME_WIDTH);
  const start = `${left}  ${defaultText(row).padEnd(DEFAULT_WIDTH)}`;
  const [first = "", ...more] = wrap(help, WIDTH - NAME_WIDTH - DEFAULT_WIDTH - 3);
  return [`${start} ${first}`, ...more.map((line) => " ".repeat(NAME_WIDTH + DEFAULT_WIDTH + 3) + line)].join(
    "\n",
  );
}

function defaultText({ default: by }: Directive): string {
  return typeof by === "string" ? by : by.follows;
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
