/**
 * Goal: a conf comes out complete, in its final units, and the confs that the package brings along work.
 * Method: the defaults and one conf with every directive compared whole; the package's own files read from
 * disk.
 */

import { resolve } from "node:path";
import test from "ava";
import { readConf } from "../../../server/conf/read-conf.ts";

const HOUR_MS = 3_600_000;

test("the defaults are what carrot.conf says they are", (t) => {
  t.deepEqual(readConf({ cwd: "/srv" }), {
    file: undefined,
    bind: ["127.0.0.1"],
    port: 6390,
    peerPort: 16390,
    httpPort: 0,
    peers: [],
    peerAddress: "127.0.0.1:16390",
    ringSeed: 0,
    virtualNodes: 512,
    clusterSecret: "",
    maxBytes: 268_435_456,
    eviction: "s3fifo",
    maxClients: 10_000,
    requirePass: "",
    adminPassword: "",
    protectedMode: true,
    timeoutMs: 0,
    stallTimeoutMs: 30_000,
    keepAliveMs: 60_000,
    loglevel: "notice",
    logfile: "",
    logFormat: "text",
    unixSocket: "",
    unixSocketPerm: 0,
    threads: 1,
    peerTimeoutMs: 1000,
    shutdownTimeoutMs: 10_000,
    maxKeyBytes: 8192,
    maxCommandBytes: 67_108_864,
    maxOutputBytes: 67_108_864,
    softOutputBytes: 16_777_216,
    softOutputMs: 10_000,
    maxPendingCommands: 1024,
    keyEventClasses: "",
    trackingMaxKeys: 1_000_000,
    slowlogMicros: 100_000,
    databases: 16,
    slowlogEntries: 128,
    groups: [
      {
        name: "default",
        database: 0,
        prefix: Buffer.alloc(0),
        loader: { kind: "none", args: [], where: "default", directory: "/srv" },
        maxBytes: 268_435_456,
        mirrorShare: 0.125,
        mirrorBytes: 33_554_432,
        ttlMs: 0,
        ttlJitter: 0.1,
        negativeTtlMs: 1000,
        loaderTimeoutMs: 2000,
        loaderConcurrency: 64,
        loaderQueue: 10_000,
        maxValueBytes: 8_388_608,
      },
    ],
    places: new Map(),
  });
});

test("every directive reaches its field", (t) => {
  const text = `
    bind 127.0.0.2 ::1
    port 1
    peer-port 2
    http-port 3
    peers Node-1:4 node-2:4
    peer-address node-1:4
    ring-seed abc
    virtual-nodes 5
    cluster-secret "two words"
    maxmemory 6mb
    eviction LRU
    maxclients 7
    requirepass secret
    admin-password root
    protected-mode no
    timeout 8
    stall-timeout 9s
    tcp-keepalive 10
    loglevel debug
    logfile carrot.log
    log-format json
    unixsocket /run/c.unix
    unixsocketperm 770
    threads auto
    peer-timeout 9ms
    shutdown-timeout 10ms
    max-key-size 11
    client-query-buffer-limit 1mb
    client-output-buffer-limit 2mb
    client-output-soft-limit 1mb
    client-output-soft-time 11s
    max-pending-commands 12
    tracking-table-max-keys 20
    notify-keyspace-events KEA
    slowlog-log-slower-than -1
    slowlog-max-len 21
    databases 22
    group g loader http http://origin/{key} x
    group g maxmemory 2kb
    group g prefix "g "
    group g ttl 13ms
    group g ttl-jitter 14%
    group g negative-ttl 15ms
    group g loader-timeout 16ms
    group g loader-concurrency 17
    group g loader-queue 18
    group g max-value-size 19
    group g mirror-memory 50%
    group g database 21`;
  const { places, ...conf } = readConf({ text, file: "conf/c.conf", cwd: "/srv" });
  t.deepEqual(conf, {
    file: "conf/c.conf",
    bind: ["127.0.0.2", "::1"],
    port: 1,
    peerPort: 2,
    httpPort: 3,
    peers: ["node-1:4", "node-2:4"],
    peerAddress: "node-1:4",
    ringSeed: 0xba7816bf,
    virtualNodes: 5,
    clusterSecret: "two words",
    maxBytes: 6_291_456,
    eviction: "lru",
    maxClients: 7,
    requirePass: "secret",
    adminPassword: "root",
    protectedMode: false,
    timeoutMs: 8000,
    stallTimeoutMs: 9000,
    keepAliveMs: 10_000,
    loglevel: "debug",
    logfile: "carrot.log",
    logFormat: "json",
    unixSocket: "/run/c.unix",
    unixSocketPerm: 0o770,
    threads: "auto",
    peerTimeoutMs: 9,
    shutdownTimeoutMs: 10,
    maxKeyBytes: 11,
    maxCommandBytes: 1_048_576,
    maxOutputBytes: 2_097_152,
    softOutputBytes: 1_048_576,
    softOutputMs: 11_000,
    maxPendingCommands: 12,
    keyEventClasses: "AKE",
    trackingMaxKeys: 20,
    slowlogMicros: -1,
    slowlogEntries: 21,
    databases: 22,
    groups: [
      {
        name: "g",
        database: 21,
        prefix: Buffer.from("g "),
        loader: {
          kind: "http",
          args: ["http://origin/{key}", "x"],
          where: `conf/c.conf:${1 + text.split("\n").findIndex((line) => line.includes("g loader"))}`,
          directory: "/srv/conf",
        },
        maxBytes: 2048,
        mirrorShare: 0.5,
        mirrorBytes: 1024,
        ttlMs: 13,
        ttlJitter: 0.14,
        negativeTtlMs: 15,
        loaderTimeoutMs: 16,
        loaderConcurrency: 17,
        loaderQueue: 18,
        maxValueBytes: 19,
      },
    ],
  });
  t.is(places.size, text.trim().split("\n").length);
});

test("the repository's carrot.conf loads scores on port 6390", (t) => {
  const conf = readConf({ file: "carrot.conf" });
  t.like(conf, { port: 6390, peers: [] });
  t.is(conf.groups.length, 1);
  t.like(conf.groups[0], { name: "scores", ttlMs: HOUR_MS });
  t.deepEqual(conf.groups[0]?.loader.args, ["examples/scores.mjs"]);
  t.is(conf.groups[0]?.loader.directory, resolve("."));
});

for (const n of [1, 2, 3]) {
  test(`examples/node${n}.conf is one of three members`, (t) => {
    const conf = readConf({ file: `examples/node${n}.conf` });
    t.like(conf, { port: 7000 + n, peerPort: 17000 + n, peerAddress: `127.0.0.1:1700${n}` });
    t.deepEqual(conf.peers, ["127.0.0.1:17001", "127.0.0.1:17002", "127.0.0.1:17003"]);
    t.is(conf.groups[0]?.loader.directory, resolve("examples"));
  });
}
