#!/usr/bin/env node
/**
 * The command `carrotcache [FILE] [--directive value ...]`, which takes its arguments as redis-server does; and
 * `carrotcache get KEY` and its kin, which ask a node.
 *
 * Owns the process: its arguments, its exit codes and what it says before there is a log. A mistake is one line on
 * standard error, `carrotcache: carrot.conf:31: ...`, and exit code 1. Does not know what a node is made of: main.ts
 * does, and is imported only when a node starts.
 */

import { isSubcommand, runSubcommand } from "./ask/run-subcommand.ts";
import type { NodeConf } from "./conf/conf.ts";
import { warningsOf } from "./conf/conf-warnings.ts";
import { helpText } from "./conf/help.ts";
import { checkMemory } from "./conf/memory-rules.ts";
import { readConf } from "./conf/read-conf.ts";
import { summaryOf } from "./conf/summary.ts";
import { guardProcess } from "./loaders/loader-scope.ts";
import { compileCacheDirectory, useCompileCache } from "./machine/compile-cache.ts";
import type { LogFormat } from "./machine/log.ts";
import { memoryHere } from "./machine/memory.ts";
import { obeySignals } from "./machine/signals.ts";
import { version } from "./machine/version.ts";
import type { RunningServer } from "./main.ts";

interface CommandLine {
  readonly action: "start" | "check" | "help" | "version";
  readonly file: string | undefined;
  readonly overrides: readonly string[];
}

function parseCommandLine(args: readonly string[]): CommandLine {
  const has = (...names: string[]): boolean => args.some((arg) => names.includes(arg));
  const rest = args.filter((arg) => arg !== "--check");
  const [first] = rest;
  const file = first === undefined || first.startsWith("--") ? undefined : first;
  const overrides = file === undefined ? rest : rest.slice(1);
  if (has("--help", "-h")) return { action: "help", file, overrides };
  if (has("--version", "-v")) return { action: "version", file, overrides };
  return { action: has("--check") ? "check" : "start", file, overrides };
}

async function run({ action, file, overrides }: CommandLine): Promise<void> {
  if (action === "help") return void process.stdout.write(helpText(version));
  if (action === "version") return void process.stdout.write(`carrotcache ${version}\n`);
  const conf = readConf({ file, overrides });
  if (action === "start") return start(conf);
  checkMemory(conf, memoryHere());
  const { checkLoaders } = await import("./loaders/group-loaders.ts");
  await checkLoaders(conf);
  for (const line of warningsOf(conf)) say(line);
  process.stdout.write(summaryOf(conf));
  // A loader's module may have opened something that keeps the process alive.
  process.exit(0);
}

async function start(conf: NodeConf): Promise<void> {
  format = conf.logFormat;
  useCompileCache(compileCacheDirectory(process.env));
  if (conf.file === undefined) say("no conf file given, starting on the defaults (carrotcache --help)");
  const starting = startServer(conf);
  // Before the node is ready: a signal right behind the ready line must be heard.
  obeySignals({
    signals: process,
    close: async () => (await starting).close(),
    timeoutMs: () => conf.shutdownTimeoutMs,
    exit: (code) => process.exit(code),
    reopenLogs,
    note: say,
  });
  const [{ readyLine }, { announce }] = await Promise.all([import("./main.ts"), import("./machine/log.ts")]);
  announce(readyLine(await starting), conf.logFormat);
}

async function startServer(conf: NodeConf): Promise<RunningServer> {
  const main = await import("./main.ts");
  return main.startServer(conf, { onShutdown: () => process.kill(process.pid, "SIGTERM") });
}

async function reopenLogs(): Promise<string> {
  const { opened, failed } = (await import("./machine/log.ts")).reopenLogs();
  if (failed.length > 0) return `the log file cannot be opened again: ${failed.join(", ")}`;
  return opened.length > 0
    ? `opened the log file again: ${opened.join(", ")}`
    : "ignored: there is no log file";
}

/** `--man`, or `--completion SHELL`. */
async function printManual([what, shell = ""]: readonly string[]): Promise<void> {
  const { manPage } = await import("./manual/man-page.ts");
  const { completionFor, SHELLS } = await import("./manual/completions.ts");
  const text = what === "--man" ? manPage(version) : completionFor(shell);
  if (text === undefined) fail(new Error(`--completion: expected ${SHELLS.join(", ")}`));
  else process.stdout.write(text);
}

/** The form of what is said from now on. A mistake in the conf is said before its log-format is known. */
let format: LogFormat = "text";
/** pino's levels. */
const LEVELS = { note: 30, failure: 60 };

/** One line on standard error, whatever the text contains. */
function say(text: string, level = LEVELS.note): void {
  const msg = text.replace(/\s*[\r\n]\s*/g, " ");
  const line = JSON.stringify({ level, time: Date.now(), pid: process.pid, msg });
  process.stderr.write(`${format === "json" ? line : `carrotcache: ${msg}`}\n`);
}

function fail(error: unknown): never {
  say(error instanceof Error ? error.message : String(error), LEVELS.failure);
  process.exit(1);
}

/** An error that nobody caught, outside of loaders, is a mistake in the program, so its stack is shown. */
function crash(error: unknown): never {
  const text = `uncaught: ${error instanceof Error ? error.stack : String(error)}`;
  if (format === "json") say(text, LEVELS.failure);
  else process.stderr.write(`carrotcache: ${text}\n`);
  process.exit(1);
}

guardProcess(crash);
// Without a listener, `carrotcache --help | head -1` and a log whose reader is gone would end in a stack trace.
process.stdout.on("error", () => {});
const args = process.argv.slice(2);
if (args[0] === "--man" || args[0] === "--completion") await printManual(args);
else if (isSubcommand(args[0])) process.exitCode = await runSubcommand(args[0], args.slice(1), process);
else run(parseCommandLine(args)).catch(fail);
