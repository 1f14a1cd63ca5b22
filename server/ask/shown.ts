/**
 * Replies as people read them: text, and tables in columns.
 *
 * Invariant: nothing in a reply reaches a terminal that the terminal would obey. Knows no command.
 */
import { isUtf8 } from "node:buffer";
import type { ReadReply } from "../../proto/reply-reader.ts";
import { quoteWord } from "../conf/quoting.ts";

/** A value of a reply as JSON has it: bytes that are UTF-8 are text, others their base64 in an object. */
export type Plain =
  | string
  | number
  | null
  | { readonly base64: string }
  | readonly Plain[]
  | { readonly [name: string]: Plain };

export function plainOf(reply: ReadReply): Plain {
  if (Array.isArray(reply)) return reply.map(plainOf);
  if (Buffer.isBuffer(reply)) return isUtf8(reply) ? reply.toString() : { base64: reply.toString("base64") };
  return reply as string | number | null;
}

/** Names and values, one behind the other, as RESP2 has a map. */
export function pairsOf(list: Plain): Record<string, Plain> {
  const pairs: Record<string, Plain> = {};
  if (Array.isArray(list)) for (let i = 0; i + 1 < list.length; i += 2) pairs[String(list[i])] = list[i + 1];
  return pairs;
}

/** A value for a terminal; bytes that are no plain text are quoted as in carrot.conf. */
export function textFor(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return isUtf8(bytes) && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)
    ? text
    : quoteWord(bytes.toString("latin1"));
}

/** A line for each row, in columns; the first row has the titles. Columns of numbers end at one place. */
export function table(rows: readonly (readonly string[])[]): string {
  const [titles = [], ...others] = rows;
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = titles.map((_, column) => others.every((row) => /^[\d.]*%?$/.test(row[column]!)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}
