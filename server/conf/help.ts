/**
 * What `carrotcache --help` prints.
 *
 * Owns the layout: each directive on a line of its own, at most 100 wide, in three columns (name and value, default,
 * help).
 */

import { directives, type Row } from "./directives.ts";

/** The longest entry of each column; a test checks that no line is wider than 100. */
const OPTION_WIDTH = 34;
const DEFAULT_WIDTH = 14;

export function helpText(version: string): string {
  return `carrotcache ${version}: a distributed read-through cache that speaks the Redis protocol

Usage:  carrotcache [FILE] [--directive value ...]
        carrotcache [FILE] [--directive value ...] --check    read the conf, say OK or what is wrong
        carrotcache get KEY | set KEY VALUE | del KEY ... | peers | stats | ping    ask a node
        carrotcache get --help        the options of these: --host, --port, --password, --json ...
        carrotcache --help | --version | --man | --completion bash|zsh|fish

FILE has one directive a line; carrot.conf explains each of them. A directive on the command line
wins over FILE. Without FILE a node starts on the defaults: one group, "default", without a loader.

Examples:
        carrotcache carrot.conf
        carrotcache carrot.conf --port 7001 --maxmemory 1gb
        carrotcache --group scores loader module ./scores.mjs --group scores ttl 10m

Directives of the node (* = CONFIG SET can change it):
${rowsOf("node")}

Directives of a group, as "group NAME DIRECTIVE VALUE" in FILE, --group NAME DIRECTIVE VALUE here:
${rowsOf("group")}

In FILE also:  include FILE    reads another file at this place; its path is relative to FILE
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
