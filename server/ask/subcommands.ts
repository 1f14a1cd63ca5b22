/**
 * The subcommands of `carrotcache` that ask a node: `get`, `set`, `del`, `peers`, `stats`, `ping`.
 *
 * Owns the command of Redis behind each of them, and what its reply means to a person, to a program and to a shell. Knows
 * no socket and no stream.
 */
import { type ReadReply, ReplyError } from "../../proto/reply-reader.ts";
import type { AskOptions } from "./ask-options.ts";
import { type Plain, pairsOf, plainOf, table, textFor } from "./shown.ts";

/** What a subcommand says in the end. */
export interface Answer {
  /** For a terminal, without the line end; undefined: nothing. */
  readonly text: string | undefined;
  /** For a pipe, where it differs from the text and a line end. */
  readonly bytes?: Buffer;
  readonly json: Plain;
  /** 0, or 1 when the node has nothing. */
  readonly exitCode: 0 | 1;
}

export interface Subcommand {
  /** The words behind its name, as help shows them. */
  readonly usage: string;
  readonly help: string;
  /** How many words it takes. */
  readonly words: { readonly min: number; readonly max: number };
  /** The last word may be -, for standard input. */
  readonly takesInput?: boolean;
  command(words: readonly (string | Uint8Array)[], options: AskOptions): (string | Uint8Array)[];
  answer(reply: ReadReply, words: readonly string[]): Answer;
}

const ANY = Number.POSITIVE_INFINITY;

export const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  get: {
    usage: "KEY",
    help: "shows a value; a missing one is loaded",
    words: { min: 1, max: 1 },
    command: ([key]) => ["GET", key!],
    answer: (reply, [key]) => {
      const value = Buffer.isBuffer(reply) ? reply : undefined;
      const json = { key: key!, value: plainOf(reply) };
      if (value === undefined) return { text: undefined, json, exitCode: 1 };
      return { text: textFor(value), bytes: value, json, exitCode: 0 };
    },
  },
  set: {
    usage: "KEY VALUE|- [--ttl TIME]",
    help: "puts a value into the cache; - reads it from standard input",
    words: { min: 2, max: 2 },
    takesInput: true,
    command: ([key, value], { ttlMs }) => {
      return ["SET", key!, value!, ...(ttlMs === undefined ? [] : ["PX", String(ttlMs)])];
    },
    answer: () => ({ text: "OK", json: { ok: 1 }, exitCode: 0 }),
  },
  del: {
    usage: "KEY ...",
    help: "deletes entries and all their copies; shows how many there were",
    words: { min: 1, max: ANY },
    command: (words) => ["DEL", ...words],
    answer: (reply) => ({
      text: String(reply),
      json: { deleted: plainOf(reply) },
      exitCode: reply === 0 ? 1 : 0,
    }),
  },
  peers: {
    usage: "",
    help: "shows the members and their links",
    words: { min: 0, max: 0 },
    command: () => ["CARROT.PEERS"],
    answer: (reply) => rowsAnswer((plainOf(reply) as Plain[]).map(pairsOf)),
  },
  stats: {
    usage: "[GROUP]",
    help: "shows the figures of the node, or of a group",
    words: { min: 0, max: 1 },
    command: (words) => ["CARROT.STATS", ...words],
    answer: (reply, [group]) => {
      const figures = Object.entries(pairsOf(plainOf(reply)));
      const rows = figures.map(([name, value]) => [name, cellOf(value)]);
      const text = table([["", group ?? "node"], ...rows]).trimEnd();
      return { text, json: Object.fromEntries(figures), exitCode: 0 };
    },
  },
  ping: {
    usage: "",
    help: "asks whether the node answers",
    words: { min: 0, max: 0 },
    command: () => ["PING"],
    answer: (reply) => ({ text: String(reply), json: { pong: 1 }, exitCode: 0 }),
  },
};

/** An object a row. */
function rowsAnswer(rows: readonly Record<string, Plain>[]): Answer {
  const titles = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => titles.map((title) => cellOf(row[title])));
  return { text: table([titles, ...cells]).trimEnd(), json: rows, exitCode: 0 };
}

function cellOf(value: Plain | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : textFor(Buffer.from(String(value)));
}

/** Throws a reply that is an error. */
export function refuseError(reply: ReadReply): void {
  if (reply instanceof ReplyError) throw reply;
}
