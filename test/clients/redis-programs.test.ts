/**
 * Goal: redis-cli and redis-benchmark work in all their ways. Method: the programs themselves, with a pipe or in a
 * terminal, until they have printed what they print when all is well.
 */
import test from "ava";
import { has } from "../e2e/processes.ts";
import { debianClients, nodeClients } from "./clients.ts";
import { redisBenchmarkUses, redisCliUses, startNodes, tryUse } from "./redis-programs.ts";
import { programRow, readmeRows } from "./table.ts";

const programs = { "redis-cli": redisCliUses, "redis-benchmark": redisBenchmarkUses };

for (const [program, uses] of Object.entries(programs)) {
  for (const use of uses) {
    test.serial(`${program}: ${use.name}`, async (t) => {
      if (!has(t, program)) return;
      const wrong = await tryUse(t, program, use, await startNodes(t));
      t.is(wrong, undefined);
    });
  }
}

test("the README names every use, and every client", (t) => {
  const [, , ...rows] = readmeRows();
  const clients = [...nodeClients, ...debianClients].map(({ name }) => name);
  t.deepEqual(
    rows.slice(0, clients.length).map((row) => row.split(" | ")[0]!.slice(2)),
    clients,
  );
  const programRows = Object.entries(programs).map(([program, uses]) => programRow(program, uses));
  t.deepEqual(rows.slice(clients.length + 2), programRows);
});
