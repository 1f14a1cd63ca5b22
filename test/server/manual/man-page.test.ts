/**
 * Goal: the manual page has every directive and subcommand, and man renders it.
 * Method: the page as text; man-db and its warnings, where they are installed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { directives } from "../../../server/conf/directives.ts";
import { manPage } from "../../../server/manual/man-page.ts";
import { program, testWith } from "../../needs.ts";

const page = manPage("1.2.3");

test("every directive, subcommand and option is an entry with a sentence", (t) => {
  const entries = Array.from(page.matchAll(/^\.TP\n\\fB(.*?)\\fR.*\n(.+)$/gm), ([, name]) =>
    name!.replaceAll("\\-", "-"),
  );
  for (const { name, scope } of directives)
    t.true(entries.includes(scope === "node" ? `--${name}` : name), name);
  for (const name of ["get", "set", "del", "peers", "stats", "ping", "--json", "--check", "--group"])
    t.true(entries.includes(name), name);
});

test("nothing in a table is taken for a request or an escape of roff", (t) => {
  const requests = page.match(/^[.'].*$/gm)!;
  t.true(requests.every((line) => /^\.(TH|SH|TP|B|BR|br|B carrotcache|BR redis)\b/.test(line)));
  t.deepEqual(page.match(/\\(?!f[BIR]|[-e&])/g), null);
  t.true(manPage("1\\x-2").includes("carrotcache 1\\ex\\-2"));
});

testWith(program("man"))("man renders it without a warning", (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-man-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, "carrotcache.1");
  writeFileSync(file, page);
  const env = { ...process.env, MANWIDTH: "100", MANROFFSEQ: "", LC_ALL: "C.UTF-8" };
  const { stdout, stderr, status } = spawnSync("man", ["--warnings", "-l", file], { encoding: "utf8", env });
  t.deepEqual([stderr, status], ["", 0]);
  t.regex(
    stdout.replaceAll(/.\x08/g, ""),
    /--maxclients N \*\n +clients at the same time\. Default: 10000\n/,
  );
});
