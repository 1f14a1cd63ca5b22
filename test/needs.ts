/**
 * Tests that need what a machine may lack: a program, a Node whose threads share a port, the right to make a network.
 *
 * Where it is missing, such a test is skipped. The reason is in its title or its log, and `npm test` repeats it in its
 * last lines. In CI's .ci/run the test fails instead.
 */
import { spawnSync } from "node:child_process";
import test, { type ExecutionContext, type Implementation } from "ava";
import { NODE_NEW } from "./node-new.ts";
import { SKIPPED } from "./skipped.ts";

/** Why a test cannot have what it needs; undefined when it can. */
export type Need = string | undefined;

type Declare = (title: string, run: Implementation<[]>) => void;

/** In .ci/run, which installs everything, what is missing is a failure. It alone sets CARROT_NODE_NEW beside CI. */
const IN_CI = process.env.CI !== undefined && process.env.CARROT_NODE_NEW !== undefined;

export { NODE_NEW };

/** `NODE_NEW` has SQLite. */
export function sqlite(): Need {
  const { status } = spawnSync(NODE_NEW, ["-e", 'require("node:sqlite")'], { stdio: "ignore" });
  return status === 0 ? undefined : "SQLite needs Node 22.13 or later (CARROT_NODE_NEW)";
}

/** `NODE_NEW` can keep what V8 has compiled. */
export function compileCache(): Need {
  const script = "process.exit(require('node:module').enableCompileCache ? 0 : 1)";
  const { status } = spawnSync(NODE_NEW, ["-e", script], { stdio: "ignore" });
  return status === 0 ? undefined : "a compile cache needs Node 22.8 or later (CARROT_NODE_NEW)";
}

const programs = new Map<string, Need>();

/** A program on the PATH. */
export function program(name: string): Need {
  if (!programs.has(name)) {
    const { status } = spawnSync("which", [name], { stdio: "ignore" });
    programs.set(name, status === 0 ? undefined : `${name} is not installed`);
  }
  return programs.get(name);
}

/** ava's `test` for tests that need all of these. */
export function testWith(...needs: readonly Need[]): Declare & { readonly serial: Declare } {
  const missing = needs.filter((need) => need !== undefined);
  if (missing.length === 0) {
    return Object.assign((title: string, run: Implementation<[]>) => test(title, run), {
      serial: (title: string, run: Implementation<[]>) => test.serial(title, run),
    });
  }
  const why = missing.join(", ");
  const skipped: Declare = (title, run) => {
    if (IN_CI) test(title, (t) => t.fail(why));
    else test.skip(`${title} [${why}]`, run);
  };
  return Object.assign(skipped, { serial: skipped });
}

/** Ends a test that finds out while it runs that something is missing. */
export function skip(t: ExecutionContext, why: string): void {
  if (IN_CI) return void t.fail(why);
  t.log(`${SKIPPED}${why}`);
  t.pass();
}
