/**
 * Runs Redis' own Tcl units against a node, without the tests that test/suites.md lists.
 *
 * The suite is not part of this project: CARROT_REDIS_SUITE says where `.ci/redis-suite` has put it. It runs in external mode,
 * each unit with a node of its own. A unit that hangs fails when its time is over.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { program, testWith } from "../needs.ts";
import { ROOT, startNodeProcess } from "./processes.ts";

const SUITE = process.env.CARROT_REDIS_SUITE ?? "";
const HARNESS = path.join(SUITE, "tests/test_helper.tcl");
/** No unit takes a tenth of it on an idle machine. */
const UNIT_MS = 240_000;

/**
 * The harness looks for a port of its own in the 32 below this one. Another harness may run at the same time, and ports of
 * clients, which begin at 32768 on Linux, are in its way.
 */
const BASE_PORT = 20_032 + 32 * (process.pid % 300);

/** A row of a table in test/suites.md, without its backticks; `\|` is a bar. */
type Row = readonly string[];

interface Unit {
  readonly name: string;
  readonly when: string;
  /** Tests that pass at least: else a skip that is too wide would pass as well. */
  readonly passes: number;
  readonly skipped: readonly string[];
}

/** Declares a test for each unit that runs with the short tests (`quick`), or with the others. */
export function testUnits(when: "quick" | "long"): void {
  for (const unit of unitsIn(readFileSync(path.join(ROOT, "test/suites.md"), "utf8"))) {
    if (unit.when !== when) continue;
    const title = `Redis' ${unit.name} passes`;
    // Debian's servers may not have the source package at hand: skipped in CI, too.
    if (existsSync(HARNESS)) testWith(program("tclsh")).serial(title, (t) => passes(t, unit));
    else test.skip(`${title} [Redis' tests are not there, see .ci/redis-suite]`, (t) => passes(t, unit));
  }
}

function unitsIn(text: string): Unit[] {
  const [, units = "", skips = ""] = text.split(/^## .*$/m).slice(0, 3);
  return rowsOf(units).map(([name, when, passes]) => ({
    name: name!,
    when: when!,
    passes: Number(passes),
    skipped: rowsOf(skips).flatMap(([unit, title]) => (unit === name ? [title!] : [])),
  }));
}

/** The rows of units: head and rule do not begin with `unit/`. */
function rowsOf(table: string): Row[] {
  const rows = table.split("\n").filter((line) => line.startsWith("| unit/"));
  return rows.map((line) => {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    return cells.map((cell) =>
      cell
        .trim()
        .replace(/^`(.*)`$/, "$1")
        .replaceAll("\\|", "|"),
    );
  });
}

async function passes(t: ExecutionContext, { name, passes: least, skipped }: Unit): Promise<void> {
  t.timeout(2 * UNIT_MS);
  const conf = ["--port", "0", "--maxmemory", "512mb", "--enable-debug-command", "local"];
  const node = await startNodeProcess(t, conf);
  const args = ["--host", "127.0.0.1", "--port", String(node.port), "--singledb"];
  const choice = ["--baseport", String(BASE_PORT), "--single", name];
  const skips = skipped.flatMap((title) => ["--skiptest", title]);
  const options = { cwd: SUITE, timeout: UNIT_MS, maxBuffer: 1 << 26 };
  const run = promisify(execFile)("tclsh", [HARNESS, ...args, "--durable", ...choice, ...skips], options);
  const { stdout } = await run.catch((failed: { readonly stdout: string }) => failed);
  const plain = stdout.replaceAll(/\x1b\[[\d;]*m/g, "");
  t.deepEqual(plain.match(/^\[(err|exception)\].*\n.*$/gm) ?? [], []);
  t.regex(plain, /All tests passed without errors/);
  t.true((plain.match(/^\[ok\]/gm)?.length ?? 0) >= least, plain);
}
