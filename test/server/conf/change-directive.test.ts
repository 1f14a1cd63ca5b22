/**
 * Goal: CONFIG GET shows what is in force, CONFIG SET changes what can change and nothing else.
 * Method: a conf in memory, changed and looked at.
 */

import test from "ava";
import { changeDirectives, directiveNames, formatDirective } from "../../../server/conf/change-directive.ts";
import type { NodeConf } from "../../../server/conf/conf.ts";
import { directives } from "../../../server/conf/directives.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

const text = `
  requirepass geheim
  timeout 300
  group scores loader http http://origin/{key}
  group scores ttl 90s
  group users prefix "u "`;

/** Changes one directive; returns what is wrong. */
function change(conf: NodeConf, name: string, to: string | Uint8Array): string | undefined {
  return changeDirectives(conf, [[name, to]])?.error;
}

test("every directive has a value, those of each group under the group's name", (t) => {
  const conf = readConf({ text });
  const names = directiveNames(conf);
  const inGroup = directives.filter(({ scope }) => scope === "group").length;
  t.is(names.length, directives.length - inGroup + 2 * inGroup);
  for (const name of names) t.is(typeof formatDirective(conf, name), "string", name);
});

test("values are written as Redis writes them, or as the conf does", (t) => {
  const conf = readConf({ text });
  const shown = (name: string) => formatDirective(conf, name);
  t.is(shown("MaxMemory"), "268435456");
  t.is(shown("timeout"), "300");
  t.is(shown("peer-timeout"), "1s");
  t.is(shown("bind"), "127.0.0.1");
  t.is(shown("peers"), "");
  t.is(shown("logfile"), "");
  t.is(shown("group scores ttl"), "90s");
  t.is(shown("GROUP scores TTL-Jitter"), "10%");
  t.is(shown("group scores loader"), 'http "http://origin/{key}"');
  t.is(shown("group scores maxmemory"), "134217728");
  t.is(shown("group users prefix"), '"u "');
  t.is(shown("nonsense"), undefined);
  t.is(shown("group nobody ttl"), undefined);
  t.is(shown("group scores port"), undefined);
});

test("secrets are not shown", (t) => {
  const conf = readConf({ text });
  t.is(formatDirective(conf, "requirepass"), "(hidden)");
  t.is(formatDirective(conf, "cluster-secret"), "");
});

test("a change is in the conf at once", (t) => {
  const conf = readConf({ text });
  t.is(change(conf, "MAXCLIENTS", "5"), undefined);
  t.is(change(conf, "requirepass", "  a b "), undefined);
  t.is(change(conf, "loglevel", Buffer.from("debug")), undefined);
  t.is(change(conf, "group scores ttl", "2m"), undefined);
  t.like(conf, { maxClients: 5, requirePass: "  a b ", loglevel: "debug" });
  t.is(conf.groups[0]?.ttlMs, 120_000);
  t.is(conf.groups[1]?.ttlMs, 0);
});

test("a wrong value, a fixed directive and an unknown one change nothing", (t) => {
  const conf = readConf({ text });
  const before = JSON.stringify(conf);
  t.is(change(conf, "maxclients", "x"), 'expected a whole number from 1 to 1000000, got "x"');
  t.is(change(conf, "requirepass", Buffer.from([255])), "expected UTF-8 text");
  t.is(change(conf, "port", "1"), "can't set immutable config");
  t.is(change(conf, "prot", "1"), "unknown directive");
  t.is(change(conf, "group scores prefix", "x"), "can't set immutable config");
  t.is(JSON.stringify(conf), before);
});

test("several changes happen together or not at all", (t) => {
  const conf = readConf({ text });
  const bad = [
    ["maxclients", "5"],
    ["timeout", "soon"],
  ] as const;
  t.like(changeDirectives(conf, bad), { name: "timeout" });
  t.is(conf.maxClients, 10_000);
  t.is(changeDirectives(conf, [...bad.slice(0, 1), ["timeout", "60"]]), undefined);
  t.like(conf, { maxClients: 5, timeoutMs: 60_000 });
});

test("CONFIG SET takes back what CONFIG GET shows of a directive that can change", (t) => {
  const conf = readConf();
  const before = JSON.stringify(conf);
  for (const { name, scope, changeable, sensitive } of directives) {
    if (!changeable || sensitive) continue;
    const fullName = scope === "node" ? name : `group default ${name}`;
    t.is(change(conf, fullName, formatDirective(conf, fullName) ?? ""), undefined, name);
  }
  t.is(JSON.stringify(conf), before);
});

test("a value that the machine has no memory for changes nothing", (t) => {
  const conf = readConf({ text });
  const memory = { bytes: 2 ** 30, owner: "this machine", heapBytes: 25_000_000 } as const;
  const set = (name: string, to: string) => changeDirectives(conf, [[name, to]], { memory })?.error;
  t.is(
    set("tracking-table-max-keys", "100001"),
    "expected at most 100000, for which Node's heap of 23.8mb has room (NODE_OPTIONS=--max-old-space-size), got 100001",
  );
  t.is(conf.trackingMaxKeys, 1_000_000);
  t.is(set("tracking-table-max-keys", "100000"), undefined);
});
