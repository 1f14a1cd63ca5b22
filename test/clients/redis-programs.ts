/**
 * Redis' own programs, redis-cli and redis-benchmark: every way to use them that a cache can serve, with the output
 * that shows it works.
 */
import { spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { start } from "../e2e/processes.ts";
import type { Owner } from "../started-once.ts";
import { PATIENCE_MS } from "../until.ts";
import { startClientsNode } from "./run-client.ts";

export interface Use {
  /** As the README's table names it. */
  readonly name: string;
  readonly args: readonly string[];
  /** The text that is typed, or comes through a pipe. */
  readonly input?: string;
  readonly expects: RegExp;
  /** The use fails when this is printed. */
  readonly mustNotSay?: RegExp;
  /** Runs in a terminal of its own, as a person would have it. */
  readonly inTerminal?: true;
  readonly locked?: true;
}

const GET = "*2\r\n$3\r\nGET\r\n$5\r\nm:one\r\n";

export const redisCliUses: readonly Use[] = [
  { name: "one command", args: ["--no-raw", "get", "m:one"], expects: /^"value of one, load 1"\n$/ },
  { name: "null", args: ["--no-raw", "get", "m:absent"], expects: /^\(nil\)\n$/ },
  {
    name: "commands from a pipe",
    args: ["--no-raw"],
    input: "get m:one\nnosuch a\nping\n",
    expects:
      /^"value of one, load 1"\n\(error\) ERR unknown command 'nosuch', with args beginning with: 'a' \n+PONG\n$/,
  },
  {
    name: "at its prompt",
    args: [],
    inTerminal: true,
    input: "get m:one\nhello 3\nconfig get maxclients\nmget m:one m:absent\nquit\n",
    expects: /"value of one, load 1".*1# "server" => "redis".*1# "maxclients" => "10000".*2\) \(nil\)/s,
  },
  {
    name: "-3",
    args: ["-3", "--no-raw", "config", "get", "maxclients"],
    expects: /^1# "maxclients" => "10000"\n$/,
  },
  {
    name: "--json",
    args: ["--json", "config", "get", "maxclients"],
    expects: /^\{"maxclients":"10000"\}\n$/,
  },
  { name: "-a", args: ["-a", "secret", "ping"], locked: true, expects: /^PONG$/m },
  {
    name: "--user",
    args: ["--user", "default", "--pass", "secret", "ping"],
    locked: true,
    expects: /^PONG$/m,
  },
  { name: "-n", args: ["-n", "0", "get", "m:one"], expects: /^value of one, load 1$/m },
  { name: "-r", args: ["-r", "3", "ping"], expects: /^PONG\nPONG\nPONG\n$/ },
  { name: "-x", args: ["-x", "echo"], input: "a\0b", expects: /^a\0b\n$/ },
  { name: "--pipe", args: ["--pipe"], input: GET.repeat(10_000), expects: /errors: 0, replies: 10000\n/ },
  {
    name: "--stat",
    args: ["--stat", "-i", "0.1"],
    inTerminal: true,
    expects: /^keys .*\s+\d+ .*\s+\d+ /m,
    mustNotSay: /-\d{6}/,
  },
  { name: "--latency", args: ["--latency", "--raw"], expects: /^\d+ \d+ \d+\.\d+ \d+$/m },
  {
    name: "--latency-history",
    args: ["--latency-history", "-i", "1", "--raw"],
    inTerminal: true,
    expects: /^\d+ \d+ \d/m,
  },
  { name: "--scan", args: ["--scan", "--pattern", "m:*"], expects: /^m:one$/m },
  { name: "--bigkeys", args: ["--bigkeys"], expects: /Biggest string found '"m:one"' has 20 bytes/ },
  { name: "--memkeys", args: ["--memkeys"], expects: /Biggest string found '"m:one"' has \d+ bytes/ },
];

/** redis-benchmark ends with one of these words at any reply that it does not expect. */
const WRONG = /error|unexpected|warning/i;

export const redisBenchmarkUses: readonly Use[] = [
  {
    ...benchmark("-t ping,get,set,incr,mset", "-t", "ping,get,set,incr,mset"),
    expects: /INCR.*requests per second.*MSET.*requests per second/s,
  },
  benchmark("-r", "-t", "get,set", "-r", "1000"),
  benchmark("-P", "-t", "get", "-P", "16"),
  benchmark("-c", "-t", "get", "-c", "200"),
  benchmark("-3", "-3", "-t", "get"),
  benchmark("--threads", "--threads", "2", "-t", "get"),
  benchmark("--csv", "--csv", "-t", "get"),
  { ...benchmark("-a", "-a", "secret", "-t", "get"), locked: true },
  benchmark("a command of one's own", "get", "m:one"),
];

function benchmark(name: string, ...args: readonly string[]): Use {
  const quiet = args.includes("--csv") ? [] : ["-q"];
  return {
    name,
    args: [...quiet, "-n", "2000", ...args],
    expects: args.includes("--csv") ? /^"GET","\d+/m : /requests per second/,
    mustNotSay: WRONG,
  };
}

/** Two nodes with an entry in each, one behind the password "secret". */
export interface Nodes {
  readonly open: number;
  readonly locked: number;
}

export async function startNodes(t: Owner): Promise<Nodes> {
  const open = await startClientsNode(t, 0);
  const locked = await startClientsNode(t, 0, "--requirepass", "secret");
  await start(t, "redis-cli", ["-p", String(open.port), "get", "m:one"]).ended;
  return { open: open.port, locked: locked.port };
}

/** Runs the program until it has said what is expected, or has ended; undefined when all is well, else its output. */
export async function tryUse(t: Owner, program: string, use: Use, nodes: Nodes): Promise<string | undefined> {
  const args = ["-p", String(use.locked ? nodes.locked : nodes.open), ...use.args];
  const [command, ...words] = use.inTerminal ? inTerminal([program, ...args]) : [program, ...args];
  const child = spawn(command!, words, { timeout: PATIENCE_MS });
  t.teardown(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => {});
  let text = "";
  const isDone = () => use.expects.test(text) || use.mustNotSay?.test(text);
  const type = use.inTerminal ? typist(child.stdin, use.input ?? "") : undefined;
  if (type === undefined) child.stdin.end(use.input);
  await new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString("latin1");
      type?.(text);
      if (isDone()) resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", (error) => {
      text += error.message;
      resolve();
    });
    child.once("close", () => resolve());
  });
  child.kill("SIGKILL");
  return use.expects.test(text) && !use.mustNotSay?.test(text) ? undefined : text.slice(-2000);
}

/** The command in a terminal of a hundred columns. */
function inTerminal(words: readonly string[]): string[] {
  return ["script", "--quiet", "--command", `stty cols 100; ${words.join(" ")}`, "/dev/null"];
}

/** Types one line at each prompt, because what is typed before a prompt is lost. */
function typist(keyboard: Writable, input: string): (screen: string) => void {
  const lines = input.split(/(?<=\n)/);
  let seen = 0;
  return (screen) => {
    if (lines.length === 0 || !/(^|\n)[\d.:]+> [^\n]*$/.test(screen.slice(seen))) return;
    seen = screen.length;
    keyboard.write(lines.shift()!.replace("\n", "\r"));
  };
}
