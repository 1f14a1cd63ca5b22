/**
 * One test a client: every check of checks.ts is `ok`, or the library has nothing of the kind.
 */
import test from "ava";
import { skip } from "../needs.ts";
import { CHECK_NAMES } from "./checks.ts";
import type { Client } from "./clients.ts";
import { runClient } from "./run-client.ts";
import { clientRow, readmeRows, withoutMinor } from "./table.ts";

export function testClients(clients: readonly Client[]): void {
  for (const client of clients) {
    // One at a time: each takes a node or two, a compiler, and a program.
    test.serial(`${client.name} works`, async (t) => {
      const report = await runClient(t, client).catch((error: Error) => error);
      if (report instanceof Error || report.version === "?") {
        const why = report instanceof Error ? report.message : report.text;
        return skip(t, `${client.name} wants ${client.packages.join(" ")}: ${why.trim().split("\n")[0]}`);
      }
      const failed = CHECK_NAMES.filter((name) => report.outcomes.get(name)!.result === "fail");
      t.deepEqual(failed, [], report.text);
      const row = withoutMinor(clientRow(client.name, report));
      t.true(readmeRows().map(withoutMinor).includes(row), `the README has no row: ${row}`);
    });
  }
}
