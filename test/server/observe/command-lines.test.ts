/**
 * Goal: the lines about commands have Redis' form, hits in place count as GETs without time, and errors add up.
 * Method: statistics by hand; info.test.ts and server-commands.test.ts have those of nodes.
 */
import test from "ava";
import { zeroClientCounters } from "../../../server/counters/client-counters.ts";
import { CommandStats } from "../../../server/counters/command-stats.ts";
import { zeroConnectionFigures } from "../../../server/counters/worker-figures.ts";
import { commandStats, errorCount, errorStats, latencyStats } from "../../../server/observe/command-lines.ts";

function reportOf(stats: CommandStats, commands: number, protocolErrors = 0) {
  const clientFigures = { ...zeroClientCounters(), ...zeroConnectionFigures(), commands, protocolErrors };
  return { commandStats: stats, clientFigures };
}

test("hits in place are GETs of 0 us; they change no statistics", (t) => {
  const stats = new CommandStats();
  stats.general = 1;
  stats.add("get", 1000, undefined);
  for (let time = 0; time < 2; time++) {
    const report = reportOf(stats, 1000);
    t.deepEqual(commandStats(report), {
      cmdstat_get: "calls=1000,usec=1000,usec_per_call=1.00,rejected_calls=0,failed_calls=0",
    });
    t.deepEqual(latencyStats(report), {
      latency_percentiles_usec_get: "p50=0.100,p99=0.100,p99.9=0.100",
    });
  }
  t.is(stats.all.get("get")!.calls, 1);
});

test("a node that has only answered in place has a line for GET, one without commands has none", (t) => {
  t.deepEqual(Object.keys(commandStats(reportOf(new CommandStats(), 5))), ["cmdstat_get"]);
  t.deepEqual(commandStats(reportOf(new CommandStats(), 0)), {});
  t.deepEqual(latencyStats(reportOf(new CommandStats(), 0)), {});
});

test("percentiles are of commands that were performed, rounded up by a quarter at most", (t) => {
  const stats = new CommandStats();
  stats.general = 101;
  for (let i = 0; i < 99; i++) stats.add("set", 100, undefined);
  stats.add("set", 10_000, "ERR");
  stats.reject("del", "NOPERM");
  const { latency_percentiles_usec_set: shown, ...others } = latencyStats(reportOf(stats, 101));
  const [, p50, p99, p999] = /^p50=([\d.]+),p99=([\d.]+),p99\.9=([\d.]+)$/.exec(shown!)!.map(Number);
  t.true(p50! >= 100 && p50! <= 125 && p99 === p50 && p999! >= 10_000 && p999! <= 12_500, shown);
  t.deepEqual(others, {});
});

test("errors are sorted by their code; a broken protocol is an ERR", (t) => {
  const stats = new CommandStats();
  for (const code of ["WRONGPASS", "ERR", "NOPERM", "ERR"]) stats.addError(code);
  const report = reportOf(stats, 0, 3);
  t.deepEqual(Object.entries(errorStats(report)), [
    ["errorstat_ERR", "count=5"],
    ["errorstat_NOPERM", "count=1"],
    ["errorstat_WRONGPASS", "count=1"],
  ]);
  t.is(errorCount(report), 7);
  t.deepEqual(Object.keys(errorStats(reportOf(new CommandStats(), 0, 1))), ["errorstat_ERR"]);
});
