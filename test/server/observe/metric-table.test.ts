/**
 * Goal: the rows follow Prometheus' rules for names, and no two of them are the same series.
 * Method: every row of every table; what the rows show is looked at in metrics.test.ts.
 */
import test from "ava";
import {
  DURATION_METRICS,
  GROUP_METRICS,
  NODE_METRICS,
  PEER_METRICS,
} from "../../../server/observe/metric-table.ts";

const TABLES = [NODE_METRICS, GROUP_METRICS, PEER_METRICS];
const ROWS: readonly (readonly [name: string, help: string, pick: unknown, label?: readonly string[]])[] = [
  ...TABLES.flat(),
  ...DURATION_METRICS,
];

test("a name is in lower case and begins with carrot_; a help text is one sentence", (t) => {
  for (const [name, help] of ROWS) {
    t.regex(name, /^carrot_[a-z][a-z_]*[a-z]$/);
    t.regex(help, /^[A-Z][^\n]*\.$/, name);
  }
});

test("a time is in seconds, a size in bytes", (t) => {
  for (const [name] of ROWS) t.notRegex(name, /_(ms|millis|kb|mb|micros)(_total)?$/);
});

test("rows of one name have one help text and differ in a label's value; all others differ in name", (t) => {
  const series = ROWS.map(([name, , , label = []]) => [name, ...label].join(" "));
  t.is(new Set(series).size, ROWS.length);
  const helps = new Map<string, string>(ROWS.map(([name, help]) => [name, help]));
  for (const [name, help, , label] of ROWS) {
    t.is(help, helps.get(name)!);
    if (ROWS.filter(([other]) => other === name).length > 1) t.truthy(label, name);
  }
});
