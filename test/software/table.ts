/**
 * The README's table of software: `npm run software` prints it after it has tried everything, and a test holds the README to
 * the list.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../e2e/processes.ts";
import { SOFTWARE, type Software, WITHOUT } from "./software.ts";
import { TOOLS } from "./tools.ts";

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** The version of a Debian package, without what Debian adds. */
function debianVersion(name: string): string {
  const text = execFileSync("dpkg-query", ["-W", "-f", `\${Version}`, name], { encoding: "utf8" });
  return /^(?:\d+:)?([^-+~]+)/.exec(text)?.[1] ?? text;
}

function npmVersion(name: string): string {
  const text = readFileSync(path.join(ROOT, "test/software/npm/package.json"), "utf8");
  return (JSON.parse(text) as { dependencies: Record<string, string> }).dependencies[name]!;
}

function pythonVersion(name: string): string {
  const text = readFileSync(path.join(ROOT, "test/software/python/requirements.txt"), "utf8");
  return new RegExp(`^${name}==(.+)$`, "m").exec(text)![1]!;
}

/** The rows in the order of the lists, without the versions where `versions` is false. */
export function softwareRows(versions: boolean): string[] {
  const version = ({ name, debian, python }: Pick<Software, "name" | "debian" | "python">) => {
    if (!versions) return "*";
    if (python !== undefined) return pythonVersion(python);
    return debian === undefined ? npmVersion(name) : debianVersion(debian);
  };
  return [
    ...SOFTWARE.map((each) => line([each.name, version(each), each.does, each.without ?? ""])),
    ...TOOLS.map((each) => line([each.name, version(each), each.does, ""])),
    ...WITHOUT.map(([name, why]) => line([name, versions ? "" : "*", "", why])),
  ];
}

export function softwareTable(): string {
  const heads = ["software", "version", "what was tried", "what is not here"];
  return [line(heads), line(heads.map(() => "---")), ...softwareRows(true)].join("\n");
}
