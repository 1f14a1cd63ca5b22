/**
 * Conf files, line by line.
 *
 * Owns files, lines and `include`. An included file's statements stand where its `include` line stood; each statement
 * knows the file and line it comes from. Knows no directive but `include`.
 */

import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { Complaint, ConfError, errorAt, type Place } from "./conf-error.ts";
import { shown, splitWords, textOf, wordOf } from "./quoting.ts";
import type { Statement } from "./statement.ts";

/** Where conf files come from. */
export interface Files {
  read(path: string): Uint8Array | string;
  /** Whether every user of the machine may read the file. */
  isPublic(path: string): boolean;
}

const DISK: Files = { read: readFileSync, isPublic: (path) => (statSync(path).mode & 0o004) !== 0 };

interface Source {
  /** The path for messages: as the operator gave it, or relative to the directory of the including file's path. */
  readonly file: string;
  /** The absolute paths of the files that include this one, outermost first, and of this one. */
  readonly chain: readonly string[];
  readonly isPublic: boolean;
}

/** Reads a conf file and everything that it includes. Throws a ConfError. */
export function readFileStatements(file: string, cwd: string, files: Files = DISK): Statement[] {
  const path = resolve(cwd, file);
  let content: Uint8Array | string;
  let isPublic: boolean;
  try {
    content = files.read(path);
    isPublic = files.isPublic(path);
  } catch (error) {
    throw new ConfError(`${file}: ${unreadable(error)}`);
  }
  return readText(content, { file, chain: [path], isPublic }, files);
}

/** Reads a conf from memory, as if it stood in `file`: messages name that path, and relative paths start there. */
export function readTextStatements(
  text: string,
  file: string,
  cwd: string,
  files: Files = DISK,
): Statement[] {
  return readText(text, { file, chain: [resolve(cwd, file)], isPublic: false }, files);
}

function readText(content: Uint8Array | string, source: Source, files: Files): Statement[] {
  const { isPublic } = source;
  const directory = dirname(source.chain.at(-1) ?? "");
  const lines = wordOf(content)
    .replace(/^\xef\xbb\xbf/, "")
    .split("\n");
  return lines.flatMap((line, index) => {
    const place = { where: `${source.file}:${index + 1}`, directory, onCommandLine: false, isPublic };
    const statement = readLine(line, place);
    if (statement === undefined) return [];
    return statement.name === "include" ? readInclude(statement, source, files) : [statement];
  });
}

function readLine(line: string, place: Place): Statement | undefined {
  const words = splitWords(line);
  if (words instanceof Complaint) throw new ConfError(`${place.where}: ${words.text}`);
  const [name, ...rest] = words;
  return name === undefined ? undefined : { name: name.toLowerCase(), words: rest, place };
}

function readInclude({ words, place }: Statement, from: Source, files: Files): Statement[] {
  const name = textOf(words[0] ?? "");
  if (words.length !== 1 || !name) throw errorAt(place, "include", "expected the path of one file");
  const file = isAbsolute(name) ? name : join(dirname(from.file), name);
  const path = resolve(place.directory, name);
  if (from.chain.includes(path)) throw errorAt(place, "include", `${shown(wordOf(name))} includes itself`);
  let content: Uint8Array | string;
  let isPublic: boolean;
  try {
    content = files.read(path);
    isPublic = files.isPublic(path);
  } catch (error) {
    throw errorAt(place, "include", `${shown(wordOf(name))} ${unreadable(error)}`);
  }
  return readText(content, { file, chain: [...from.chain, path], isPublic }, files);
}

/** Why the system did not read a file, in words. */
function unreadable(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "no such file",
    EACCES: "permission denied",
    EISDIR: "it is a directory",
    ENOTDIR: "no such directory",
    ELOOP: "too many symbolic links",
  };
  return `cannot be read: ${reasons[code ?? ""] ?? code ?? String(error)}`;
}
