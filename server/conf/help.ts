/**
 * What `carrotcache --help` prints.
 *
 * Owns the layout: every directive of the table in three columns (name and value, default, help), a line
 * each, at most 100 wide.
 */

import { directives, type Row } from "./directives.ts";

/** The longest of each column; a test holds the whole to 100. */
const OPTION_WIDTH = 34;
const DEFAULT_WIDTH = 14;

export function helpText(version: string): string {
  return `carrotcache ${version}: a distributed read-through cache that speaks the Redis protocol

Usage:  carrotcache [FILE] [--directive value ...]
        carrotcache [FILE] [--directive value ...] --check    read the conf, say OK or what is wrong
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

In FILE also:  include FILE    reads another file here; relative to the one that includes it
Units:         1k = 1000, 1kb = 1024, likewise m, mb, g, gb; times in ms, s, m, h, d
`;
}

function rowsOf(scope: Row["scope"]): string {
  return directives
    .filter((row) => row.scope === scope)
    .map(rowText)
    .join("\n");
}

function rowText({ name, kind, default: by, help, changeable, scope }: Row): string {
  const option = `${scope === "node" ? "--" : ""}${name} ${kind.metavar}`;
  const defaultText = typeof by === "string" ? by : by.follows;
  const columns = [option.padEnd(OPTION_WIDTH), defaultText.padEnd(DEFAULT_WIDTH), help];
  return `${changeable ? "*" : " "} ${columns.join(" ")}`;
}
