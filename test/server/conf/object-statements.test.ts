/**
 * Goal: an object says what a conf file with the same words says, and the compiler knows the words.
 * Method: objects, and the statements that they become; types by lines that must not compile.
 */

import test from "ava";
import { directives } from "../../../server/conf/directives.ts";
import {
  type GroupDirectives,
  groupError,
  groupStatements,
  type NodeDirectives,
  nodeStatements,
} from "../../../server/conf/object-statements.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

function node(given: NodeDirectives): (readonly string[])[] {
  return nodeStatements(given, "/srv").map(({ name, words }) => [name, ...words]);
}

function group(name: string, given: GroupDirectives): (readonly string[])[] {
  return groupStatements(name, given, "/srv").map(({ name, words }) => [name, ...words]);
}

test("a value becomes one word, an array one word for each element", (t) => {
  t.deepEqual(node({ port: 7001, bind: ["127.0.0.1", "::1"], maxmemory: "1gb", threads: "auto" }), [
    ["port", "7001"],
    ["bind", "127.0.0.1", "::1"],
    ["maxmemory", "1gb"],
    ["threads", "auto"],
  ]);
  t.deepEqual(group("scores", { ttl: "10m", loader: ["http", "http://a/{key}"] }), [
    ["group", "scores", "ttl", "10m"],
    ["group", "scores", "loader", "http", "http://a/{key}"],
  ]);
});

for (const text of ["--port", "a b", ' "ü" # ', "'", "", "\\x41", "a\nport 1"]) {
  test(`a value stays what it is: ${JSON.stringify(text)}`, (t) => {
    const { requirePass, groups } = readConf({
      statements: [
        ...nodeStatements({ requirepass: text }, "/"),
        ...groupStatements("a", { prefix: `${text}:` }, "/"),
      ],
    });
    t.is(requirePass, text);
    t.deepEqual(groups[0]?.prefix, Buffer.from(`${text}:`));
  });
}

test("a prefix can be bytes", (t) => {
  const { groups } = readConf({ statements: groupStatements("a", { prefix: Buffer.of(0xff, 0x00) }, "/") });
  t.deepEqual(groups[0]?.prefix, Buffer.of(0xff, 0x00));
});

test("an undefined value counts as not given, but a group needs a directive", (t) => {
  t.deepEqual(node({ port: undefined }), []);
  t.throws(() => readConf({ statements: groupStatements("a", { ttl: undefined }, "/") }), {
    message: "startNode: group a: missing directive (group NAME DIRECTIVE ...)",
  });
});

test("a program wins over the command line and the file", (t) => {
  const statements = nodeStatements({ port: 3 }, "/");
  const { port, maxClients, timeoutMs } = readConf({
    text: "port 1\nmaxclients 1\ntimeout 1",
    overrides: ["--port", "2", "--maxclients", "2"],
    statements,
  });
  t.deepEqual([port, maxClients, timeoutMs], [3, 2, 1000]);
});

test("paths are relative to the working directory", (t) => {
  const { groups } = readConf({ statements: groupStatements("a", { loader: ["module", "a.mjs"] }, "/srv") });
  t.deepEqual(groups[0]?.loader, {
    kind: "module",
    args: ["a.mjs"],
    where: "startNode",
    directory: "/srv",
  });
});

test("a mistake has the same message as in a conf, with startNode as its place", (t) => {
  const mistakes: readonly (readonly [given: object, message: string])[] = [
    [{ maxmemory: "lots" }, 'startNode: maxmemory: expected bytes such as 256mb, got "lots"'],
    [{ prot: 1 }, 'startNode: unknown directive "prot", did you mean "port"?'],
    [{ httpPort: 1 }, 'startNode: unknown directive "httpport", did you mean "http-port"?'],
    [{ port: Number.NaN }, 'startNode: port: expected a whole number from 0 to 65535, got "NaN"'],
    [{ port: [1, 2] }, "startNode: port: expected one value (as in port 6390), got 2"],
    [{ ttl: "1s" }, "startNode: ttl: belongs to a group: write group NAME ttl ..."],
    [{ include: "a.conf" }, "startNode: include: belongs in a conf file"],
    [{ port: 1, PORT: 2 }, "startNode: port: given twice, first at startNode"],
  ];
  for (const [given, message] of mistakes) {
    t.throws(() => readConf({ statements: nodeStatements(given, "/") }), { name: "ConfError", message });
  }
  const ofGroup: readonly (readonly [given: object, message: string])[] = [
    [{ tl: "1s" }, 'startNode: group a: unknown directive "tl", did you mean "ttl"?'],
    [
      { ttl: 1000 },
      'startNode: group a ttl: expected a time with its unit, such as 500ms, 10s, 5m, 1h or 7d, got "1000"',
    ],
  ];
  for (const [given, message] of ofGroup) {
    t.throws(() => readConf({ statements: groupStatements("a", given, "/") }), { message });
  }
  t.is(groupError("a", "wrong").message, "startNode: group a: wrong");
});

test("the compiler knows every directive and its values", (t) => {
  const all: { readonly node: Required<NodeDirectives>; readonly group: Required<GroupDirectives> } = {
    node: {
      ...{ bind: "::1", port: 0, "peer-port": 0, "http-port": "0", peers: ["a:1"], "peer-address": "a" },
      ...{ "ring-seed": 1, "virtual-nodes": 1, "cluster-secret": "", maxmemory: 1e6, eviction: "s3fifo" },
      ...{
        databases: 1,
        maxclients: 1,
        requirepass: "",
        timeout: 1,
        loglevel: "nothing",
        logfile: "",
        threads: 1,
      },
      ...{ "peer-timeout": "1s", "shutdown-timeout": "1s", "max-key-size": 1, "max-pending-commands": 1 },
      ...{ "slowlog-log-slower-than": -1, "slowlog-max-len": 1, "notify-keyspace-events": "KEA" },
      ...{ "client-query-buffer-limit": "1mb", "client-output-buffer-limit": "1mb" },
      ...{ "tracking-table-max-keys": 1 },
      ...{ "client-output-soft-limit": "1mb", "client-output-soft-time": "1s", "stall-timeout": "1s" },
      ...{ "admin-password": "", "protected-mode": false, "tcp-keepalive": 60, "log-format": "json" },
      ...{ unixsocket: "", unixsocketperm: "700" },
    },
    group: {
      ...{ loader: "none", maxmemory: "1mb", database: 0, prefix: "a", ttl: "1s", "ttl-jitter": "1%" },
      ...{ "negative-ttl": "1s", "loader-timeout": "1s", "loader-concurrency": 1, "loader-queue": 1 },
      ...{ "max-value-size": "1mb", "mirror-memory": "1%" },
    },
  };
  for (const scope of ["node", "group"] as const) {
    const named = directives.filter((row) => row.scope === scope).map((row) => row.name);
    t.deepEqual(Object.keys(all[scope]).sort(), named.sort());
  }
  // @ts-expect-error no such directive
  const unknown: NodeDirectives = { prot: 1 };
  // @ts-expect-error no such choice
  const choice: NodeDirectives = { eviction: "lifo" };
  // @ts-expect-error not the group's
  const scope: GroupDirectives = { port: 1 };
  // @ts-expect-error a text is no number
  const kind: NodeDirectives = { requirepass: 1 };
  t.truthy([unknown, choice, scope, kind]);
});
