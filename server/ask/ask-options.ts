/**
 * The words behind `carrotcache get` and its kin: what is asked, and of which node.
 *
 * Owns the options and their defaults. Knows no command; how many words one takes is handed in.
 */
import { parseDuration } from "../conf/units.ts";

export interface AskOptions {
  readonly words: readonly string[];
  readonly host: string;
  readonly port: number;
  /** A unix socket, in place of host and port. */
  readonly socket: string | undefined;
  /** Empty: none is given. */
  readonly password: string;
  readonly user: "default" | "admin";
  readonly asJson: boolean;
  readonly ttlMs: number | undefined;
  readonly wantsHelp: boolean;
}

/** A mistake in the words, for the person who typed them. */
export class UsageError extends Error {}

/** Names of options with a value, and what stands for the value in help. */
export const VALUED = {
  "--host": "ADDRESS",
  "--port": "N",
  "--socket": "PATH",
  "--password": "TEXT",
  "--user": "NAME",
  "--ttl": "TIME",
} as const;
export const FLAGS = ["--json", "--help"] as const;

const DEFAULT_PORT = 6390;

/** Words that start with -- are options, up to a word that is -- alone. Throws a UsageError. */
export function readAskOptions(args: readonly string[], env: NodeJS.ProcessEnv): AskOptions {
  const words: string[] = [];
  const given = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [, name = "", joined] = /^(--[a-z]*)(?:=(.*))?$/s.exec(args[i]!) ?? [];
    if (name === "--" && joined === undefined) {
      words.push(...args.slice(i + 1));
      break;
    }
    if (name === "" && args[i] !== "-h") words.push(args[i]!);
    else if (name === "" || FLAGS.includes(name as "--json")) given.set(name || "--help", "yes");
    else if (Object.hasOwn(VALUED, name)) given.set(name, joined ?? valueBehind(args, i++));
    else throw new UsageError(`unknown option ${args[i]}`);
  }
  return {
    words,
    host: given.get("--host") ?? "127.0.0.1",
    port: portOf(given.get("--port")),
    socket: given.get("--socket"),
    password: given.get("--password") ?? env.CARROTCACHE_PASSWORD ?? "",
    user: userOf(given.get("--user")),
    asJson: given.has("--json"),
    ttlMs: ttlOf(given.get("--ttl")),
    wantsHelp: given.has("--help"),
  };
}

function valueBehind(args: readonly string[], at: number): string {
  const value = args[at + 1];
  if (value === undefined) throw new UsageError(`${args[at]}: missing value`);
  return value;
}

function portOf(text: string | undefined): number {
  const port = text === undefined ? DEFAULT_PORT : /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new UsageError(`--port: expected a port, got ${JSON.stringify(text)}`);
  return port;
}

function userOf(text = "default"): AskOptions["user"] {
  if (text === "default" || text === "admin") return text;
  throw new UsageError(`--user: expected default or admin, got ${JSON.stringify(text)}`);
}

function ttlOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new UsageError(
    `--ttl: expected a time such as 500ms, 10s, 5m, 1h or 7d, got ${JSON.stringify(text)}`,
  );
}
