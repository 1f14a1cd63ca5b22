/**
 * Goal: Redis' own tests of the protocol and of QUIT pass, except those that need DEBUG or other types than strings.
 * Method: the suite itself in external mode, from CARROT_REDIS_SUITE, where `.ci/redis-suite` has put it. It is not
 * part of this project.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { program, testWith } from "../needs.ts";
import { startNodeProcess } from "./processes.ts";

const SUITE = process.env.CARROT_REDIS_SUITE ?? "";
const HARNESS = path.join(SUITE, "tests/test_helper.tcl");
const UNITS = ["unit/protocol", "unit/quit"];
/** Sets, lists, and arithmetic on values: a cache has none of them. */
const OTHER_TYPES = [
  "/^raw protocol response",
  "test argument rewriting - issue 9598",
  "Regression for a crash with blocking ops and pipelining",
];
/** The number of tests that are left without DEBUG and OTHER_TYPES. */
const EXPECTED = 17;

async function passes(t: ExecutionContext): Promise<void> {
  const node = await startNodeProcess(t, ["--port", "0"]);
  const args = ["--host", "127.0.0.1", "--port", String(node.port), "--singledb", "--tags", "-needs:debug"];
  const choice = [
    ...UNITS.flatMap((unit) => ["--single", unit]),
    ...OTHER_TYPES.flatMap((name) => ["--skiptest", name]),
  ];
  const run = promisify(execFile)("tclsh", [HARNESS, ...args, "--durable", ...choice], { cwd: SUITE });
  const { stdout } = await run.catch((failed: { readonly stdout: string }) => failed);
  const plain = stdout.replaceAll(/\x1b\[[\d;]*m/g, "");
  t.deepEqual(plain.match(/^\[(err|exception)\].*$/gm) ?? [], []);
  t.is(plain.match(/^\[ok\]/gm)?.length, EXPECTED, plain);
}

const title = "Redis' unit/protocol and unit/quit pass";
// Debian's servers may not have the source package at hand: skipped in CI, too.
if (existsSync(HARNESS)) testWith(program("tclsh"))(title, passes);
else test.skip(`${title} [Redis' tests are not there, see .ci/redis-suite]`, passes);
