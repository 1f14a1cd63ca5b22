/**
 * `npm test`: runs the tests, one process for each room. It prints the failures, the skipped tests with the reasons, and
 * in its last line how many passed, failed and were skipped. `npm run test:all` adds the files named *.long.test.ts.
 * `npm test -- server-hits cluster` runs these rooms only; a room is a folder under test/.
 *
 * Reads ava's report, which is TAP, and ends with ava's exit code. Knows no test.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { SKIPPED } from "./skipped.ts";

/** Titles of the tests that were skipped, by the reason. */
const skips = new Map<string, string[]>();
/** The numbers in ava's last lines: `pass`, `fail`, `skip`. */
const totals = new Map<string, number>();
let results = 0;
/** The test whose lines are being read, and whether they are printed. */
let title = "";
let isShown = false;
/** Tests that passed, but said in their log that they had not run. */
let hadNotRun = 0;

function read(line: string): void {
  const result = /^(not )?ok \d+ - (.*?)( # SKIP)?$/.exec(line);
  const total = /^# (pass|fail|skip) (\d+)$/.exec(line);
  if (result !== null) {
    title = result[2]!;
    isShown = result[1] !== undefined;
    if (result[3] !== undefined) skip(/^(.*) \[(.*)\]$/.exec(title) ?? [title, title, "no reason"]);
    showProgress();
  } else if (total !== null) totals.set(total[1]!, Number(total[2]));
  else if (line.startsWith(`#   ${SKIPPED}`)) {
    hadNotRun++;
    skip([line, title, line.slice(`#   ${SKIPPED}`.length)]);
  } else if (/^1\.\.\d+$|^# .* hook for /.test(line)) isShown = false;
  if (isShown || / remaining in /.test(line)) console.log(line);
}

function skip([, name, why]: readonly string[]): void {
  skips.set(why!, [...(skips.get(why!) ?? []), name!]);
}

function showProgress(): void {
  results++;
  if (process.stdout.isTTY) process.stdout.write(`\r${results} tests\r`);
}

const [mode, ...rooms] = process.argv.slice(2);
const ava = fileURLToPath(new URL("../../node_modules/ava/entrypoints/cli.mjs", import.meta.url));
const config = fileURLToPath(new URL("./rooms.js", import.meta.url));
const chosen = rooms.map((room) => `dist/test/rooms/${room}.test.js`);
const child = spawn(process.execPath, [ava, "--tap", "--config", config, ...chosen], {
  // Of every build that is tested, a compile cache would keep files in the home of the user.
  env: { ...process.env, CARROT_TESTS: mode, NODE_DISABLE_COMPILE_CACHE: "1" },
  stdio: ["ignore", "pipe", "pipe"],
});
const ended = once(child, "close") as Promise<[code: number | null]>;
// Printed only when a test has failed.
let printed = "";
child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
for await (const line of createInterface({ input: child.stdout })) read(line);
process.exitCode = (await ended)[0] ?? 1;
if (process.exitCode !== 0) console.log(printed);

const of = (name: string) => totals.get(name) ?? 0;
for (const [why, titles] of skips) console.log(`skipped, ${why}:\n  ${titles.join("\n  ")}`);
const skipped = [...skips.values()].flat().length;
// When ava itself fails, its last lines are missing: that counts as one failure.
const failed = Math.max(of("fail"), process.exitCode === 0 ? 0 : 1);
console.log(`${of("pass") - hadNotRun} passed, ${failed} failed, ${skipped} skipped`);
