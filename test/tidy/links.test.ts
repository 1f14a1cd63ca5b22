/**
 * Goal: a reader who follows a manual or a comment finds the file that it names.
 * Method: reads every manual (*.md) and every comment as text; takes the targets of links, the paths in code spans, and the
 * names that end in .ts.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { files, offenders, ROOT } from "./sources.ts";

/** `server/x/y.ts`, from the root or from the manual's folder. Names with * or capitals stand for something else. */
const PATH = /^[a-z0-9-]+(\/[a-z0-9.-]+)+\.(ts|mjs|conf|proto|md)$/;

interface Manual {
  readonly file: string;
  readonly text: string;
}

const manuals: readonly Manual[] = files
  .filter((file) => file.endsWith(".md"))
  .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), "utf8") }));

/** The targets of a manual that lead to nothing, each with the manual's name. */
function broken(targetsOf: (manual: Manual) => string[], bases: (manual: Manual) => string[]): string[] {
  return manuals.flatMap((manual) =>
    targetsOf(manual)
      .filter((target) => !bases(manual).some((base) => existsSync(path.join(ROOT, base, target))))
      .map((target) => `${manual.file}: ${target}`),
  );
}

const folderOf = ({ file }: Manual): string => path.dirname(file);

test("there are manuals to look at", (t) => {
  t.true(manuals.some(({ file }) => file === "README.md"));
  t.true(manuals.filter(({ file }) => file.endsWith("/DESIGN.md")).length > 10);
});

test("every relative link leads to a file", (t) => {
  const linksOf = ({ text }: Manual): string[] =>
    Array.from(text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g), (match) => match[1]!).filter(
      // structure.test.ts holds that each room has its DESIGN.md.
      (target) => !/^[a-z]+:/.test(target) && !/^(server\/)?[a-z]+\/DESIGN\.md$/.test(target),
    );
  t.deepEqual(
    broken(linksOf, (manual) => [folderOf(manual)]),
    [],
  );
});

test("every path in a code span exists", (t) => {
  const pathsOf = ({ text }: Manual): string[] =>
    Array.from(text.matchAll(/`([^`\n]+)`/g), (match) => match[1]!).filter((span) => PATH.test(span));
  t.true(pathsOf({ file: "", text: "`server/node.ts` `bench -- get` `a.ts`" }).length === 1);
  t.deepEqual(
    broken(pathsOf, (manual) => ["", "server", folderOf(manual)]),
    [],
  );
});

/** The names of source files that a text uses without a folder, and that no file has. */
function unknownIn(text: string): string[] {
  const named = Array.from(text.matchAll(/(?<![\w/.*-])[a-z][a-z0-9-]*\.(?:test\.)?ts\b/g), ([name]) => name);
  return named.filter((name) => !names.has(name));
}

const names = new Set(files.map((file) => path.basename(file)));

test("every source file that a manual names exists", (t) => {
  t.deepEqual(unknownIn("`nowhere.ts`, node.ts"), ["nowhere.ts"]);
  const wrong = manuals
    .filter(({ file }) => file !== "CHANGELOG.md")
    .flatMap(({ file, text }) => unknownIn(text).map((name) => `${file}: ${name}`));
  t.deepEqual(wrong, []);
});

test("every source file that a comment names exists", (t) => {
  const wrong = offenders(({ text }) =>
    Array.from(text.matchAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm), ([comment]) => comment).flatMap(unknownIn),
  );
  t.deepEqual(wrong, []);
});
