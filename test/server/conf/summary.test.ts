/**
 * Goal: --check shows what a conf says, and no secret of it.
 * Method: the whole text for one conf.
 */

import test from "ava";
import { readConf } from "../../../server/conf/read-conf.ts";
import { summaryOf } from "../../../server/conf/summary.ts";

test("a conf is summed up in a few lines", (t) => {
  const text = `
    bind 127.0.0.1 ::1
    http-port 9999
    requirepass geheim
    cluster-secret geheim
    peers 127.0.0.1:16390 localhost:1
    group scores loader http http://user:geheim@origin/{key}
    group scores maxmemory 56mb
    group scores ttl 90m
    group default ttl 0`;
  t.is(
    summaryOf(readConf({ text, file: "carrot.conf" })),
    `carrot.conf: OK
  listens  127.0.0.1:6390 [::1]:6390, http on 9999
  members  2, this is 127.0.0.1:16390
  memory   256mb, eviction s3fifo, threads 1
  group    scores: keys "scores:"..., loader http, 56mb, ttl 90m
  group    default: all other keys, loader none, 200mb, ttl for ever
`,
  );
});

test("without a file and peers it says so", (t) => {
  t.regex(summaryOf(readConf()), /^defaults: OK\n.*\n {2}members {2}alone\n/);
});
