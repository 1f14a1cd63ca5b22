/**
 * Log lines for people: pino's JSON becomes text in the form of Redis' log.
 *
 * Invariant: whatever a message or a field contains, the result is one line without a character that a terminal obeys.
 */
import type { LogTarget } from "./guarded-target.ts";

/** The mark in front of a message, by pino's level, as in Redis' log. */
const MARKS: Record<number, string> = { 10: ".", 20: "-", 30: "*", 40: "#", 50: "!", 60: "!" };
/** Fields that the text shows in another way, or not at all. */
const SILENT_FIELDS = new Set(["level", "time", "pid", "hostname", "msg"]);

/** Turns each line of pino's JSON into `2026-11-23T02:30:36.123Z * message field=value`, and passes it on. */
export function humanLines(target: LogTarget): LogTarget {
  return {
    write: (line) => {
      const entry = JSON.parse(line) as Record<string, unknown> & {
        level: number;
        time: number;
        msg?: string;
      };
      const fields = Object.entries(entry)
        .filter(([name]) => !SILENT_FIELDS.has(name))
        .map(([name, value]) => ` ${name}=${fieldText(value)}`);
      const time = new Date(entry.time).toISOString();
      const text = `${time} ${MARKS[entry.level] ?? "*"} ${entry.msg ?? ""}${fields.join("")}`;
      target.write(`${escapeControls(text)}\n`);
    },
  };
}

/** Text with blanks, quotes or `=` in it stands in quotes, so that it cannot be taken for another field. */
function fieldText(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** Writes control and format characters (escape sequences, line ends, marks of direction) as `\u` escapes. */
function escapeControls(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => unicodeEscape(character.charCodeAt(i))).join(""),
  );
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
