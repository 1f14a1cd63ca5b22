/**
 * Goal: every mistake within one line gets its exact message.
 * Method: a table of confs and of command lines, with the message that each must give.
 */

import test from "ava";
import { readConf } from "../../../server/conf/read-conf.ts";

const mistakes: readonly (readonly [text: string, message: string])[] = [
  ['\n\nmaxmemory "lots"', 'carrot.conf:3: maxmemory: expected bytes such as 256mb, got "lots"'],
  ["prot 1", 'carrot.conf:1: unknown directive "prot", did you mean "port"?'],
  ["MaxMemry 1gb", 'carrot.conf:1: unknown directive "maxmemry", did you mean "maxmemory"?'],
  ["gruop a ttl 1s", 'carrot.conf:1: unknown directive "gruop", did you mean "group"?'],
  ["frobnicate always", 'carrot.conf:1: unknown directive "frobnicate"'],
  [
    "maxmemory-policy allkeys-lru",
    "carrot.conf:1: maxmemory-policy: carrotCache calls it `eviction`: write s3fifo, lru or noeviction",
  ],
  ["Save 900 1", "carrot.conf:1: save: not needed: carrotCache writes nothing to disk, so leave it out"],
  [
    "bind 127.0.0.1 -::1",
    'carrot.conf:1: bind: expected addresses that this machine has, without Redis\' -, got "-::1"',
  ],
  ['"a\\nb" 1', 'carrot.conf:1: unknown directive "a\\nb"'],
  ["ttl 10s", "carrot.conf:1: ttl: belongs to a group: write group NAME ttl ..."],
  ["port", "carrot.conf:1: port: missing value (as in port 6390)"],
  ["peers", "carrot.conf:1: peers: missing value (peers HOST:PORT ...)"],
  ["requirepass", "carrot.conf:1: requirepass: missing value"],
  ["requirepass #secret", "carrot.conf:1: requirepass: missing value"],
  ["port 1 2", "carrot.conf:1: port: expected one value (as in port 6390), got 2"],
  ["requirepass my secret", "carrot.conf:1: requirepass: expected one value, got 2"],
  ['requirepass "\\xff secret"', "carrot.conf:1: requirepass: expected UTF-8 text"],
  ['cluster-secret "secret', "carrot.conf:1: unbalanced quotes (a blank must follow a closing quote)"],
  ["port 70000", 'carrot.conf:1: port: expected a whole number from 0 to 65535, got "70000"'],
  ["port\nport 1", "carrot.conf:1: port: missing value (as in port 6390)"],
  ["port 1\n\nPORT 1", "carrot.conf:3: port: given twice, first at carrot.conf:1"],
  ["maxmemory 0", 'carrot.conf:1: maxmemory: expected at least 1kb, got "0"'],
  ["eviction random", 'carrot.conf:1: eviction: expected s3fifo, lru or noeviction, got "random"'],
  ["timeout 99d", 'carrot.conf:1: timeout: expected at most 24d, got "99d"'],
  ["peer-timeout 200", /peer-timeout: expected a time with its unit, .*, got "200"$/.source],
  [
    "bind 127.0.0.1 nowhere:1",
    'carrot.conf:1: bind: expected addresses such as 127.0.0.1 or ::1, got "nowhere:1"',
  ],
  ["threads many", 'carrot.conf:1: threads: expected a whole number from 1 to 256, or auto, got "many"'],
  [
    `loglevel ${"x".repeat(100)}`,
    `carrot.conf:1: loglevel: expected debug, verbose, notice, warning or nothing, got "${"x".repeat(60)}..."`,
  ],
  ["group", "carrot.conf:1: group: missing name (group NAME DIRECTIVE ...)"],
  ["group a", "carrot.conf:1: group a: missing directive (group NAME DIRECTIVE ...)"],
  [
    "group a:b ttl 1s",
    'carrot.conf:1: group: expected a name of up to 64 letters, digits, - and _, got "a:b"',
  ],
  ["group a tll 1s", 'carrot.conf:1: group a: unknown directive "tll", did you mean "ttl"?'],
  ["group a port 1", "carrot.conf:1: group a port: belongs to the node: write port ..."],
  ["group a loader", "carrot.conf:1: group a loader: missing value (as in loader none)"],
  [
    "group a ttl-jitter 0.1",
    'carrot.conf:1: group a ttl-jitter: expected a percentage such as 10%, got "0.1"',
  ],
  [
    "group a ttl 1s\ngroup b ttl 1s\ngroup a TTL 2s",
    "carrot.conf:3: group a ttl: given twice, first at carrot.conf:1",
  ],
];

for (const [text, message] of mistakes) {
  test(`${JSON.stringify(text.slice(0, 60))} is refused`, (t) => {
    const expected = message.endsWith("$") ? new RegExp(message) : message;
    t.throws(() => readConf({ text, cwd: "/" }), { name: "ConfError", message: expected });
  });
}

const argumentMistakes: readonly (readonly [args: readonly string[], message: string])[] = [
  [["--port", "x"], 'command line: --port: expected a whole number from 0 to 65535, got "x"'],
  [["--prot", "1"], 'command line: unknown directive "prot", did you mean "port"?'],
  [["--port"], "command line: --port: missing value (as in port 6390)"],
  [["--port", "1", "--port", "1"], "command line: --port: given twice, first at command line"],
  [["--include", "x.conf"], "command line: --include: belongs in a conf file"],
  [["--group", "a ttl soon"], /^command line: --group a ttl: expected a time .*, got "soon"$/.source],
  [["--requirepass", "my", "secret"], "command line: --requirepass: expected one value, got 2"],
];

for (const [args, message] of argumentMistakes) {
  test(`${args.join(" ")} is refused`, (t) => {
    const expected = message.endsWith("$") ? new RegExp(message) : message;
    t.throws(() => readConf({ overrides: args }), { name: "ConfError", message: expected });
  });
}

test("only peers add up", (t) => {
  const text = "peers 127.0.0.1:16390 127.0.0.1:2\npeers 127.0.0.1:3";
  t.deepEqual(readConf({ text }).peers, ["127.0.0.1:16390", "127.0.0.1:2", "127.0.0.1:3"]);
});

test("the command line wins over the file, directive by directive", (t) => {
  const text = "port 1\nmaxclients 5\ngroup a ttl 1s\ngroup a loader http http://x/\ngroup b ttl 2s";
  const conf = readConf({
    text,
    overrides: ["--port", "2", "--group", "a ttl 3s", "--group", "c", "ttl", "4s"],
  });
  t.like(conf, { port: 2, maxClients: 5 });
  t.deepEqual(
    conf.groups.map(({ name, ttlMs, loader }) => [name, ttlMs, loader.kind]),
    [
      ["a", 3000, "http"],
      ["b", 2000, "none"],
      ["c", 4000, "none"],
    ],
  );
});
