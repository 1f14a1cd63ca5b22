/**
 * `npm run software`: tries all software that is installed and prints the README's table. Ends with 1 when something failed or
 * is not installed.
 */
import { owning } from "../owning.ts";
import { missingPackage, SOFTWARE } from "./software.ts";
import { softwareTable } from "./table.ts";
import { TOOLS } from "./tools.ts";
import { startSoftwareNodes, tryProgram, tryTool } from "./try-software.ts";

function report(name: string, wrong: string | undefined): void {
  if (wrong === undefined) return;
  console.error(`${name}: ${wrong}`);
  process.exitCode = 1;
}

for (const software of SOFTWARE) {
  const tried = () => owning(async (t) => tryProgram(t, software, await startSoftwareNodes(t)));
  report(software.name, software.missing() ?? (await tried()));
}
for (const tool of TOOLS) {
  const tried = () => owning((t) => tryTool(t, tool)).then(() => undefined, String);
  report(tool.name, missingPackage(tool.debian) ?? (await tried()));
}
console.log(softwareTable());
