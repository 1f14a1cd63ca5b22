/**
 * Goal: redis-cli and redis-benchmark work in every way that redis-programs.ts lists. Method: the programs themselves,
 * with a pipe or in a terminal, until they have printed what they print when all is well.
 */
import test from "ava";
import { program, testWith } from "../needs.ts";
import { startedOnce } from "../started-once.ts";
import { debianClients, nodeClients } from "./clients.ts";
import { redisBenchmarkUses, redisCliUses, startNodes, tryUse } from "./redis-programs.ts";
import { programRow, readmeRows } from "./table.ts";

/** No use changes what the next one sees. */
const nodes = startedOnce(startNodes);
const programs = { "redis-cli": redisCliUses, "redis-benchmark": redisBenchmarkUses };

for (const [name, uses] of Object.entries(programs)) {
  for (const use of uses) {
    testWith(program(name), program("script")).serial(`${name}: ${use.name}`, async (t) => {
      const wrong = await tryUse(t, name, use, await nodes());
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
  const programRows = Object.entries(programs).map(([name, uses]) => programRow(name, uses));
  t.deepEqual(rows.slice(clients.length + 2), programRows);
});
