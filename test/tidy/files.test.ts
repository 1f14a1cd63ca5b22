/**
 * Goal: the rules of the house that a reader relies on hold for every file.
 * Method: reads the sources as text; each rule is one test that names every offender.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { files, offenders, ROOT, sources } from "./sources.ts";

/** The most lines of a source file, and of a test. */
const MAX_SOURCE_LINES = 300;
const MAX_TEST_LINES = 400;
/** The most lines of a function outside tests. */
const MAX_FUNCTION_LINES = 50;

/** Lines of every function whose body begins and ends at one indentation, with its first line. */
function functionsOf(text: string): { head: string; lines: number }[] {
  const lines = text.split("\n");
  const found: { head: string; lines: number }[] = [];
  for (const [i, line] of lines.entries()) {
    const starts = /^(\s*)(?!if|for|while|switch|else|return|const \w+ = \[)[\w#].*(\)|=>|: [^=]*) \{$/.exec(
      line,
    );
    if (starts === null || /\b(interface|class|type)\b/.test(line)) continue;
    const end = lines.findIndex((other, j) => j > i && other.startsWith(`${starts[1]}}`));
    if (end > 0) found.push({ head: line.trim(), lines: end - i + 1 });
  }
  return found;
}

test("there are sources to look at", (t) => {
  t.true(sources.length > 20);
});

test("the top level holds what it may hold", (t) => {
  const allowed = new Set([
    ...["server", "cluster", "proto", "test", "package.json", "tsconfig.json", "carrot.conf"],
    ...["README.md", "CHANGELOG.md", "LICENSE", "bench", "examples", "package-lock.json", "biome.json"],
  ]);
  const top = new Set(files.map((file) => file.split("/")[0]!));
  t.deepEqual(
    [...top].filter((name) => !allowed.has(name) && !name.startsWith(".")),
    [],
  );
});

test("every file begins with a header comment", (t) => {
  const wrong = sources.filter(({ text }) => !text.replace(/^#!.*\n/, "").startsWith("/**"));
  t.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test("files are within bounds", (t) => {
  t.deepEqual(
    offenders(({ file, text }) => {
      const lines = text.split("\n").length;
      return lines > (file.startsWith("test/") ? MAX_TEST_LINES : MAX_SOURCE_LINES) ? [`${lines} lines`] : [];
    }),
    [],
  );
});

test("no test file awaits anything at its top, as test/rooms.ts puts many into one process", (t) => {
  const wrong = sources
    .filter(({ file }) => file.endsWith(".test.ts"))
    .filter(({ text }) => /^(?:[^ \n][^\n]* )?await /m.test(text.replaceAll(/`[^`]*`|\/\*.*?\*\//gs, "")));
  t.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test("a wait in a test has an end and a name: test/until.ts", (t) => {
  const endless = /\bwhile \(.*\) await (?:turn|sleep|once|new Promise)\b/gm;
  t.deepEqual(
    offenders(({ file, text }) => (file.startsWith("test/") ? (text.match(endless) ?? []) : [])),
    [],
  );
});

test("functions are within bounds", (t) => {
  // A table of cases in a test may be as long as it has to be.
  t.deepEqual(
    offenders(({ file, text }) =>
      (file.startsWith("test/") ? [] : functionsOf(text))
        .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
        .map(({ head, lines }) => `${lines} lines: ${head}`),
    ),
    [],
  );
});

test("every source file has its test", (t) => {
  const tests = new Set(files.filter((file) => file.endsWith(".test.ts")));
  const untested = sources.filter(({ file, text }) => {
    if (file.startsWith("test/") || file.startsWith("bench/") || isTypesOnly(text)) return false;
    return !tests.has(`test/${file.replace(/\.ts$/, ".test.ts")}`);
  });
  t.deepEqual(
    untested.map(({ file }) => file),
    [],
  );
});

/** A file without a statement that runs: interfaces and types. */
function isTypesOnly(text: string): boolean {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  return !/^(export )?(default )?(async )?(const|let|class|function)\b/m.test(code);
}

test("words of the field are used, not their synonyms", (t) => {
  const banned: [RegExp, string][] = [
    [/\b(namespace|bucketName)\b/, "group"],
    [/\bhotCache\b/, "mirrors"],
    [/\b(conn|sock|buf|tmp)\b(?!["'])/, "connection, link, chunk, view or copy"],
    [/\bslave of\b/, "peer"],
    [/\bTODO\b|\bFIXME\b|\bXXX\b/, "an issue"],
    [/\bI[A-Z][a-z]+(Service|Store|Loader|Group)\b|\w+(Impl|Manager|Helper)\b/, "a noun"],
    [/\bshould\b.*",\s*(async\s*)?\(?t\b/, "a fact as a test's name"],
  ];
  t.deepEqual(
    offenders(({ file, text }) =>
      file === "test/tidy/files.test.ts"
        ? []
        : banned.flatMap(([word, instead]) => {
            const found = word.exec(text);
            return found === null ? [] : [`"${found[0]}": say ${instead}`];
          }),
    ),
    [],
  );
});

test("nothing names the machine it was written on", (t) => {
  const wrong = files
    .filter((file) => !file.endsWith("package-lock.json") && file !== "test/tidy/files.test.ts")
    .filter((file) => /\.\.\/shared|\/work\//.test(readFileSync(path.join(ROOT, file), "utf8")));
  t.deepEqual(wrong, []);
});
