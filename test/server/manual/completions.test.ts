/**
 * Goal: each shell completes subcommands, their options, directives, and the directives of a group.
 * Method: bash and fish are asked what they would complete. zsh has no editor here, so its function is called as the editor
 * would call it, and what it calls for candidates prints them.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { completionFor, SHELLS } from "../../../server/manual/completions.ts";
import { program, testWith } from "../../needs.ts";

function run(command: string, args: readonly string[], input: string): string {
  const { stdout, stderr, status } = spawnSync(command, args, { input, encoding: "utf8" });
  if (status !== 0 || stderr !== "") throw new Error(`${command}: ${stderr} (${status})`);
  return stdout;
}

test("there is one for bash, zsh and fish, and for no other shell", (t) => {
  t.deepEqual(SHELLS, ["bash", "zsh", "fish"]);
  for (const shell of SHELLS) t.is(typeof completionFor(shell), "string");
  t.is(completionFor("constructor"), undefined);
});

/** What bash completes the last of these words to. */
function bashCompletes(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const script = `cd /
${completionFor("bash")}
COMP_WORDS=(carrotcache ${quoted}); COMP_CWORD=${words.length}
_carrotcache
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run("bash", ["--norc"], script).trim().split("\n");
}

testWith(program("bash"))("bash completes", (t) => {
  t.deepEqual(bashCompletes("pe"), ["peers"]);
  t.deepEqual(bashCompletes("--maxc"), ["--maxclients"]);
  t.deepEqual(bashCompletes("x.conf", "--che"), ["--check"]);
  t.deepEqual(bashCompletes("get", "a", "--pa"), ["--password"]);
  t.deepEqual(bashCompletes("get", "--maxc"), [""]);
  t.deepEqual(bashCompletes("--group", "a", "ttl-"), ["ttl-jitter"]);
  t.deepEqual(bashCompletes("--completion", "z"), ["zsh"]);
  t.deepEqual(bashCompletes("x.conf", "--logfile", "et"), ["etc"]);
  t.deepEqual(bashCompletes("get", "--socket", "et"), ["etc"]);
});

/** What the function for zsh offers for the last of these words, each kind of candidates as `kind: words`. */
function zshOffers(...words: string[]): string[] {
  const quoted = ["carrotcache", ...words].map((word) => `'${word}'`).join(" ");
  const script = `_describe() { print -r -- "\${argv[-2]}:" \${\${(P)argv[-1]}%%:*} }
compadd() { print -r -- "words: $*" }
_files() { print files }
words=(${quoted}); CURRENT=${words.length + 1}; PREFIX='${words.at(-1)}'
${completionFor("zsh")}`;
  return run("zsh", ["-f", "-s"], script).trim().split("\n");
}

testWith(program("zsh"))("zsh offers", (t) => {
  const has = (offered: readonly string[], kind: string, word: string) =>
    t.true(
      offered.some((line) => line.startsWith(`${kind}: `) && line.split(" ").includes(word)),
      offered.join("\n").slice(0, 300),
    );
  const first = zshOffers("pe");
  has(first, "subcommand", "peers");
  t.is(first.at(-1), "files");
  has(zshOffers("--maxc"), "directive", "--maxclients");
  has(zshOffers("x.conf", "--che"), "directive", "--check");
  t.deepEqual(zshOffers("x.conf", "--logfile", "et"), ["files"]);
  has(zshOffers("get", "a", "--pa"), "option", "--password");
  t.is(zshOffers("get", "--maxc").length, 1);
  t.deepEqual(zshOffers("get", "--socket", "x"), ["files"]);
  has(zshOffers("--group", "a", "ttl-"), "directive", "ttl-jitter");
  t.deepEqual(zshOffers("--completion", "z"), ["words: bash zsh fish"]);
});

testWith(program("fish"))("fish completes", (t) => {
  const completes = (line: string) => {
    const script = `source ${file}; complete -C ${JSON.stringify(line)}`;
    return run("fish", ["--no-config", "-c", script], "")
      .split("\n")
      .map((each) => each.split("\t")[0]);
  };
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-fish-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, "carrotcache.fish");
  writeFileSync(file, completionFor("fish")!);
  t.is(run("fish", ["--no-config", "--no-execute", file], ""), "");
  t.true(completes("carrotcache pe").includes("peers"));
  t.true(completes("carrotcache --maxc").includes("--maxclients"));
  t.true(completes("carrotcache get a --pa").includes("--password"));
  t.false(completes("carrotcache get --maxc").includes("--maxclients"));
  t.true(completes("carrotcache --group a ttl-").includes("ttl-jitter"));
  // What stands behind a directive is its value, and no subcommand.
  t.false(completes("carrotcache --logfile pe").includes("peers"));
});
