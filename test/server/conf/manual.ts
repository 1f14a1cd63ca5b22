/** What carrot.conf says of each directive: for the tests that compare the manual with the tables. */
import { readFileSync } from "node:fs";
import { findDirective, type Row } from "../../../server/conf/directives.ts";

/** A line of carrot.conf that is a directive, commented out or not. */
export interface ManualLine {
  readonly text: string;
  /** Undefined: no table has a directive of this name. */
  readonly row: Row | undefined;
  readonly commented: boolean;
  /** The paragraph around the line, on one line itself. */
  readonly block: string;
}

/** The paragraphs of carrot.conf. */
export const blocks = readFileSync("carrot.conf", "utf8").split("\n\n");

/** A commented directive stands below a bare `#` or a `# Default:`, which tells it from a sentence. */
export const manual: readonly ManualLine[] = blocks.flatMap((block) =>
  block.split("\n").flatMap((line, index, lines) => {
    const match = /^(# )?((?:group scores )?([a-z-]+) \S.*)$/.exec(line);
    const before = lines[index - 1] ?? "";
    const commented = match?.[1] !== undefined;
    if (match === null || (commented && before !== "#" && before !== "# Default:")) return [];
    const [, , text = "", name = ""] = match;
    const row = findDirective(text.startsWith("group ") ? "group" : "node", name);
    return [{ text, row, commented, block: block.replaceAll("\n# ", " ") }];
  }),
);

/** The lines of carrot.conf about a directive. */
export function linesAbout(row: Row): readonly ManualLine[] {
  return manual.filter((line) => line.row === row);
}

/** The line that shows the default: the one that is commented out, or else the file's own. */
export function defaultLine(row: Row): string | undefined {
  const lines = linesAbout(row);
  return (lines.find(({ commented }) => commented) ?? lines[0])?.text;
}
