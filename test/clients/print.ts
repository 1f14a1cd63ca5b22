/**
 * `npm run clients`: asks every client and prints the README's tables. Ends with 1 when a client is not installed or
 * something failed.
 */
import { owning } from "../owning.ts";
import { CHECK_NAMES } from "./checks.ts";
import { debianClients, nodeClients } from "./clients.ts";
import { redisBenchmarkUses, redisCliUses, startNodes, tryUse, type Use } from "./redis-programs.ts";
import { runClient } from "./run-client.ts";
import { clientRow, clientTable, programRow, programTable } from "./table.ts";

function failed(what: string): void {
  console.error(what);
  process.exitCode = 1;
}

const rows: string[] = [];
for (const client of [...nodeClients, ...debianClients]) {
  try {
    const report = await owning((owner) => runClient(owner, client));
    if (report.version === "?") throw new Error(`is not there: ${client.packages.join(" ")}\n${report.text}`);
    if (CHECK_NAMES.some((name) => report.outcomes.get(name)!.result === "fail")) failed(report.text);
    rows.push(clientRow(client.name, report));
  } catch (error) {
    failed(`${client.name}: ${error instanceof Error ? error.message : error}`);
  }
}

async function works(program: string, use: Use): Promise<boolean> {
  const wrong = await owning(async (owner) => tryUse(owner, program, use, await startNodes(owner)));
  if (wrong !== undefined) failed(`${program}: ${use.name}: ${wrong}`);
  return wrong === undefined;
}

const programRows: string[] = [];
for (const [program, uses] of Object.entries({
  "redis-cli": redisCliUses,
  "redis-benchmark": redisBenchmarkUses,
})) {
  const good: Use[] = [];
  for (const use of uses) if (await works(program, use)) good.push(use);
  programRows.push(programRow(program, good));
}
console.log(`${clientTable(rows)}\n\n${programTable(programRows)}`);
