/**
 * The README's two tables of clients, made of what the programs report: `npm run clients` prints them, and the tests
 * hold the README to them.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../e2e/processes.ts";
import type { Check, Outcome, Report } from "./checks.ts";
import type { Use } from "./redis-programs.ts";

/** The checks that have a column; the dialects have one of their own. */
const COLUMNS: Partial<Record<Check, string>> = {
  ping: "PING",
  get: "GET",
  absent: "null",
  mget: "MGET",
  pipeline: "pipeline",
  binary: "binary",
  unknown: "errors",
  set: "SET",
  multi: "MULTI",
  auth: "AUTH",
  name: "name",
  restart: "restart",
};
const SIGNS: Record<Outcome["result"], string> = { ok: "✓", none: "-", fail: "FAILS" };

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

export function clientRow(name: string, { version, outcomes }: Report): string {
  const dialects = outcomes.get("resp3")!.result === "ok" ? "2, 3" : "2";
  const signs = (Object.keys(COLUMNS) as Check[]).map((check) => SIGNS[outcomes.get(check)!.result]);
  return line([name, version, dialects, ...signs]);
}

export function clientTable(rows: readonly string[]): string {
  const heads = ["client", "version", "RESP", ...Object.values(COLUMNS)];
  return [line(heads), line(heads.map(() => "---")), ...rows].join("\n");
}

export function programRow(program: string, uses: readonly Use[]): string {
  return line([
    `\`${program}\``,
    uses.map(({ name }) => (name.startsWith("-") ? `\`${name}\`` : name)).join(", "),
  ]);
}

export function programTable(rows: readonly string[]): string {
  return [line(["program", "works with"]), line(["---", "---"]), ...rows].join("\n");
}

/** The row with the major version only: Debian's packages get new minor versions. */
export function withoutMinor(row: string): string {
  return row.replace(/^(\| [^|]+ \| \d+)[^|]* \|/, "$1 |");
}

/** The rows of the README's section about clients. */
export function readmeRows(): string[] {
  const readme = readFileSync(path.join(ROOT, "README.md"), "utf8");
  const section = /^## Clients$(.*?)^## /ms.exec(readme)?.[1] ?? "";
  return section.split("\n").filter((text) => text.startsWith("| "));
}
