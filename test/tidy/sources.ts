/**
 * The sources of this project, as text, for the tests that hold the rules of the house.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** The folders at the top. Each may import from itself and from those after it in this list. */
export const LAYERS = ["test", "bench", "server", "cluster", "proto"];

export interface Source {
  /** The path from the project's root. */
  readonly file: string;
  readonly text: string;
}

/** Every file of the project that git tracks or does not ignore. Tests run in a clone only, so `git` is there. */
export const files: readonly string[] = listFiles();
export const sources: readonly Source[] = files
  .filter((file) => file.endsWith(".ts") && LAYERS.includes(file.split("/")[0]!))
  .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), "utf8") }));

function listFiles(): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).split("\n");
  return [...new Set(listed)].filter((file) => file !== "" && existsSync(path.join(ROOT, file)));
}

/** What a file imports: types and dynamic imports too. */
export function importsOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  return [
    ...code.matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gms),
  ].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

/** The files of this project that a file imports. */
export function importedFiles({ file, text }: Source): string[] {
  return importsOf(text)
    .filter((target) => target.startsWith("."))
    .map((target) => path.join(path.dirname(file), target));
}

/** What `check` finds in each source, with its file's name. */
export function offenders(check: (source: Source) => string[]): string[] {
  return sources.flatMap((source) => check(source).map((what) => `${source.file}: ${what}`));
}
