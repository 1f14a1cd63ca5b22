/**
 * Directives on the command line, in redis-server's way.
 *
 * Owns the form `--name value ...`: a directive takes all words up to the next word that starts with `--`. A value that
 * starts with `--` itself is written as `--name=value`. Knows no directive but `group`, whose words may come as one:
 * `--group "scores ttl 10s"`.
 */

import { Complaint, ConfError, errorAt, type Place } from "./conf-error.ts";
import { shown, splitWords, wordOf } from "./quoting.ts";
import type { Statement } from "./statement.ts";

/** Throws a ConfError for a word before the first `--name`. */
export function readArgumentStatements(args: readonly string[], cwd: string): Statement[] {
  const place: Place = { where: "command line", directory: cwd, onCommandLine: true };
  const open: { name: string; words: string[] }[] = [];
  for (const arg of args) {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    if (match !== null) {
      open.push({
        name: wordOf(match[1] ?? "").toLowerCase(),
        words: match[2] === undefined ? [] : [wordOf(match[2])],
      });
      continue;
    }
    const last = open.at(-1);
    if (last === undefined) throw new ConfError(`command line: unexpected ${shown(wordOf(arg))}`);
    last.words.push(wordOf(arg));
  }
  return open.map(({ name, words }) => ({
    name,
    words: name === "group" ? splitSingle(words, place) : words,
    place,
  }));
}

function splitSingle(words: readonly string[], place: Place): readonly string[] {
  const [only, second] = words;
  if (only === undefined || second !== undefined) return words;
  const split = splitWords(only);
  if (split instanceof Complaint) throw errorAt(place, "group", split.text);
  return split;
}
