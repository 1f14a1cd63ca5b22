#!/usr/bin/env node
/**
 * The command `carrotcache [FILE] [--directive value ...]`, which takes its arguments as redis-server does.
 *
 * Owns the process: its arguments, its exit codes and what it says before there is a log. A mistake is one line on
 * standard error, `carrotcache: carrot.conf:31: ...`, and exit code 1. Does not know what a node is made of: main.ts
 * does, and is imported only when a node starts.
 */

import type { NodeConf } from "./conf/conf.ts";
import { helpText } from "./conf/help.ts";
import { checkMemory } from "./conf/memory-rules.ts";
import { readConf } from "./conf/read-conf.ts";
import { summaryOf } from "./conf/summary.ts";
import { memoryHere } from "./machine/memory.ts";
import { exitOnSignals } from "./machine/signals.ts";
import { version } from "./machine/version.ts";

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
  process.stdout.write(summaryOf(conf));
  // A loader's module may have opened something that keeps the process alive.
  process.exit(0);
}

async function start(conf: NodeConf): Promise<void> {
  if (conf.file === undefined) say("no conf file given, starting on the defaults (carrotcache --help)");
  const { readyLine, startServer } = await import("./main.ts");
  const starting = startServer(conf, { onShutdown: () => process.kill(process.pid, "SIGTERM") });
  // Before the node is ready: a signal right behind the ready line must be heard.
  exitOnSignals({
    signals: process,
    close: async () => (await starting).close(),
    timeoutMs: () => conf.shutdownTimeoutMs,
    exit: (code) => process.exit(code),
    note: say,
  });
  process.stdout.write(`${readyLine(await starting)}\n`);
}

/** One line on standard error, whatever the text contains. */
function say(text: string): void {
  process.stderr.write(`carrotcache: ${text.replace(/\s*[\r\n]\s*/g, " ")}\n`);
}

function fail(error: unknown): never {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

/** An error that nobody caught is a mistake in the program, so its stack is shown. */
function crash(error: unknown): never {
  process.stderr.write(`carrotcache: uncaught: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);
// Without a listener, `carrotcache --help | head -1` and a log whose reader is gone would end in a stack trace.
process.stdout.on("error", () => {});
run(parseCommandLine(process.argv.slice(2))).catch(fail);
