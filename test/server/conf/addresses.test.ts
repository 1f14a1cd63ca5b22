/**
 * Goal: every spelling of an address comes to one, and what is no address is refused.
 * Method: tables.
 */

import test from "ava";
import { isAnyAddress, isLoopback, parseAddress } from "../../../server/conf/addresses.ts";

const addresses: readonly (readonly [string, string | undefined])[] = [
  ["127.0.0.1:1", "127.0.0.1:1"],
  ["127.0.0.1:007", "127.0.0.1:7"],
  ["Cache-1.Example.ORG:16390", "cache-1.example.org:16390"],
  ["cache-1.example.org.:16390", "cache-1.example.org:16390"],
  ["localhost:65535", "localhost:65535"],
  ["my_service:1", "my_service:1"],
  ["[::1]:5", "[::1]:5"],
  ["[FD00:0:0::0001]:5", "[fd00::1]:5"],
  ["[fe80::1%eth0]:5", "[fe80::1%eth0]:5"],
  ["10.0.0.1", "10.0.0.1:undefined"],
  ["::1", "[::1]:undefined"],
  ["[::1]", "[::1]:undefined"],
  ["127.0.0.1:0", undefined],
  ["127.0.0.1:65536", undefined],
  ["127.0.0.1:", undefined],
  ["127.0.0.1:x", undefined],
  [":1", undefined],
  ["", undefined],
  ["10.0.0.256:1", undefined],
  ["010.0.0.1:1", undefined],
  ["127.1:1", undefined],
  ["[10.0.0.1]:1", undefined],
  ["[::1:1", undefined],
  ["a b:1", undefined],
  ["a\r\nb:1", undefined],
  ["http://a:1", undefined],
  ["-a:1", undefined],
  ["a..b:1", undefined],
  [`${"a".repeat(64)}:1`, undefined],
  [`${"a.".repeat(127)}a:1`, undefined],
];

for (const [text, canonical] of addresses) {
  test(`${JSON.stringify(text)} is ${canonical ?? "no address"}`, (t) => {
    const address = parseAddress(text);
    t.is(address && `${address.host}:${address.port}`, canonical);
  });
}

test("loopback is 127.0.0.0/8, ::1 and localhost", (t) => {
  for (const host of ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"]) t.true(isLoopback(host), host);
  for (const host of [
    "10.0.0.1",
    "128.0.0.1",
    "[::2]",
    "127.example.org",
    "localhost.example.org",
    "0.0.0.0",
  ]) {
    t.false(isLoopback(host), host);
  }
  t.true(isLoopback(parseAddress("::ffff:127.0.0.1")?.host ?? ""));
  t.false(isLoopback(parseAddress("::ffff:10.0.0.1")?.host ?? ""));
});

test("0.0.0.0 and :: are every address", (t) => {
  t.true(isAnyAddress("0.0.0.0"));
  t.true(isAnyAddress(parseAddress("0:0::0")?.host ?? ""));
  t.false(isAnyAddress("127.0.0.1"));
});
