/**
 * Goal: counters answer as redis-server's do, and keep their expiry. Method: the same pipelines to a redis-server; random
 * ones are in key-differential.test.ts.
 */
import test from "ava";
import { compareWithRedis } from "./compare-with-redis.ts";

const NUMBERS = [
  "1",
  "-1",
  "0",
  "+1",
  "01",
  "1e5",
  "-0",
  "",
  "\xff",
  "12345678901234567890",
  "1.5",
  "0x10",
  "inf",
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} counters take and refuse the numbers that Redis takes and refuses`, async (t) => {
    const pairs = NUMBERS.map((old) =>
      ["INCRBY", "DECRBY", "INCRBYFLOAT"]
        .flatMap((name) => NUMBERS.map((by) => `SET scores:n ${old} | ${name} scores:n ${by} | GET scores:n`))
        .join(" | "),
    );
    await compareWithRedis(t, protocol, [
      ...pairs,
      ...NUMBERS.map((old) => `SET scores:n ${old} | INCR scores:n | DECR scores:n | GET scores:n`),
      "INCR scores:n | INCR scores:n | DECR scores:n | TTL scores:n",
      "SET scores:n 9223372036854775806 EX 1000 | INCR scores:n | INCR scores:n | TTL scores:n",
      "SET scores:n -9223372036854775808 | DECR scores:n | DECRBY scores:n -9223372036854775808",
      "INCRBYFLOAT scores:n 0.1 | INCRBYFLOAT scores:n 0.2 | INCRBYFLOAT scores:n -3e-1",
      "MULTI | INCR scores:n | EXPIRE scores:n 1000 | EXEC | TTL scores:n | INCR scores:Tom | GET scores:Tom",
      "INCR | INCR scores:n 1 | INCRBY scores:n | DECR | DECRBY scores:n | INCRBYFLOAT scores:n",
    ]);
  });
}
