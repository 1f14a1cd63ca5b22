/**
 * Runs `carrotcache get KEY` and its kin: reads the words, asks the node, and says what comes.
 *
 * Owns the streams and the exit code: 0 for an answer, 1 when the node has nothing, 2 when there is no answer. A value
 * goes to a pipe byte for byte, and to a terminal as text.
 */
import { buffer } from "node:stream/consumers";
import { askNode } from "./ask-node.ts";
import { type AskOptions, FLAGS, readAskOptions, UsageError, VALUED } from "./ask-options.ts";
import { type Answer, refuseError, SUBCOMMANDS, type Subcommand } from "./subcommands.ts";

type Streams = Pick<NodeJS.Process, "stdin" | "stdout" | "stderr" | "env">;

const FAILED = 2;

export function isSubcommand(word: string | undefined): word is string {
  return word !== undefined && Object.hasOwn(SUBCOMMANDS, word);
}

/** Resolves to the exit code. `name` is a subcommand's. */
export async function runSubcommand(
  name: string,
  args: readonly string[],
  streams: Streams,
): Promise<number> {
  const subcommand = SUBCOMMANDS[name]!;
  try {
    const options = readAskOptions(args, streams.env);
    if (options.wantsHelp) {
      streams.stdout.write(usageOf(name, subcommand));
      return 0;
    }
    checkWords(name, subcommand, options);
    const reply = await askNode(
      subcommand.command(await inputFor(subcommand, options, streams), options),
      options,
    );
    refuseError(reply);
    const answer = subcommand.answer(reply, options.words);
    await say(answer, options, streams);
    return answer.exitCode;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const usage = error instanceof UsageError ? ` (carrotcache ${name} --help)` : "";
    streams.stderr.write(`carrotcache ${name}: ${text.replace(/[\p{Cc}\p{Cf}]+/gu, " ")}${usage}\n`);
    return FAILED;
  }
}

function usageOf(name: string, { usage, help }: Subcommand): string {
  const valued = Object.entries(VALUED).map(([option, value]) => `[${option} ${value}]`);
  const options = [...valued, ...FLAGS.map((flag) => `[${flag}]`)].join(" ");
  return `carrotcache ${name} ${usage}${usage && " "}[OPTIONS]    ${help}

OPTIONS: ${options}

The node is the one on 127.0.0.1:6390 unless --host and --port, or --socket, say another. The password is --password, or
the variable CARROTCACHE_PASSWORD, which other users of the machine cannot see. Exit code: 0 for an answer, 1 when the
node has nothing, 2 when there is no answer.
`;
}

function checkWords(
  name: string,
  { words: { min, max }, usage }: Subcommand,
  { words, ttlMs }: AskOptions,
): void {
  if (words.length < min || words.length > max)
    throw new UsageError(`expected: carrotcache ${name} ${usage}`.trimEnd());
  if (ttlMs !== undefined && name !== "set") throw new UsageError("only set takes --ttl");
}

async function inputFor(
  { takesInput }: Subcommand,
  { words }: AskOptions,
  { stdin }: Streams,
): Promise<(string | Uint8Array)[]> {
  return takesInput && words.at(-1) === "-" ? [...words.slice(0, -1), await buffer(stdin)] : [...words];
}

function say({ text, bytes, json }: Answer, { asJson }: AskOptions, { stdout }: Streams): Promise<void> {
  const isForPeople = stdout.isTTY || bytes === undefined;
  const said = asJson ? `${JSON.stringify(json)}\n` : isForPeople ? text && `${text}\n` : bytes;
  if (said === undefined || said.length === 0) return Promise.resolve();
  return new Promise((resolve) => stdout.write(said, () => resolve()));
}
